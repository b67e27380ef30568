import './ownCache.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { multiplyAddsOf } from '../src/engine/ops/multiplyAdds.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import type { ModelOptions } from '../src/models/definition.js';
import { pix2pix } from '../src/models/pix2pix.js';
import { parseTestOptions } from '../src/training/options.js';
import { makeRun } from '../test/trainedRun.js';
import { describeMachine, sgemmMeter } from './machine.js';
import { median } from './measure.js';
import { findPyTorch, timePyTorchTranslation } from './pytorch.js';
import { formatFacts, formatTable, type Row, writeResults } from './report.js';
import { TranslationBench } from './translation.js';

/**
 * Measures translation with unet_256: `npm run bench:translate`. The rounds of ours, of the bare engine and of PyTorch
 * alternate, so that other load on the machine slows all of them.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    images: { type: 'string', default: '40' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    /** Of the large image; 0: none. */
    side: { type: 'string', default: '10000' },
    out: { type: 'string', default: 'bench/results/translate.json' },
  },
});
const [rounds, images, threads, side] = [values.rounds, values.images, values.threads, values.side].map(
  Number,
);

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
try {
  console.error('preparing');
  await (await makeRun(folder, 'bench', ['--netG', 'unet_256'])).dispose();
  const weights = join(folder, 'generator.safetensors');
  await exportGenerator('bench', { checkpointsDir: folder, format: 'safetensors', out: weights });
  const bench = await TranslationBench.prepare(folder, 'bench', images, threads);
  const python = await findPyTorch();
  console.error(python === undefined ? 'no python3 with torch: PyTorch is skipped' : `PyTorch: ${python}`);
  const measureSgemm = await sgemmMeter(threads);
  const [ours, bare, torch, start, sgemm]: number[][] = [[], [], [], [], []];
  for (let round = 1; round <= rounds; round++) {
    console.error(`round ${round} of ${rounds}`);
    sgemm.push(await measureSgemm());
    bare.push(await bench.bareMilliseconds());
    ours.push(await bench.folderMilliseconds());
    start.push(await bench.secondsToFirstResult());
    if (python !== undefined)
      torch.push(...(await timePyTorchTranslation(python, weights, 10, threads)).image_ms);
  }
  await bench.dispose();
  if (side > 0) console.error(`an image of ${side}²`);
  const peak = side > 0 ? await bench.peakOfLargeImage(side) : undefined;
  const rate = (milliseconds: number[]) => 1000 / median(milliseconds);
  const arithmetic = (1000 * forwardFlops()) / median(sgemm);
  const rows: Row[] = [
    { what: 'translate, a folder of 256² images', value: `${rate(ours).toFixed(2)} images/s` },
    {
      what: 'share of the bare engine’s rate',
      value: `${((100 * rate(ours)) / rate(bare)).toFixed(0)} %`,
      target: '≥ 90 %',
    },
    {
      what: 'PyTorch, eager, the same weights',
      value: torch.length === 0 ? 'skipped: no python3 with torch' : `${rate(torch).toFixed(2)} images/s`,
    },
    {
      what: `all that the arithmetic allows: ${(forwardFlops() / 1e9).toFixed(1)} GFLOP at the sgemm rate`,
      value: `${(1000 / arithmetic).toFixed(2)} images/s`,
    },
    {
      what: 'ours / PyTorch’s',
      value: torch.length === 0 ? 'skipped' : (rate(ours) / rate(torch)).toFixed(2),
      target: '≥ 3',
    },
    {
      what: 'from pix2pix translate to its end, one image',
      value: `${median(start).toFixed(2)} s`,
      target: '≤ 1.5 s',
    },
    {
      what: `peak RSS of ${side}² in tiles of 512`,
      value: peak === undefined ? 'skipped or unknown here' : `${(peak / 1e9).toFixed(2)} GB`,
      target: '≤ 2 GB',
    },
  ];
  console.log(formatTable(rows));
  const machine = { ...describeMachine(), threads };
  console.log(formatFacts(machine));
  writeResults(values.out, { machine, rows, raw: { ours, bare, torch, start, sgemm, peak } });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Of one image of 256² through unet_256. */
function forwardFlops(): number {
  const graph = pix2pix.build(parseTestOptions(['--dataroot', '.']) as unknown as ModelOptions);
  return 2 * multiplyAddsOf(graph.forward({ batch: 1, height: 256, width: 256, format: 'u8' }, false));
}
