import { elementCount } from '../../../ir/tensorType.js';
import { Block } from '../../../loops/block.js';
import { expressionsIn, type Kernel } from '../../../loops/kernel.js';
import type { ArrayOptions } from './arrays.js';
import { countedBlock, fourBlocks, longAxes } from './countedAxes.js';
import { accessesOf, type Neighbours, storedBy, storedNeighbours, wideTensors } from './fourNeighbours.js';
import { type KernelShader, KernelWriter, POINTS_A_WORKGROUP } from './kernelWriter.js';

/** A kernel without reductions: an invocation computes four neighbouring points, or one where no axis lends itself. */
export function mapShader(kernel: Kernel, options?: ArrayOptions): KernelShader {
  const { axes, suffix } = mapNeighbours(kernel);
  const accesses = [...accessesOf(expressionsIn(kernel)), ...storedBy(kernel.stores)];
  const wide = wideTensors(
    accesses.map((access) => ({ ...access, axes, suffix })),
    options?.bindings,
  );
  const writer = new KernelWriter(wide, options);
  const { language } = writer;
  const outside = new Block({ prefix: 'c', language });
  const each = suffix === undefined ? 1 : 4;
  const invocations = Math.ceil(elementCount(kernel.axes) / each);
  const lines: string[] = [
    `let invocation = group * ${POINTS_A_WORKGROUP}u + lane;`,
    ...(invocations % POINTS_A_WORKGROUP === 0 ? [] : [`if (invocation >= ${invocations}u) { return; }`]),
  ];
  if (suffix === undefined) {
    const parts = { prefix: 'p', language, parents: [outside], axes, number: 'invocation' };
    const point = countedBlock(parts);
    writer.writeStores(writer.expressions(point), kernel.stores);
    lines.push(...outside.lines, ...point.lines);
  } else {
    const parts = { prefix: 'p', language, parents: [outside], axes, number: 'first', suffix };
    const { common, each } = fourBlocks(parts);
    writer.writeFourStores(writer.expressions(common), each, kernel.stores);
    lines.push('let first = 4u * invocation;', ...outside.lines, ...common.lines);
    lines.push(...each.flatMap((block) => block.lines));
  }
  return writer.shader({
    workgroupSize: POINTS_A_WORKGROUP,
    groups: Math.ceil(invocations / POINTS_A_WORKGROUP),
    body: lines,
  });
}

/** By which axes a kernel without reductions goes by fours. */
export function mapNeighbours(kernel: Kernel): Neighbours {
  return storedNeighbours(longAxes(kernel.axes), kernel.stores);
}
