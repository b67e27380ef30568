import { execFileSync } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { synthesizeFacades } from '../src/data/make/synthesizeFacades.js';
import type { DatasetStart } from './datasetChild.js';
import { type ImageRate, measureImageRates } from './imageRate.js';
import type { InspectionCost } from './inspectChild.js';
import { describeMachine } from './machine.js';
import { formatColumns, formatFacts, writeResults } from './report.js';

/**
 * Measures the cost of opening a data set as it grows from 10² to 10⁶ files, and the rate at which images come, decoded
 * and from memory: `npm run bench:dataset`. Each start is a process of its own; the second one of a size finds whatever the
 * first has left in the cache folder.
 */
const { values } = parseArgs({
  options: {
    most: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string', default: 'bench/results/dataset.json' },
  },
});
/** File systems limit the links to one file: ext4 to 65,000, NTFS to 1,024. */
const LINKS_PER_FILE = 1000;
/** Longer than a folder must be unchanged before its list is kept. */
const REST_MS = 5000;

/** Every image is decoded: ten times as many would take ten times as long. */
const MOST_INSPECTED = 1e5;

const inspectChild = fileURLToPath(new URL('./inspectChild.js', import.meta.url));
const child = fileURLToPath(new URL('./datasetChild.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
const sizes = [1e2, 1e3, 1e4, 1e5, 1e6].filter((size) => size <= Number(values.most));
const starts: { size: number; first: DatasetStart; second: DatasetStart }[] = [];
const inspections: InspectionCost[] = [];
let rates: ImageRate[] = [];
try {
  const images = join(folder, 'made');
  await synthesizeFacades({ out: images, count: 1, size: 256 });
  const [name] = readdirSync(join(images, 'train'));
  mkdirSync(join(folder, 'data', 'train'), { recursive: true });
  let made = 0;
  for (const size of sizes) {
    console.error(`${size.toLocaleString('en')} files`);
    for (; made < size; made++) putFile(join(images, 'train', name), made);
    await setTimeout(REST_MS);
    starts.push({ size, first: start(), second: start() });
    if (size <= MOST_INSPECTED) inspections.push(inspect());
  }
  console.error('images a second');
  rates = await measureImageRates(join(folder, 'pairs'), Number(values.rounds));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const machine = describeMachine();
console.log(
  formatColumns([
    ['files', 'ready', 'first batch', 'peak RSS', 'again: ready', 'first batch', 'peak RSS'],
    ...starts.map(({ size, first, second }) => [
      size.toLocaleString('en'),
      ...figures(first),
      ...figures(second),
    ]),
  ]),
);
console.log(`peak RSS before anything is read: ${megabytes(starts[0].first.emptyRssBytes)}`);
console.log(formatInspections());
console.log(formatRates(rates));
console.log(formatFacts(machine));
writeResults(values.out, { machine, starts, inspections, rates });

/** Makes a file that takes no space: a hard link to one of a few copies. */
function putFile(image: string, index: number): void {
  const path = (i: number) => join(folder, 'data', 'train', `${`${i}`.padStart(7, '0')}.jpg`);
  if (index % LINKS_PER_FILE === 0) copyFileSync(image, path(index));
  else linkSync(path(index - (index % LINKS_PER_FILE)), path(index));
}

function start(): DatasetStart {
  const env = { ...process.env, PIX2PIX_CACHE: join(folder, 'cache') };
  const answer = execFileSync(process.execPath, [child, join(folder, 'data')], { env, encoding: 'utf8' });
  return JSON.parse(answer);
}

function inspect(): InspectionCost {
  return JSON.parse(
    execFileSync(process.execPath, [inspectChild, join(folder, 'data')], { encoding: 'utf8' }),
  );
}

function formatInspections(): string {
  return formatColumns([
    ['inspected', 'time', 'images a second', 'peak RSS'],
    ...inspections.map(({ images, seconds, peakRssBytes }) => [
      images.toLocaleString('en'),
      `${seconds.toFixed(1)} s`,
      (images / seconds).toFixed(0),
      megabytes(peakRssBytes),
    ]),
  ]);
}

function figures({ secondsToReady, secondsToFirstBatch, peakRssBytes }: DatasetStart): string[] {
  return [`${secondsToReady.toFixed(3)} s`, `${secondsToFirstBatch.toFixed(3)} s`, megabytes(peakRssBytes)];
}

function formatRates(rates: readonly ImageRate[]): string {
  return formatColumns([
    ['images', 'a second', 'processor time each', 'steps a second and core', 'waits between steps of 10 ms'],
    ...rates.map(({ what, perSecond, processorMs, waitingPercent }) => [
      what,
      perSecond.toFixed(0),
      `${processorMs.toFixed(2)} ms`,
      (1000 / processorMs).toFixed(0),
      `${waitingPercent.toFixed(1)} %`,
    ]),
  ]);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
