import { elementCount } from '../../../ir/tensorType.js';
import { ACCUMULATORS, Block } from '../../../loops/block.js';
import { dependenceOf } from '../../../loops/dependence.js';
import { load } from '../../../loops/expressions.js';
import { type ExpressionWriter, indented } from '../../../loops/expressionWriter.js';
import { type Kernel, reducedBy, type Store } from '../../../loops/kernel.js';
import type { ArrayOptions } from './arrays.js';
import { type Axis, countedBlock, fourBlocks, longAxes } from './countedAxes.js';
import {
  type Access,
  accessesOf,
  type Neighbours,
  storedBy,
  storedNeighbours,
  wideTensors,
} from './fourNeighbours.js';
import { type KernelShader, KernelWriter } from './kernelWriter.js';
import { firstOf, joined, type Numbered, numbered, storesOf, termOf } from './reductions.js';

/**
 * A workgroup a row: each invocation sums up a part of its terms, and the workgroup these partial sums by halves.
 */
export class SharedRows {
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
    options: ArrayOptions | undefined,
  ) {
    const { axes, over } = kernel;
    this.over = longAxes(over, axes.length);
    this.terms = elementCount(over);
    this.size = Math.min(invocations, 2 ** Math.floor(Math.log2(this.terms / 4)));
    const { suffix, wide } = this.neighbours(options);
    this.suffix = suffix;
    this.writer = new KernelWriter(wide, options);
    const { language } = this.writer;
    this.outside = new Block({ prefix: 'c', language });
    const parts = { prefix: 'p', language, parents: [this.outside], axes: longAxes(axes), number: 'group' };
    this.row = countedBlock({ ...parts, own: ACCUMULATORS });
    this.expressions = this.writer.expressions(this.row);
  }

  /** Along which axes terms are taken by fours, and the tensors that this is true of. */
  private neighbours(options: ArrayOptions | undefined) {
    const { kernel, over } = this;
    const { ofRow, ofTerm } = storesOf(kernel);
    const reduced = kernel.phases.flat().flatMap(reducedBy);
    const accesses = (stores: readonly Store[]): Access[] => [
      ...accessesOf(stores.map(({ expr }) => expr)),
      ...storedBy(stores),
    ];
    const ofTerms = [...accessesOf(reduced), ...accesses(ofTerm)];
    const { suffix } = rowNeighbours(kernel);
    const all = [
      ...ofTerms.map((access) => ({ ...access, axes: over, suffix })),
      ...accesses(ofRow).map((access) => ({ ...access, axes: over, suffix: undefined })),
    ];
    return { suffix, wide: wideTensors(all, options?.bindings) };
  }

  write(): KernelShader {
    const { writer, kernel, expressions, outside, row, size } = this;
    const phases = numbered(kernel);
    const { ofRow, ofTerm } = storesOf(kernel);
    const early = ofTerm.filter(({ expr }) => (dependenceOf(expr) & ACCUMULATORS) === 0);
    for (const [i, phase] of phases.entries()) {
      if (i === 0) this.writeSums(phase, early);
      else this.writeSums(phase, [], early);
      this.writeTotals(phase);
    }
    const late = ofTerm.filter((store) => !early.includes(store));
    if (late.length > 0) this.writeLoop(() => {}, late, early);
    // What rows store, other invocations may still read.
    if (late.length > 0 && ofRow.length > 0) expressions.line('workgroupBarrier();');
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
  private writeSums(
    phase: readonly Numbered[],
    stores: readonly Store[],
    stored: readonly Store[] = [],
  ): void {
    const { expressions } = this;
    for (const { reduction, acc } of phase) expressions.line(`var own_${acc} = ${firstOf(reduction)};`);
    const add = () => {
      for (const { reduction, acc } of phase) {
        const own = `own_${acc}`;
        expressions.line(`${own} = ${joined(reduction, own, termOf(expressions, reduction))};`);
      }
    };
    this.writeLoop(add, stores, stored);
  }

  /**
   * A loop over an invocation's terms: what is written for each, and what is stored.
   * @param stored by loops before: each invocation reads again what it has stored, and does not compute it again
   */
  private writeLoop(write: () => void, stores: readonly Store[], stored: readonly Store[]): void {
    const { expressions, writer, suffix, over, row, size, terms } = this;
    const number = `term${this.loops}`;
    const prefix = `t${this.loops++}_`;
    const parts = { prefix, language: writer.language, parents: [row], axes: over, number };
    const each = () => {
      for (const { expr, tensor, index } of stored) {
        if (expr.kind !== 'load') expressions.callSame(expr, load(tensor, index));
      }
      write();
    };
    const lines: string[] = [];
    if (suffix === undefined) {
      const block = countedBlock(parts);
      expressions.within(block, () => {
        each();
        writer.writeStores(expressions, stores);
      });
      lines.push(...block.lines);
    } else {
      const four = fourBlocks({ ...parts, suffix });
      writer.writeFour(expressions, four.each, each);
      writer.writeFourStores(expressions, four.each, stores);
      lines.push(...four.common.lines, ...four.each.flatMap((block) => block.lines));
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

/** By which axes the terms of a row are taken by fours. */
export function rowNeighbours(kernel: Kernel): Neighbours {
  const reduced = kernel.phases.flat().flatMap(reducedBy);
  return storedNeighbours(longAxes(kernel.over, kernel.axes.length), storesOf(kernel).ofTerm, reduced);
}
