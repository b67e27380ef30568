import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../../../test/until.js';
import { readEvents } from '../../records/writing/eventFileReader.js';
import { parseTrainOptions } from '../options.js';
import { describeSession } from './describeSession.js';
import { RunRecords } from './runRecords.js';

const folder = mkdtempSync(join(tmpdir(), 'run-records-'));
after(() => rmSync(folder, { recursive: true }));

async function imagesIn(run: string): Promise<number[]> {
  const [file] = existsSync(run) ? readdirSync(run).filter((name) => name.startsWith('events.out')) : [];
  if (file === undefined) return [];
  const steps = [];
  for await (const { step, what } of readEvents(join(run, file))) {
    if (what.case === 'summary' && what.value.value.some(({ tag }) => tag.startsWith('visuals/')))
      steps.push(Number(step));
  }
  return steps;
}

test('images that come faster than they can be written are left out, and do not fill the memory', async () => {
  const opt = parseTrainOptions(['--dataroot', 'none', '--checkpoints_dir', folder, '--name', 'run']);
  const run = join(folder, 'run');
  const warnings: string[] = [];
  const records = new RunRecords(opt, run, describeSession(opt), {
    warn: (text) => warnings.push(text),
    isOurs: () => true,
  });
  const plan = { imagesPerEpoch: 500, epochs: 1, firstStep: 1, lastStep: 500 };
  records.handle(
    {
      ...{
        kind: 'started',
        plan,
        device: { name: 'cpu' },
        versions: {},
        networks: [],
        lossNames: [],
        folders: [],
      },
      resumedFrom: undefined,
      labelPalette: '',
    },
    [],
  );
  const visual = { data: new Float32Array(3 * 2 ** 20), shape: [1, 3, 1024, 1024] as const };
  const image = (step: number) => {
    const at = { step, epoch: 1, iteration: step };
    records.handle(
      { kind: 'images', at, visuals: { fake_B: visual }, due: { events: true, html: false } },
      [],
    );
  };
  for (let step = 1; step <= 25; step++) image(step);
  // 3 MiB each: as many as make 64
  const kept = Array.from({ length: 22 }, (_, i) => i + 1);
  await until(async () => (await imagesIn(run)).length === kept.length);
  image(500);
  await records.end({ reason: 'finished' });
  assert.deepEqual(await imagesIn(run), [...kept, 500]);
  assert.deepEqual(warnings.length, 1, warnings.join());
  assert.match(warnings[0], /images are made faster than they can be written.*--display_freq/);
});
