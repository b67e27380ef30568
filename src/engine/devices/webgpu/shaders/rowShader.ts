import { elementCount, type Shape } from '../../../ir/tensorType.js';
import { ACCUMULATORS, Block, ofAxes, ofAxis } from '../../../loops/block.js';
import { dependenceOf, dependenceOfIndex } from '../../../loops/dependence.js';
import { type ExpressionWriter, indented } from '../../../loops/expressionWriter.js';
import { type Kernel, type Reduction, reducedBy, type Store } from '../../../loops/kernel.js';
import type { Bindings } from './arrays.js';
import { type Axis, countedBlock, fourBlocks, longAxes } from './countedAxes.js';
import { type Access, accessesOf, neighbourAxes, storedBy, wideTensors } from './fourNeighbours.js';
import { type KernelShader, KernelWriter } from './kernelWriter.js';
import { POINTS_A_WORKGROUP } from './mapShader.js';

/** A sum of so many terms is shared out within a workgroup, unless there are points enough to fill a GPU. */
const LONG_SUM = 64;
const MANY_POINTS = 2 ** 15;

/**
 * A kernel with reductions: for every point of its axes, a row of terms. Long rows are shared by a workgroup, which adds
 * up the partial sums of its invocations by halves; otherwise an invocation has a row to itself.
 *
 * @param invocations at most, of a workgroup
 */
export function rowShader(kernel: Kernel, invocations: number, bindings?: Bindings): KernelShader {
  const [points, terms] = [elementCount(kernel.axes), elementCount(kernel.over)];
  const isShared = terms >= LONG_SUM && points < MANY_POINTS;
  return isShared
    ? new SharedRows(kernel, invocations, bindings).write()
    : new SingleRows(kernel, bindings).write();
}

interface Numbered {
  readonly reduction: Reduction;
  readonly acc: string;
}

/** Phases with the names of their accumulators. */
function numbered({ phases }: Kernel): Numbered[][] {
  let known = 0;
  return phases.map((phase) => phase.map((reduction) => ({ reduction, acc: `acc${known++}` })));
}

const firstOf = ({ op }: Reduction) => (op === 'max' ? '-3.4028234e38f' : '0f');
const joined = ({ op }: Reduction, a: string, b: string) =>
  op === 'max' ? `max(${a}, ${b})` : `${a} + ${b}`;

function term(expressions: ExpressionWriter, reduction: Reduction): string {
  return reducedBy(reduction)
    .map((expr) => expressions.expr(expr))
    .join(' * ');
}

/** Stores once for a row, and those for each of its terms. */
function storesOf({ axes, over, stores }: Kernel): { ofRow: Store[]; ofTerm: Store[] } {
  const along = ofAxes(axes.length, over.length);
  const isOfTerm = ({ index, expr }: Store) =>
    index.some((at) => dependenceOfIndex(at) & along) || (dependenceOf(expr) & along) !== 0;
  return { ofRow: stores.filter((store) => !isOfTerm(store)), ofTerm: stores.filter(isOfTerm) };
}

/** An invocation a row. */
class SingleRows {
  private readonly writer: KernelWriter;
  private readonly expressions: ExpressionWriter;
  private readonly outside: Block;
  private readonly point: Block;
  private loops = 0;

