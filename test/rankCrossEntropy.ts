import { grad } from '../src/engine/autodiff/grad.js';
import { CpuDevice } from '../src/engine/devices/cpu/cpuDevice.js';
import { f32 } from '../src/engine/ir/tensorType.js';
import { Trace } from '../src/engine/ir/trace.js';
import { allReduce } from '../src/engine/ops/allReduce.js';
import { scale } from '../src/engine/ops/elementwise.js';
import { crossEntropy } from '../src/models/layers/losses.js';
import type { RankTask } from './rankThreads.js';

/** Logits and one-hot targets of the images of each rank: f32[N, 3, 1, 4]. */
export type RankLabels = readonly {
  readonly logits: readonly number[];
  readonly target: readonly number[];
}[];

/** The loss of the whole batch, as each rank reports it, and its gradient by the logits of this rank. */
export interface RankLoss {
  readonly loss: number;
  readonly gradient: readonly number[];
}

const task: RankTask<RankLabels, RankLoss> = async (ranks, data) => {
  const own = data[ranks.rank];
  const images = (logits: readonly number[]) => logits.length / 12;
  const all = data.reduce((sum, { logits }) => sum + images(logits), 0);
  const share = { share: images(own.logits) / all, images: all, syncNorm: false };
  const trace = new Trace(true, share);
  const type = f32(images(own.logits), 3, 1, 4);
  const [logits, target] = ['logits', 'target'].map((name) => trace.input(name, type));
  const part = scale(crossEntropy(logits, target, share), share.share);
  const [gradient] = grad(part, [logits]);
  const device = new CpuDevice('cpu', { threads: 1, collective: ranks });
  const executable = await device.compile(trace.program({ loss: allReduce(part), gradient }));
  const tensors = { logits: Float32Array.from(own.logits), target: Float32Array.from(own.target) };
  const results = await executable.run({ tensors });
  const fetch = async (name: string) => Array.from(await results.fetch(name), Number);
  const found = { loss: (await fetch('loss'))[0], gradient: await fetch('gradient') };
  await device.dispose();
  return found;
};

export default task;
