import type { Tensor } from '../../ir/loopForm.js';
import type { Kernel } from '../../loops/kernel.js';
import type { Dispatch } from './dispatches.js';
import type { Gpu, Memory } from './gpu.js';
import { hasHalves } from './kernelLimits.js';
import { kernelShader } from './kernelShader.js';
import type { Tile } from './shaders/tile.js';
import { sharedBindings, tensorsOf } from './sharedBindings.js';

/** A kernel that is to run over the memory of its tensors. */
export interface KernelInMemory {
  readonly kernel: Kernel;
  readonly memoryOf: (tensor: Tensor) => Memory;
  /** Of a contraction. */
  readonly tile?: Tile;
}

/**
 * Kernels as dispatches, in their order; what has not been compiled yet is, side by side.
 * @throws Pix2PixError when the adapter cannot bind so much
 */
export async function dispatchKernels(gpu: Gpu, kernels: readonly KernelInMemory[]): Promise<Dispatch[]> {
  const shaders = kernels.map((kernel) => shaderOver(gpu, kernel));
  await gpu.compile(shaders.map(({ source, memories }) => ({ source, bindings: memories.length })));
  return gpu.checked(() =>
    shaders.map(({ source, memories, workgroups }) => gpu.dispatch(source, memories, workgroups)),
  );
}

function shaderOver(gpu: Gpu, { kernel, memoryOf, tile }: KernelInMemory) {
  const bindings = sharedBindings(tensorsOf(kernel), memoryOf, gpu.bindingLimits);
  const { source, tensors, workgroups } = kernelShader(kernel, {
    ...{ tile, bindings, invocations: gpu.workgroupLimits.invocations, hasHalves: hasHalves(gpu) },
  });
  return { source, memories: bindings?.memories ?? tensors.map(memoryOf), workgroups };
}
