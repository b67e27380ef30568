import type { Tensor } from '../../ir/loopForm.js';
import { elementCount, type Shape } from '../../ir/tensorType.js';
import { Block, POINT } from '../../loops/block.js';
import { ExpressionWriter } from '../../loops/expressionWriter.js';
import { isElementStore, type Kernel, type Reduction, type Store } from '../../loops/kernel.js';
import { FUNCTIONS, isPacked, Wgsl } from './wgsl.js';

/** A kernel as a compute shader. */
export interface KernelShader {
  readonly source: string;
  /** Binding i of group 0 is where the elements of tensor i are. */
  readonly tensors: readonly Tensor[];
  readonly workgroups: readonly [x: number, y: number];
}

/** Of a kernel of which every invocation computes one point. */
const POINTS_A_WORKGROUP = 64;
/** WebGPU guarantees 256 invocations a workgroup, and 65,535 workgroups an axis. */
const MAX_WORKGROUP = 256;
const MAX_WORKGROUPS = 65_535;

/** A sum of so many terms is shared out within a workgroup, unless there are points enough to fill a GPU. */
const LONG_SUM = 64;
const MANY_POINTS = 2 ** 15;

/** As WGSL: kernels that differ in nothing but their tensors have the same source. */
export function kernelShader(kernel: Kernel): KernelShader {
  const [points, terms] = [elementCount(kernel.axes), elementCount(kernel.over)];
  const isShared = kernel.phases.length > 0 && terms >= LONG_SUM && points < MANY_POINTS;
  return new ShaderWriter(kernel, isShared).write();
}

class ShaderWriter {
  private readonly tensors: Tensor[] = [];
  private readonly language = new Wgsl((tensor) => this.nameOf(tensor));
  private readonly expressions: ExpressionWriter;
  private readonly points: number;
  private readonly terms: number;
  private readonly workgroupSize: number;

  /** @param isShared whether a whole workgroup computes a point: each invocation a part of the sums */
  constructor(
    private readonly kernel: Kernel,
    private readonly isShared: boolean,
  ) {
    this.points = elementCount(kernel.axes);
    this.terms = elementCount(kernel.over);
    const shared = Math.min(MAX_WORKGROUP, 2 ** Math.floor(Math.log2(this.terms / 4)));
    this.workgroupSize = isShared ? shared : POINTS_A_WORKGROUP;
    this.expressions = new ExpressionWriter(this.language, (axis) => this.levelOfAxis(axis));
  }

  write(): KernelShader {
    const outside = this.expressions.block;
    const body = this.within(new Block(POINT, this.language, outside), () => this.writePoint());
    const groups = this.isShared ? this.points : Math.ceil(this.points / this.workgroupSize);
    const x = Math.min(groups, MAX_WORKGROUPS);
    const place = this.isShared
      ? `group.x + group.y * ${x}u`
      : `(group.x + group.y * ${x}u) * ${this.workgroupSize}u + lane`;
    const source = [
      ...this.tensors.map((tensor, i) => declaration(tensor, i)),
      ...(this.isShared ? [`var<workgroup> partial: array<f32, ${this.workgroupSize}>;`] : []),
      FUNCTIONS,
      `@compute @workgroup_size(${this.workgroupSize})`,
      'fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {',
      ...indented([
        `let point = i32(${place});`,
        `if (point >= ${this.points}) { return; }`,
        ...unflattened('point', this.kernel.axes, 0),
        ...outside.lines,
        ...body,
      ]),
      '}',
      '',
    ].join('\n');
    return { source, tensors: this.tensors, workgroups: [x, Math.ceil(groups / x)] };
  }

  private writePoint(): void {
    let known = 0;
    for (const phase of this.kernel.phases) {
      const numbered = phase.map((reduction, i) => ({ reduction, acc: `acc${known + i}` }));
      for (const { reduction, acc } of numbered) {
        const first = reduction.op === 'max' ? '-3.4028234e38f' : '0f';
        this.line(`var ${this.isShared ? `own_${acc}` : acc} = ${first};`);
      }
      if (this.isShared) this.writeSharedSums(numbered);
      else {
        this.writeLoops(this.kernel.over, this.kernel.axes.length, () => {
          for (const { reduction, acc } of numbered) this.writeReduction(reduction, acc);
        });
      }
      known += phase.length;
    }
    this.writeStores();
  }

  private writeStores(): void {
    const { kernel } = this;
    const ofElements = kernel.stores.filter((store) => isElementStore(kernel, store));
    const writeElements = () => {
      for (const store of ofElements) this.writeStore(store);
    };
    if (this.isShared && ofElements.length > 0) this.writeSharedTerms(writeElements);
    else if (ofElements.length > 0) this.writeLoops(kernel.over, kernel.axes.length, writeElements);
    for (const store of kernel.stores) {
      if (!ofElements.includes(store)) this.writeStore(store, this.isShared ? ['lane == 0u'] : []);
    }
  }

