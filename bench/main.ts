import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { copyRate, describeMachine, sgemmMeter } from './machine.js';
import { median, time } from './measure.js';
import { findPyTorch, type PyTorchResult, timePyTorch } from './pytorch.js';
import { formatTable, type Row } from './report.js';
import { defaultModel, STEP_FLOPS } from './step.js';
import { watchTrainCommand } from './trainCommand.js';

/**
 * Measures what the project promises, as ratios taken in one run: `npm run bench`. Ours and PyTorch's steps take turns,
 * so that a busy machine slows both.
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

const machine = describeMachine();
const python = await findPyTorch();
const measureSgemm = await sgemmMeter(threads);
const sgemm: number[] = [];
const ours: number[] = [];
const theirs: PyTorchResult[] = [];
console.error(python === undefined ? 'no python3 with torch: PyTorch is skipped' : `PyTorch: ${python}`);
for (let round = 1; round <= rounds; round++) {
  console.error(`round ${round} of ${rounds}`);
  const model = await defaultModel(threads);
  for (let i = 0; i < steps; i++) {
    sgemm.push(await measureSgemm());
    ours.push(...(await time(() => model.optimizeParameters(), 1, i === 0 ? 2 : 0)));
  }
  await model.dispose();
  if (python !== undefined) theirs.push(await timePyTorch(python, 'eager', steps, threads));
}
const copy = await copyRate();
console.error('pix2pix train');
const command = await watchTrainCommand(20, threads);

const step = median(ours);
const rate = median(sgemm);
const torchSteps = theirs.flatMap(({ step_ms }) => step_ms);
const torch = torchSteps.length === 0 ? undefined : median(torchSteps);
const floor = (STEP_FLOPS / rate) * 1000;
const rows: Row[] = [
  { what: 'sgemm, 2048³', value: `${(rate / 1e9).toFixed(0)} GFLOP/s` },
  { what: 'copy of 256 MiB, one thread', value: `${(copy / 1e9).toFixed(1)} GB/s` },
  { what: 'optimizeParameters, 256², batch 1, defaults', value: `${step.toFixed(0)} ms` },
  {
    what: 'the same in PyTorch, eager',
    value:
      torch === undefined ? 'skipped: no python3 with torch' : `${torch.toFixed(0)} ms (${theirs[0].torch})`,
  },
  {
    what: "PyTorch's time / ours",
    value: torch === undefined ? 'skipped' : (torch / step).toFixed(2),
    target: '> 1',
  },
  { what: 'arithmetic of a step at the sgemm rate / step', value: percent(floor / step), target: '≥ 45 %' },
  { what: 'peak RSS of pix2pix train, defaults', value: gigabytes(command.peakRssBytes), target: '≤ 2.2 GB' },
  { what: 'steps wait for data', value: percent(command.waitingShare), target: '≤ 2 %' },
  {
    what: 'from pix2pix train to the first step, and to its end',
    value: `${command.secondsToFirstStep.toFixed(1)} s, ${command.secondsToItsEnd.toFixed(1)} s`,
    target: '≤ 5 s',
  },
];
console.log(formatTable(rows));
console.log(
  Object.entries({ ...machine, threads })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
);
mkdirSync('bench/results', { recursive: true });
const record = { machine, threads, rows, raw: { sgemm, ours, torch: theirs, copy, command } };
writeFileSync(values.out, `${JSON.stringify(record, null, 2)}\n`);
console.log(`written to ${values.out}`);

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function gigabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown here' : `${(bytes / 1e9).toFixed(2)} GB`;
}
