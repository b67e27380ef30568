import { grad } from '../src/engine/autodiff/grad.js';
import { CpuDevice } from '../src/engine/devices/cpu/cpuDevice.js';
import { f32 } from '../src/engine/ir/tensorType.js';
import { Trace } from '../src/engine/ir/trace.js';
import { allReduce } from '../src/engine/ops/allReduce.js';
import { mul, square } from '../src/engine/ops/elementwise.js';
import { sum } from '../src/engine/ops/reduce.js';
import type { RankTask } from './rankThreads.js';

/** y = Σ xᵢ over the ranks, and the gradient of the sum over the ranks of Σ y² wᵢ by this rank's x. */
const reduce: RankTask<{ readonly x: number[][]; readonly w: number[][] }, Record<string, number[]>> = async (
  ranks,
  { x, w },
) => {
  const device = new CpuDevice('cpu', { threads: 1, collective: ranks });
  const trace = new Trace(true);
  const [own, weight] = ['x', 'w'].map((name) => trace.input(name, f32(x[0].length)));
  const y = allReduce(own);
  const [gradient] = grad(sum(mul(square(y), weight)), [own]);
  const executable = await device.compile(trace.program({ y, gradient }));
  const tensors = { x: Float32Array.from(x[ranks.rank]), w: Float32Array.from(w[ranks.rank]) };
  const results = await executable.run({ tensors });
  const found = { y: [...(await results.fetch('y'))], gradient: [...(await results.fetch('gradient'))] };
  await device.dispose();
  return found as Record<string, number[]>;
};

export default reduce;