  /** Each invocation adds every n-th term, and then the workgroup its partial sums by halves. */
  private writeSharedSums(numbered: readonly { readonly reduction: Reduction; readonly acc: string }[]) {
    this.writeSharedTerms(() => {
      for (const { reduction, acc } of numbered) this.writeReduction(reduction, `own_${acc}`);
    });
    for (const { reduction, acc } of numbered) {
      const [a, b] = ['partial[lane]', 'partial[lane + width]'];
      const both = reduction.op === 'max' ? `max(${a}, ${b})` : `${a} + ${b}`;
      this.line(`partial[lane] = own_${acc};`);
      this.line('workgroupBarrier();');
      this.line(`for (var width = ${this.workgroupSize / 2}u; width > 0u; width /= 2u) {`);
      this.line(`  if (lane < width) { partial[lane] = ${both}; }`);
      this.line('  workgroupBarrier();');
      this.line('}');
      this.line(`let ${acc} = partial[0];`);
      this.line('workgroupBarrier();');
    }
  }

  /** A loop in which each invocation takes every n-th term. */
  private writeSharedTerms(body: () => void): void {
    const { over, axes } = this.kernel;
    const block = new Block(POINT + 1, this.language, this.expressions.block);
    const lines = this.within(block, () => {
      block.lines.push(...unflattened('term', over, axes.length));
      body();
    });
    const step = `term < ${this.terms}; term += ${this.workgroupSize}`;
    this.line(`for (var term = i32(lane); ${step}) {`);
    for (const line of indented(lines)) this.line(line);
    this.line('}');
  }

  /** Loops around what `body` writes. */
  private writeLoops([extent, ...inner]: Shape, axis: number, body: () => void): void {
    if (extent === undefined) body();
    else if (extent === 1) this.writeLoops(inner, axis + 1, body);
    else {
      const block = new Block(this.levelOfAxis(axis), this.language, this.expressions.block);
      const lines = this.within(block, () => this.writeLoops(inner, axis + 1, body));
      this.line(`for (var v${axis} = 0; v${axis} < ${extent}; v${axis}++) {`);
      for (const line of indented(lines)) this.line(line);
      this.line('}');
    }
  }

  private writeReduction(reduction: Reduction, acc: string): void {
    const { expressions } = this;
    if (reduction.op === 'product') {
      this.line(`${acc} += ${expressions.expr(reduction.a)} * ${expressions.expr(reduction.b)};`);
      return;
    }
    const term = expressions.expr(reduction.expr);
    this.line(reduction.op === 'max' ? `${acc} = max(${acc}, ${term});` : `${acc} += ${term};`);
  }

  /** Elements whose place is outside of the tensor are left out. */
  private writeStore({ tensor, index, expr }: Store, conditions: readonly string[] = []): void {
    const { expressions } = this;
    const { shape } = tensor.type;
    const inside = index.flatMap((at, axis) =>
      at.high < shape[axis] ? [] : [`${expressions.index(at)} < ${shape[axis]}`],
    );
    inside.push(...conditions);
    const value = expressions.expr(expr);
    const assignment = `${this.nameOf(tensor)}[${expressions.place(tensor, index)}] = ${value};`;
    this.line(inside.length === 0 ? assignment : `if (${inside.join(' && ')}) { ${assignment} }`);
  }

  /** The lines that are written into this block. */
  private within(block: Block, write: () => void): readonly string[] {
    const outside = this.expressions.block;
    this.expressions.block = block;
    write();
    this.expressions.block = outside;
    return block.lines;
  }

  private levelOfAxis(axis: number): number {
    const axes = this.kernel.axes.length;
    if (axis < axes) return POINT;
    return POINT + 1 + (this.isShared ? 0 : axis - axes);
  }

  private line(line: string): void {
    this.expressions.block.lines.push(line);
  }

  private nameOf(tensor: Tensor): string {
    if (!this.tensors.includes(tensor)) this.tensors.push(tensor);
    return `m${this.tensors.indexOf(tensor)}`;
  }
}

/**
 * All are bound for writing: WebGPU refuses a buffer that one dispatch has bound for reading and for writing, but takes
 * ranges that do not overlap and are all bound for writing.
 */
function declaration(tensor: Tensor, i: number): string {
  const element = isPacked(tensor) ? 'u32' : 'f32';
  return `@group(0) @binding(${i}) var<storage, read_write> m${i}: array<${element}>;`;
}

/** The variables of axes from their place in row-major order. */
function unflattened(place: string, extents: Shape, first: number): string[] {
  let stride = 1;
  const lines = [...extents.entries()].reverse().flatMap(([axis, extent]) => {
    if (extent === 1) return [];
    const line = `let v${first + axis} = (${place} / ${stride}) % ${extent};`;
    stride *= extent;
    return [line];
  });
  return lines.reverse();
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
