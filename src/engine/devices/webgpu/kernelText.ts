import type { Tensor } from '../../ir/loopForm.js';
import { elementCount, formatType } from '../../ir/tensorType.js';
import type { Kernel } from '../../loops/kernel.js';
import { defaultName, formatKernel } from '../../loops/print.js';
import type { Task } from '../../loops/task.js';
import { kernelShader } from './kernelShader.js';
import { contractionShape } from './shaders/contractionShape.js';
import { pointsOf } from './shaders/countedAxes.js';
import { type Tile, tileName } from './shaders/tile.js';
import { FUNCTIONS } from './wgsl.js';

/**
 * The kernels of a program as text: what each computes, how, and its WGSL, but for the functions that all of them have.
 * @param tileOf by which tile a contraction is computed
 */
export function kernelTexts(tasks: readonly Task[], tileOf: (kernel: Kernel) => Tile | undefined): string {
  const kernels = tasks.flatMap((task) => (task.kind === 'kernel' ? [task] : []));
  const texts = kernels.map(({ kernel, name }, i) => {
    const title = `// ${i + 1} of ${kernels.length}: ${name}`;
    return [title, ...kernelText(kernel, tileOf(kernel)).map((line) => `// ${line}`), wgslOf(kernel, tileOf)];
  });
  return [...texts.map((lines) => lines.join('\n')), `// in each of them\n${FUNCTIONS}`].join('\n\n');
}

function wgslOf(kernel: Kernel, tileOf: (kernel: Kernel) => Tile | undefined): string {
  return kernelShader(kernel, { tile: tileOf(kernel) })
    .source.replace(`${FUNCTIONS}\n`, '')
    .trimEnd();
}

/** What a kernel computes, and how, line by line. */
function kernelText(kernel: Kernel, tile: Tile | undefined): string[] {
  const { tensors, workgroups } = kernelShader(kernel, { tile });
  const groups = `${workgroups[0] * workgroups[1]} workgroups`;
  return [
    ...formatKernel(kernel).split('; '),
    `m0, m1, ...: ${tensors.map(describe).join(', ')}`,
    `${wayOf(kernel, tile)}: ${groups}`,
  ];
}

function describe(tensor: Tensor): string {
  return `${defaultName(tensor)} ${formatType(tensor.type)}`;
}

function wayOf(kernel: Kernel, tile: Tile | undefined): string {
  const [points, terms] = [elementCount(kernel.axes), elementCount(kernel.over)];
  if (kernel.phases.length === 0) return `${points} points`;
  const shape = tile && contractionShape(kernel);
  if (tile === undefined || shape === undefined) return `${points} rows of ${terms} terms`;
  const { rows, columns, batch } = shape;
  const products = pointsOf(batch) === 1 ? '' : `${pointsOf(batch)} times `;
  return `${products}${rows.points} rows × ${columns.points} columns of ${terms} terms, by tiles ${tileName(tile)}`;
}
