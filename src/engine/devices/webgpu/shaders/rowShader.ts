import { elementCount } from '../../../ir/tensorType.js';
import type { Kernel } from '../../../loops/kernel.js';
import type { ArrayOptions } from './arrays.js';
import type { KernelShader } from './kernelWriter.js';
import { SharedRows } from './sharedRows.js';
import { SingleRows } from './singleRows.js';

/** A sum of so many terms is shared out within a workgroup, unless there are points enough to fill a GPU. */
const LONG_SUM = 64;
const MANY_POINTS = 2 ** 15;

/**
 * A kernel with reductions: for every point of its axes, a row of terms. Long rows are shared by a workgroup; otherwise an
 * invocation has a row to itself.
 *
 * @param invocations at most, of a workgroup
 */
export function rowShader(kernel: Kernel, invocations: number, options?: ArrayOptions): KernelShader {
  return isSharedRow(kernel)
    ? new SharedRows(kernel, invocations, options).write()
    : new SingleRows(kernel, options).write();
}

/** Whether the invocations of a workgroup share each row. */
export function isSharedRow({ axes, over }: Kernel): boolean {
  return elementCount(over) >= LONG_SUM && elementCount(axes) < MANY_POINTS;
}
