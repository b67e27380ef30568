import type { Tensor } from '../../ir/loopForm.js';
import type { Shape } from '../../ir/tensorType.js';
import type { Kernel, Reduction, Store } from '../../loops/kernel.js';
import { Block, POINT } from './block.js';
import { ExpressionWriter, type Precision } from './expressionWriter.js';

const compiled = new Map<string, Function>();

/**
 * A kernel as a function that runs it once. It is written as JavaScript and compiled by `Function`, which makes a step
 * of a small network some fifty times as fast as closures for its expressions, but is not allowed in every page.
 * Kernels that differ in nothing but their tensors share a function.
 *
 * @param memoryOf where a tensor's elements are, in row-major order
 */
export function kernelRun(
  kernel: Kernel,
  memoryOf: (tensor: Tensor) => Float64Array,
  precision: Precision,
): () => void {
  const { source, tensors } = kernelSource(kernel, precision);
  const names = tensors.map((_, i) => memoryName(i));
  const run = compiled.get(source) ?? new Function(...names, source);
  compiled.set(source, run);
  const memories = tensors.map(memoryOf);
  return () => run(...memories);
}

/** The body of that function, and the tensors whose memory it takes, as m0, m1 and so on. */
export function kernelSource(
  kernel: Kernel,
  precision: Precision,
): { readonly source: string; readonly tensors: readonly Tensor[] } {
  const writer = new KernelWriter(kernel, precision);
  return { source: writer.source(), tensors: writer.tensors };
}

const memoryName = (i: number) => `m${i}`;

class KernelWriter {
  readonly tensors: Tensor[] = [];
  private readonly expressions: ExpressionWriter;

  constructor(
    private readonly kernel: Kernel,
    precision: Precision,
  ) {
    this.expressions = new ExpressionWriter(kernel.axes.length, precision, (tensor) => this.nameOf(tensor));
  }

  /** A function for one point of the axes, and loops around it: V8 optimises what is called often at once. */
  source(): string {
    const { axes } = this.kernel;
    const outside = this.expressions.block;
    const point = new Block(POINT, outside);
    this.expressions.block = point;
    this.writePoint();
    const variables = axes.map((_, axis) => `v${axis}`).join(', ');
    outside.lines.push(`const point = (${variables}) => {`, ...indented(point.lines), '};');
    this.expressions.block = outside;
    const call = axes.map((extent, axis) => (extent === 1 ? '0' : `v${axis}`)).join(', ');
    this.loops(axes, 0, () => this.write(`point(${call});`));
    return outside.lines.join('\n');
  }

  private writePoint(): void {
    const { axes, over, phases, stores } = this.kernel;
    let number = 0;
    for (const phase of phases) {
      phase.forEach(({ op }, i) => this.write(`let acc${number + i} = ${op === 'max' ? '-Infinity' : 0};`));
      this.loops(over, axes.length, () => {
        for (const reduction of phase) this.reduce(reduction, `acc${number++}`);
      });
    }
    for (const store of stores) this.store(store);
  }

  /** Loops around what `body` writes. */
  private loops([extent, ...inner]: Shape, axis: number, body: () => void): void {
    if (extent === undefined) return body();
    if (extent === 1) return this.loops(inner, axis + 1, body);
    const outside = this.expressions.block;
    const block = new Block(this.expressions.levelOfAxis(axis), outside);
    this.expressions.block = block;
    this.loops(inner, axis + 1, body);
    this.expressions.block = outside;
    const head = `for (let v${axis} = 0; v${axis} < ${extent}; v${axis}++) {`;
    outside.lines.push(head, ...indented(block.lines), '}');
  }

  private reduce(reduction: Reduction, acc: string): void {
    const { expressions } = this;
    if (reduction.op === 'product') {
      const product = expressions.round(
        `${expressions.expr(reduction.a)} * ${expressions.expr(reduction.b)}`,
      );
      this.write(`${acc} = ${expressions.round(`${acc} + ${product}`)};`);
    } else if (reduction.op === 'max') {
      this.write(`${acc} = Math.max(${acc}, ${expressions.expr(reduction.expr)});`);
    } else {
      this.write(`${acc} = ${expressions.round(`${acc} + ${expressions.expr(reduction.expr)}`)};`);
    }
  }

  /** Elements whose place is outside of the tensor are left out. */
  private store({ tensor, index, expr }: Store): void {
    const { expressions } = this;
    const { shape } = tensor.type;
    const inside = index.flatMap((at, axis) =>
      at.high < shape[axis] ? [] : [`${expressions.index(at)} < ${shape[axis]}`],
    );
    const value = expressions.round(expressions.expr(expr));
    const assignment = `${this.nameOf(tensor)}[${expressions.place(tensor, index)}] = ${value};`;
    this.write(inside.length === 0 ? assignment : `if (${inside.join(' && ')}) ${assignment}`);
  }

  private write(line: string): void {
    this.expressions.block.lines.push(line);
  }

  private nameOf(tensor: Tensor): string {
    if (!this.tensors.includes(tensor)) this.tensors.push(tensor);
    return memoryName(this.tensors.indexOf(tensor));
  }
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
