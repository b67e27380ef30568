import type { Tensor } from '../../ir/loopForm.js';
import type { Kernel } from '../../loops/kernel.js';
import type { Dispatch, Gpu, Memory } from './gpu.js';
import { hasHalves } from './kernelLimits.js';
import { kernelShader } from './kernelShader.js';
import type { Tile } from './shaders/tile.js';
import { sharedBindings, tensorsOf } from './sharedBindings.js';

/**
 * A kernel over the memory of its tensors.
 * @param tile of a contraction
 * @throws Pix2PixError when the adapter cannot bind so much
 */
export function dispatchKernel(
  gpu: Gpu,
  kernel: Kernel,
  memoryOf: (tensor: Tensor) => Memory,
  tile?: Tile,
): Dispatch {
  const bindings = sharedBindings(tensorsOf(kernel), memoryOf, gpu.bindingLimits);
  const { source, tensors, workgroups } = kernelShader(kernel, {
    ...{ tile, bindings, invocations: gpu.workgroupLimits.invocations, hasHalves: hasHalves(gpu) },
  });
  return gpu.dispatch(source, bindings?.memories ?? tensors.map(memoryOf), workgroups);
}
