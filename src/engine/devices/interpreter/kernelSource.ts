import type { Tensor } from '../../ir/loopForm.js';
import type { Shape } from '../../ir/tensorType.js';
import { ACCUMULATORS, Block, ofAxes, ofAxis } from '../../loops/block.js';
import { ExpressionWriter, indented } from '../../loops/expressionWriter.js';
import { isElementStore, type Kernel, type Reduction, type Store } from '../../loops/kernel.js';
import { JavaScript, type Precision } from './javaScript.js';

/** A kernel as the body of a JavaScript function. */
export interface KernelSource {
  readonly source: string;
  /** The tensors whose elements, in row-major order, the function takes as `memoryName(0)`, `memoryName(1)`, ... */
  readonly tensors: readonly Tensor[];
}

export const memoryName = (i: number) => `m${i}`;

export function kernelSource(kernel: Kernel, precision: Precision): KernelSource {
  const writer = new KernelWriter(kernel, precision);
  return { source: writer.write(), tensors: writer.tensors };
}

class KernelWriter {
  readonly tensors: Tensor[] = [];
  private readonly language: JavaScript;
  private readonly expressions: ExpressionWriter;
  private loops = 0;

  constructor(
    private readonly kernel: Kernel,
    precision: Precision,
  ) {
    this.language = new JavaScript(precision, (tensor) => this.nameOf(tensor));
    const outside = new Block({ prefix: 'x', language: this.language });
    this.expressions = new ExpressionWriter(this.language, outside);
  }

  /** A function for one point of the axes, and loops around it: V8 optimises what is called often at once. */
  write(): string {
    const { axes } = this.kernel;
    const outside = this.expressions.block;
    const own = ofAxes(0, axes.length) | ACCUMULATORS;
    const point = this.expressions.within(this.inner('p', own), () => this.writePoint());
    const variables = axes.map((_, axis) => `v${axis}`).join(', ');
    outside.lines.push(`const point = (${variables}) => {`, ...indented(point), '};');
    const call = axes.map((extent, axis) => (extent === 1 ? '0' : `v${axis}`)).join(', ');
    this.writeLoops(axes, 0, () => this.expressions.line(`point(${call});`));
    return outside.lines.join('\n');
  }

  private writePoint(): void {
    const { axes, over, phases, stores } = this.kernel;
    let known = 0;
    for (const phase of phases) {
      const numbered = phase.map((reduction, i) => ({ reduction, acc: `acc${known + i}` }));
      for (const { reduction, acc } of numbered) {
        this.expressions.line(`let ${acc} = ${reduction.op === 'max' ? '-Infinity' : 0};`);
      }
      this.writeLoops(over, axes.length, () => {
        for (const { reduction, acc } of numbered) this.writeReduction(reduction, acc);
      });
      known += phase.length;
    }
    const ofElements = stores.filter((store) => isElementStore(this.kernel, store));
    if (ofElements.length > 0) {
      this.writeLoops(over, axes.length, () => {
        for (const store of ofElements) this.writeStore(store);
      });
    }
    for (const store of stores) if (!ofElements.includes(store)) this.writeStore(store);
  }

  /** Loops around what `body` writes. */
  private writeLoops([extent, ...inner]: Shape, axis: number, body: () => void): void {
    if (extent === undefined) body();
    else if (extent === 1) this.writeLoops(inner, axis + 1, body);
    else {
      const block = this.inner(`l${this.loops++}_`, ofAxis(axis));
      const lines = this.expressions.within(block, () => this.writeLoops(inner, axis + 1, body));
      const head = `for (let v${axis} = 0; v${axis} < ${extent}; v${axis}++) {`;
      this.expressions.line(head, ...indented(lines), '}');
    }
  }

  private writeReduction(reduction: Reduction, acc: string): void {
    const { expressions, language } = this;
    if (reduction.op === 'max') {
      this.expressions.line(`${acc} = Math.max(${acc}, ${expressions.expr(reduction.expr)});`);
      return;
    }
    const term =
      reduction.op === 'product'
        ? language.round(`${expressions.expr(reduction.a)} * ${expressions.expr(reduction.b)}`)
        : expressions.expr(reduction.expr);
    this.expressions.line(`${acc} = ${language.round(`${acc} + ${term}`)};`);
  }

  /** Elements whose place is outside of the tensor are left out. */
  private writeStore(store: Store): void {
    const { expressions, language } = this;
    const inside = expressions.isInside(store);
    const value = language.round(expressions.expr(store.expr));
    const place = expressions.place(store.tensor, store.index);
    const assignment = `${this.nameOf(store.tensor)}[${place}] = ${value};`;
    expressions.line(inside.length === 0 ? assignment : `if (${inside.join(' && ')}) ${assignment}`);
  }

  /** A block that knows more than the one that is being written. */
  private inner(prefix: string, own: number): Block {
    return new Block({ prefix, language: this.language, parents: [this.expressions.block], own });
  }

  private nameOf(tensor: Tensor): string {
    if (!this.tensors.includes(tensor)) this.tensors.push(tensor);
    return memoryName(this.tensors.indexOf(tensor));
  }
}