  constructor(
    private readonly kernel: Kernel,
    bindings: Bindings | undefined,
  ) {
    this.writer = new KernelWriter(new Set(), bindings);
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
          expressions.line(`${acc} = ${joined(reduction, acc, term(expressions, reduction))};`);
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

/** A workgroup a row. */
class SharedRows {
  private readonly writer: KernelWriter;
  private readonly expressions: ExpressionWriter;
  private readonly outside: Block;
  private readonly row: Block;
  private readonly over: readonly Axis[];
  private readonly terms: number;
  private readonly suffix: number | undefined;
  private readonly size: number;
  private loops = 0;

  constructor(
    private readonly kernel: Kernel,
    invocations: number,
    bindings: Bindings | undefined,
  ) {
    const { axes, over } = kernel;
    this.over = longAxes(over, axes.length);
    this.terms = elementCount(over);
    this.size = Math.min(invocations, 2 ** Math.floor(Math.log2(this.terms / 4)));
    const { suffix, wide } = this.neighbours(bindings);
    this.suffix = suffix;
    this.writer = new KernelWriter(wide, bindings);
    const { language } = this.writer;
    this.outside = new Block({ prefix: 'c', language });
    const parts = { prefix: 'p', language, parents: [this.outside], axes: longAxes(axes), number: 'group' };
    this.row = countedBlock({ ...parts, own: ACCUMULATORS });
    this.expressions = this.writer.expressions(this.row);
  }

  /** Along which axes terms are taken by fours, and the tensors that this is true of. */
  private neighbours(bindings: Bindings | undefined) {
    const { kernel, over } = this;
    const { ofRow, ofTerm } = storesOf(kernel);
    const reduced = kernel.phases.flat().flatMap(reducedBy);
    const accesses = (stores: readonly Store[]): Access[] => [
      ...accessesOf(stores.map(({ expr }) => expr)),
      ...storedBy(stores),
    ];
    const ofTerms = [...accessesOf(reduced), ...accesses(ofTerm)];
    const suffix = neighbourAxes(over, ofTerms, [...reduced, ...ofTerm.map(({ expr }) => expr)], ofTerm);
    const all = [
      ...ofTerms.map((access) => ({ ...access, axes: over, suffix })),
      ...accesses(ofRow).map((access) => ({ ...access, axes: over, suffix: undefined })),
    ];
    return { suffix, wide: wideTensors(all, bindings) };
  }

  write(): KernelShader {
    const { writer, kernel, expressions, outside, row, size } = this;
    const phases = numbered(kernel);
    for (const phase of phases) {
      this.writeSums(phase);
      this.writeTotals(phase);
    }
    const { ofRow, ofTerm } = storesOf(kernel);
    if (ofTerm.length > 0) this.writeTerms(ofTerm);
    // What rows store, other invocations may still read.
    if (ofTerm.length > 0 && ofRow.length > 0) expressions.line('workgroupBarrier();');
    writer.writeStores(expressions, ofRow, ['lane == 0u']);
    const most = Math.max(...phases.map(({ length }) => length));
    const partial = (_: unknown, i: number) => `var<workgroup> partial${i}: array<f32, ${size}>;`;
    return writer.shader({
      workgroupSize: size,
      groups: elementCount(kernel.axes),
      declarations: Array.from({ length: most }, partial),
      body: [...outside.lines, ...row.lines],
    });
  }

  /** The sums of each invocation: of every n-th four of terms, or of every n-th term. */
  private writeSums(phase: readonly Numbered[]): void {
    const { expressions, writer } = this;
    for (const { reduction, acc } of phase) expressions.line(`var own_${acc} = ${firstOf(reduction)};`);
    const add = () => {
      for (const { reduction, acc } of phase) {
        const own = `own_${acc}`;
        expressions.line(`${own} = ${joined(reduction, own, term(expressions, reduction))};`);
      }
    };
    this.writeLoop(
      () => add(),
      (each) => writer.writeFour(expressions, each, add),
    );
  }

  private writeTerms(stores: readonly Store[]): void {
    const { expressions, writer } = this;
    this.writeLoop(
      () => writer.writeStores(expressions, stores),
      (each) => writer.writeFourStores(expressions, each, stores),
    );
  }

  /** A loop over an invocation's terms, by what is written for one of them, or for four. */
  private writeLoop(one: () => void, four: (each: readonly Block[]) => void): void {
    const { expressions, writer, suffix, over, row, size, terms } = this;
    const number = `term${this.loops}`;
    const prefix = `t${this.loops++}_`;
    const parts = { prefix, language: writer.language, parents: [row], axes: over, number };
    const lines: string[] = [];
    if (suffix === undefined) lines.push(...expressions.within(countedBlock(parts), one));
    else {
      const { common, each } = fourBlocks({ ...parts, suffix });
      four(each);
      lines.push(...common.lines, ...each.flatMap((block) => block.lines));
    }
    const width = suffix === undefined ? 1 : 4;
    const first = width === 1 ? 'lane' : '4u * lane';
    expressions.line(
      `for (var ${number} = ${first}; ${number} < ${terms}u; ${number} += ${width * size}u) {`,
      ...indented(lines),
      '}',
    );
  }

  /** Adds up the invocations' sums by halves. */
  private writeTotals(phase: readonly Numbered[]): void {
    const { expressions, size } = this;
    const each = (line: (one: Numbered, i: number) => string) => phase.map(line);
    expressions.line(
      ...each(({ acc }, i) => `partial${i}[lane] = own_${acc};`),
      'workgroupBarrier();',
      `for (var width = ${size / 2}u; width > 0u; width /= 2u) {`,
      '  if (lane < width) {',
      ...each(({ reduction }, i) => {
        const sum = joined(reduction, `partial${i}[lane]`, `partial${i}[lane + width]`);
        return `    partial${i}[lane] = ${sum};`;
      }),
      '  }',
      '  workgroupBarrier();',
      '}',
      ...each(({ acc }, i) => `let ${acc} = partial${i}[0];`),
      'workgroupBarrier();',
    );
  }
}
