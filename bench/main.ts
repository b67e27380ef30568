import './ownCache.js';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { copyRate, describeMachine, sgemmMeter } from './machine.js';
import { median, time } from './measure.js';
import { findPyTorch, PYTORCH_WAYS, type PyTorchResult, type PyTorchWay, timePyTorch } from './pytorch.js';
import { formatFacts, formatTable, type Row, writeResults } from './report.js';
import { ADAM_BYTES, defaultModel, STEP_FLOPS } from './step.js';
import { watchTrainCommand } from './trainCommand.js';

/**
 * Measures the project's targets, as ratios taken in one run: `npm run bench:step`. Our steps, the machine's own rates
 * and PyTorch's ways alternate, so that other load on the machine slows all of them.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '5' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    out: { type: 'string', default: 'bench/results/latest.json' },
  },
});
const [rounds, steps, threads] = [values.rounds, values.steps, values.threads].map(Number);

const WAYS = Object.keys(PYTORCH_WAYS) as PyTorchWay[];
/** Neither the reference nor its options do this: it is shown and not compared with. */
const FOR_INFORMATION: PyTorchWay = 'eager, fused Adam';
/** Rounds the operands of products to 7 bits: compared with by itself. */
const BF16: PyTorchWay = 'bf16 autocast, channels last, fused Adam';

const machine = describeMachine();
const python = await findPyTorch();
const measureSgemm = await sgemmMeter(threads);
const sgemm: number[] = [];
const copy: number[] = [];
const ours: number[] = [];
const theirs = new Map<PyTorchWay, PyTorchResult[]>();
const failed = new Map<PyTorchWay, string>();
console.error(python === undefined ? 'no python3 with torch: PyTorch is skipped' : `PyTorch: ${python}`);
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds}: ours`);
  const model = await defaultModel(threads);
  for (let i = 0; i < steps; i++) {
    sgemm.push(await measureSgemm());
    ours.push(...(await time(() => model.optimizeParameters(), 1, i === 0 ? 2 : 0)));
  }
  await model.dispose();
  copy.push(await copyRate());
  for (const way of python === undefined ? [] : WAYS) await timeTheirs(python as string, way, round);
}
console.error('pix2pix train');
const command = await watchTrainCommand(20, ['--device', 'cpu', '--intra_threads', `${threads}`]);

async function timeTheirs(python: string, way: PyTorchWay, round: number): Promise<void> {
  if (failed.has(way)) return;
  console.error(`round ${round} of ${rounds}: PyTorch, ${way}`);
  try {
    const result = await timePyTorch(python, PYTORCH_WAYS[way], { steps, threads });
    theirs.set(way, [...(theirs.get(way) ?? []), result]);
  } catch (error) {
    failed.set(way, (error as Error).message);
  }
}

const step = median(ours);
const [rate, bandwidth] = [median(sgemm), median(copy)];
const [arithmetic, adam] = [(STEP_FLOPS / rate) * 1000, (ADAM_BYTES / bandwidth) * 1000];
const torchSteps = new Map(
  [...theirs].map(([way, results]) => [way, median(results.flatMap(({ step_ms }) => step_ms))] as const),
);
const peers = [...torchSteps].filter(([way]) => way !== FOR_INFORMATION && way !== BF16);
const bf16 = torchSteps.get(BF16);
const best = peers.length === 0 ? undefined : peers.reduce((a, b) => (b[1] < a[1] ? b : a));
const rows: Row[] = [
  { what: 'sgemm, 2048³', value: `${(rate / 1e9).toFixed(0)} GFLOP/s` },
  { what: 'copy of 256 MiB, one thread', value: `${(bandwidth / 1e9).toFixed(1)} GB/s` },
  {
    what: 'floor: arithmetic at the sgemm rate + one pass of Adam at the copy rate',
    value: `${arithmetic.toFixed(0)} + ${adam.toFixed(0)} = ${(arithmetic + adam).toFixed(0)} ms`,
  },
  { what: 'optimizeParameters, 256², batch 1, defaults', value: `${step.toFixed(0)} ms` },
  { what: 'step / floor', value: (step / (arithmetic + adam)).toFixed(2), target: '≤ 1.35' },
  {
    what: 'arithmetic of a step at the sgemm rate / step',
    value: percent(arithmetic / step),
    target: '≥ 45 %',
  },
  ...WAYS.map((way) => ({ what: `the same in PyTorch, ${way}`, value: describeWay(way) })),
  {
    what: "PyTorch's best of eager, channels last and compile / ours",
    value:
      best === undefined ? 'skipped: no python3 with torch' : `${(best[1] / step).toFixed(2)} (${best[0]})`,
    target: '≥ 1.5',
  },
  {
    what: `PyTorch's ${BF16} / ours`,
    value: bf16 === undefined ? describeWay(BF16) : (bf16 / step).toFixed(2),
  },
  { what: 'peak RSS of pix2pix train, defaults', value: gigabytes(command.peakRssBytes), target: '≤ 1.6 GB' },
  { what: 'steps wait for data', value: percent(command.waitingShare), target: '≤ 2 %' },
  {
    what: 'from pix2pix train to the first step, and to its end',
    value: `${command.secondsToFirstStep.toFixed(1)} s, ${command.secondsToItsEnd.toFixed(1)} s`,
    target: '≤ 5 s',
  },
];
console.log(formatTable(rows));
const torch = [...theirs.values()][0]?.[0].torch ?? 'none';
const conditions = { ...machine, threads, torch };
console.log(formatFacts(conditions));
const raw = {
  sgemm,
  copy,
  ours,
  torch: Object.fromEntries(theirs),
  failed: Object.fromEntries(failed),
  command,
};
writeResults(values.out, { ...conditions, rows, raw });

function describeWay(way: PyTorchWay): string {
  const milliseconds = torchSteps.get(way);
  const isFused = theirs.get(way)?.every(({ fused_adam }) => fused_adam);
  const note = way === BF16 && !isFused ? ' (its Adam is not fused: this PyTorch has no fused one here)' : '';
  if (milliseconds !== undefined) return `${milliseconds.toFixed(0)} ms${note}`;
  return failed.has(way) ? `failed: ${failed.get(way)}` : 'skipped: no python3 with torch';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function gigabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown here' : `${(bytes / 1e9).toFixed(2)} GB`;
}
