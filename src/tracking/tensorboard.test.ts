/** Against TensorBoard itself, where a Python that has it is found: PIX2PIX_TEST_PYTHON, or python3. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readEvents } from './eventFileReader.js';
import { EventTracker } from './eventTracker.js';
import type { Event } from './tensorboard_pb.js';

const interpreter = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const imports = 'import io, json, sys, numpy, PIL.Image, tensorboard';
const found = spawnSync(interpreter, ['-c', imports]).status === 0;
const options = found ? {} : { skip: `no tensorboard in ${interpreter}` };

const root = mkdtempSync(join(tmpdir(), 'tensorboard-'));
after(() => rmSync(root, { recursive: true }));

/** What the script prints as JSON. */
function python(script: string, ...args: string[]): unknown {
  const result = spawnSync(interpreter, ['-c', `${imports}\n${script}`, ...args], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout);
}

const at = (step: number) => ({ step, epoch: 1, iteration: step });

test('TensorBoard reads what we write, and forgets what a resumed run repeats', options, async () => {
  const folder = join(root, 'ours');
  const first = new EventTracker(folder);
  for (const step of [1, 2, 3]) first.losses(at(step), { G_L1: step / 4 });
  const image = { data: Uint8Array.from({ length: 36 }, (_, i) => i * 7), shape: [1, 4, 3, 3] as const };
  await first.images(at(1), {
    fake_B: image,
    gray: { data: image.data.subarray(0, 12), shape: [1, 4, 3, 1] },
  });
  first.text(at(1), 'options', '**lr** 0.0002 ü');
  first.close();
  const resumed = new EventTracker(folder, { purgeStep: 3 });
  resumed.losses(at(3), { G_L1: 30 });
  resumed.close();

  const seen = python(
    `
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(sys.argv[1]).Reload()
def pixels(tag):
    image = run.Images(tag)[0]
    picture = PIL.Image.open(io.BytesIO(image.encoded_image_string))
    return [image.width, image.height, picture.mode, numpy.array(picture).ravel().tolist()]
print(json.dumps({
    'losses': [[s.step, s.value] for s in run.Scalars('loss/G_L1')],
    'fake_B': pixels('visuals/fake_B'),
    'gray': pixels('visuals/gray'),
    'text': run.Tensors('options')[0].tensor_proto.string_val[0].decode(),
    'textTags': list(run.PluginTagToContent('text')),
}))`,
    folder,
  );
  assert.deepEqual(seen, {
    losses: [
      [1, 0.25],
      [2, 0.5],
      [3, 30],
    ],
    fake_B: [3, 4, 'RGB', [...image.data]],
    gray: [3, 4, 'L', [...image.data.subarray(0, 12)]],
    text: '**lr** 0.0002 ü',
    textTags: ['options'],
  });
});

test('we read what TensorBoard writes', options, async () => {
  const folder = join(root, 'theirs');
  python(
    `
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, HistogramProto
writer = EventFileWriter(sys.argv[1])
for step in (1, 2):
    writer.add_event(Event(step=step, wall_time=step, summary=Summary(value=[
        Summary.Value(tag='x', simple_value=step / 8),
        Summary.Value(tag='h', histo=HistogramProto(min=1, max=2, num=3)),
    ])))
writer.close()
print('null')`,
    folder,
  );
  const events: Event[] = [];
  for (const name of readdirSync(folder))
    for await (const event of readEvents(join(folder, name))) events.push(event);
  assert.deepEqual(events[0].what, { case: 'fileVersion', value: 'brain.Event:2' });
  const values = events.slice(1).map(({ step, wallTime, what }) => {
    assert.equal(what.case, 'summary');
    const [scalar, histogram] = what.value.value;
    assert.deepEqual([scalar.tag, histogram.tag], ['x', 'h']);
    return [step, wallTime, scalar.value.value];
  });
  assert.deepEqual(values, [
    [1n, 1, 0.125],
    [2n, 2, 0.25],
  ]);
});
