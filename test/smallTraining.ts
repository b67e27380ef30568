import { grad } from '../src/engine/autodiff/grad.js';
import type { WebGpuExecutable } from '../src/engine/devices/webgpu/webGpuExecutable.js';
import { State } from '../src/engine/ir/state.js';
import { f32 } from '../src/engine/ir/tensorType.js';
import { Trace } from '../src/engine/ir/trace.js';
import { add, mul, scale, square } from '../src/engine/ops/elementwise.js';
import { mean } from '../src/engine/ops/reduce.js';
import type { Device } from '../src/engine/runtime/device.js';

const LENGTH = 1000;

/** The smallest program that has all of a training step: an input, a mask, a loss, its gradient and Adam. */
export async function smallTraining(device: Device) {
  const weight = new State('w', f32(LENGTH), 'parameter', { kind: 'constant', value: 0 });
  await device.optimiser([weight], { betas: [0.5, 0.999], epsilon: 1e-8, averaging: 0.9, clipNorm: 1 });
  const trace = new Trace(true);
  const x = trace.input('x', f32(LENGTH));
  const kept = mul(trace.read(weight), trace.dropoutMask(f32(LENGTH), 0.5));
  const loss = mean(square(add(kept, scale(x, -1))));
  const inputs = grad(loss, [trace.read(weight)]);
  trace.hostStep({ kind: 'adam', name: 'W', states: [weight], inputs, learningRate: 'lr' });
  const executable = await device.compile(trace.program({ loss }));
  const tensors = { x: new Float32Array(LENGTH).fill(1) };
  /** Makes a step. @returns its loss, which may be awaited later, in an object so that nobody awaits it by accident */
  const step = async (draw: number) => {
    const random = { seed: 1, purpose: 'dropout', draw } as const;
    const results = await executable.run({ tensors, scalars: { lr: 0.01 }, random });
    return { loss: results.fetch('loss') };
  };
  return { kernels: (executable as WebGpuExecutable).kernels, step };
}
