import './ownCache.js';
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseTrainOptions } from '../src/training/options.js';
import type { StepBenchmark } from '../src/training/profiling/benchmark.js';
import { dryRun } from '../src/training/profiling/dryRun.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import { formatTable, type Row, writeResults } from './report.js';

/**
 * How time and memory grow with the work: `npm run bench:growth`, which writes bench/results/growth.json. Every point
 * is `pix2pix bench` in a process of its own, beside what `pix2pix train --dry_run` predicts for it.
 */
const { values } = parseArgs({
  options: {
    series: { type: 'string', default: 'batch,pixels,ngf,threads' },
    steps: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
    out: { type: 'string', default: 'bench/results/growth.json' },
  },
});
const [steps, rounds] = [values.steps, values.rounds].map(Number);
const program = fileURLToPath(new URL('../../bin/pix2pix.js', import.meta.url));

/** The values of each quantity that grows, and the flags for them. */
const SERIES: Readonly<Record<string, readonly (readonly [value: number, ...flags: string[]])[]>> = {
  batch: [1, 2, 4, 8, 16].map((n) => [n, '--batch_size', `${n}`]),
  pixels: [256, 512, 1024].map((n) => [n, '--crop_size', `${n}`]),
  ngf: [16, 32, 64, 128].map((n) => [n, '--ngf', `${n}`]),
  threads: [1, 2].filter((n) => n <= availableParallelism()).map((n) => [n, '--intra_threads', `${n}`]),
};

/** The measurements at one value of the quantity that grows. */
export interface GrowthPoint {
  readonly value: number;
  readonly milliseconds: number;
  readonly memoryBytes: number;
  readonly gigaflops: number;
  readonly predictedMilliseconds: number;
  readonly predictedMemoryBytes: number;
}

async function measure(value: number, flags: readonly string[]): Promise<GrowthPoint> {
  const times: number[] = [];
  let memoryBytes = 0;
  let gigaflops = 0;
  for (let round = 0; round < rounds; round++) {
    const numbers = ['--steps', `${steps}`, '--json', '--quiet'];
    const result: StepBenchmark = JSON.parse(pix2pix('bench', ...flags, ...numbers));
    times.push(...result.steps);
    memoryBytes = Math.max(memoryBytes, result.peakRssBytes);
    gigaflops = result.flops / 1e9;
  }
  const predicted = await dryRun(parseTrainOptions(['--dry_run', ...flags]));
  return {
    value,
    milliseconds: median(times),
    memoryBytes,
    gigaflops,
    predictedMilliseconds: predicted.stepMilliseconds,
    predictedMemoryBytes: predicted.memoryBytes,
  };
}

function pix2pix(...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`pix2pix ${argv.join(' ')}\n${stderr}`);
  return stdout;
}

const results: Record<string, GrowthPoint[]> = {};
for (const name of values.series.split(',')) {
  const points: GrowthPoint[] = [];
  for (const [value, ...flags] of SERIES[name]) {
    console.error(`${name} ${value}`);
    points.push(await measure(value, flags));
  }
  results[name] = points;
  console.log(`\n${formatTable(rowsOf(name, results[name]), [name, 'measured', 'against the first'])}`);
}

function rowsOf(name: string, points: readonly GrowthPoint[]): Row[] {
  const [first] = points;
  return points.map((point) => {
    const { value, milliseconds, memoryBytes, predictedMilliseconds, predictedMemoryBytes } = point;
    const images = name === 'batch' ? value : 1;
    const times = milliseconds / first.milliseconds;
    const work = point.gigaflops / first.gigaflops;
    const against =
      name === 'batch'
        ? `${(times / images).toFixed(2)} × the time per image`
        : `${times.toFixed(2)} × the time for ${work.toFixed(2)} × the work`;
    const predicted = `predicted ${predictedMilliseconds.toFixed(0)} ms, ${(predictedMemoryBytes / 1e9).toFixed(2)} GB`;
    return {
      what: `${value}`,
      value: `${milliseconds.toFixed(0)} ms, ${(memoryBytes / 1e9).toFixed(2)} GB (${predicted})`,
      target: against,
    };
  });
}

writeResults(values.out, { ...describeMachine(), steps, rounds, results });
