import { elementCount, type Shape } from '../../../ir/tensorType.js';
import { ACCUMULATORS, Block, ofAxis } from '../../../loops/block.js';
import { type ExpressionWriter, indented } from '../../../loops/expressionWriter.js';
import type { Kernel } from '../../../loops/kernel.js';
import type { ArrayOptions } from './arrays.js';
import { countedBlock, longAxes } from './countedAxes.js';
import { type KernelShader, KernelWriter, POINTS_A_WORKGROUP } from './kernelWriter.js';
import { firstOf, joined, numbered, storesOf, termOf } from './reductions.js';

/** An invocation a row. */
export class SingleRows {
  private readonly writer: KernelWriter;
  private readonly expressions: ExpressionWriter;
  private readonly outside: Block;
  private readonly point: Block;
  private loops = 0;

  constructor(
    private readonly kernel: Kernel,
    options: ArrayOptions | undefined,
  ) {
    this.writer = new KernelWriter(new Set(), options);
    const { language } = this.writer;
    this.outside = new Block({ prefix: 'c', language });
    const axes = longAxes(kernel.axes);
    const parts = { prefix: 'p', language, parents: [this.outside], axes, number: 'row' };
    this.point = countedBlock({ ...parts, own: ACCUMULATORS });
    this.expressions = this.writer.expressions(this.point);
  }

  write(): KernelShader {
    const { writer, kernel, expressions } = this;
    const { axes, over } = kernel;
    const rows = elementCount(axes);
    for (const phase of numbered(kernel)) {
      for (const { reduction, acc } of phase) expressions.line(`var ${acc} = ${firstOf(reduction)};`);
      this.writeLoops(over, axes.length, () => {
        for (const { reduction, acc } of phase) {
          expressions.line(`${acc} = ${joined(reduction, acc, termOf(expressions, reduction))};`);
        }
      });
    }
    const { ofRow, ofTerm } = storesOf(kernel);
    writer.writeStores(expressions, ofRow);
    if (ofTerm.length > 0) {
      this.writeLoops(over, axes.length, () => writer.writeStores(expressions, ofTerm));
    }
    return writer.shader({
      workgroupSize: POINTS_A_WORKGROUP,
      groups: Math.ceil(rows / POINTS_A_WORKGROUP),
      body: [
        `let row = group * ${POINTS_A_WORKGROUP}u + lane;`,
        ...(rows % POINTS_A_WORKGROUP === 0 ? [] : [`if (row >= ${rows}u) { return; }`]),
        ...this.outside.lines,
        ...this.point.lines,
      ],
    });
  }

  /** Loops around what `body` writes. */
  private writeLoops([extent, ...inner]: Shape, axis: number, body: () => void): void {
    if (extent === undefined) body();
    else if (extent === 1) this.writeLoops(inner, axis + 1, body);
    else {
      const { expressions, writer } = this;
      const parts = { prefix: `l${this.loops++}_`, language: writer.language, own: ofAxis(axis) };
      const block = new Block({ ...parts, parents: [expressions.block] });
      const lines = expressions.within(block, () => this.writeLoops(inner, axis + 1, body));
      expressions.line(`for (var v${axis} = 0; v${axis} < ${extent}; v${axis}++) {`, ...indented(lines), '}');
    }
  }
}
