import './ownCache.js';
import { elementCount } from '../src/engine/ir/tensorType.js';
import { createModel } from '../src/training/createModel.js';
import { parseTrainOptions } from '../src/training/options.js';
import { launchOf } from '../src/training/parallel/launch.js';
import { connectByMpi } from '../src/training/parallel/mpi/mpiCommunicator.js';
import { Ranks } from '../src/training/parallel/ranks.js';
import { syntheticBatch } from '../src/training/profiling/syntheticBatch.js';
import { median, time } from './measure.js';

/*
 * One rank of bench/parallel.ts, or a process by itself. The first prints what it measured as JSON:
 *
 *   mpirun -n 2 node dist/bench/parallelRank.js exchange
 *   mpirun -n 2 node dist/bench/parallelRank.js step --dataroot . --batch_size 1 --intra_threads 1
 */

/** Floats of the messages whose time the model is fitted to. */
const SIZES = [1, 1 << 10, 1 << 14, 1 << 18, 1 << 22, 1 << 24];
const [STEPS, WARMUP] = [7, 2];

const [what, ...argv] = process.argv.slice(2);
const launch = launchOf(process.env);
const ranks = launch && new Ranks(await connectByMpi(launch));
const measured = what === 'exchange' ? await exchanges() : await steps();
if (ranks?.isFirst ?? true) console.log(JSON.stringify(measured));
ranks?.close();

/** Milliseconds of a sum over the ranks, by its bytes. */
async function exchanges() {
  const times: { bytes: number; milliseconds: number }[] = [];
  for (const size of SIZES) {
    const array = new Float32Array(size);
    const count = size > 1 << 20 ? 3 : 50;
    const all = await time(async () => ranks!.sum([array]), count, 2);
    times.push({ bytes: 4 * size, milliseconds: median(all) });
  }
  return times;
}

/** Milliseconds of a step, and of exchanges in it. */
async function steps() {
  const opt = parseTrainOptions(argv);
  const model = await createModel(opt, undefined, { ranks });
  await model.setup(opt, { print: () => {} });
  model.setInput({
    ...syntheticBatch(opt, model.graph.inputs),
    ofImages: opt.batchSize * (ranks?.size ?? 1),
  });
  const exchanged: number[] = [];
  const all = await time(
    async () => {
      const before = ranks?.seconds ?? 0;
      await model.optimizeParameters();
      exchanged.push(1000 * ((ranks?.seconds ?? 0) - before));
    },
    STEPS,
    WARMUP,
  );
  const gradientBytes = model.trained.map(({ optimiser }) =>
    optimiser.states.reduce((sum, { type }) => sum + 4 * elementCount(type.shape), 0),
  );
  await model.dispose();
  return { gradientBytes, milliseconds: median(all), exchangeMilliseconds: median(exchanged.slice(WARMUP)) };
}
