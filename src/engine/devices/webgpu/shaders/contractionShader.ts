import { ACCUMULATORS, Block, ofAxis } from '../../../loops/block.js';
import { accumulatorKey, indented } from '../../../loops/expressionWriter.js';
import type { Kernel } from '../../../loops/kernel.js';
import type { ArrayOptions } from './arrays.js';
import { type ContractionShape, longest, type Side } from './contractionShape.js';
import { type Axis, countedBlock, fourBlocks, pointsOf } from './countedAxes.js';
import { accessesOf, neighbourAxes, storedBy, storedNeighbours, wideTensors } from './fourNeighbours.js';
import { type KernelShader, KernelWriter } from './kernelWriter.js';
import type { Multiplication } from './multiplication.js';
import { multiplyInRegisters } from './registerTiles.js';
import { multiplyMatrices } from './subgroupMatrices.js';
import { invocationsOf, type Tile } from './tile.js';
import { type TileLoops, tileLoad } from './tileLoad.js';

/**
 * A contraction by tiles: a workgroup computes a part of a matrix of the result, a few rows by a few columns in each
 * invocation. For some terms of the sums after others, the workgroup loads both factors' parts into its memory, each
 * element once, whatever expression that is, and each invocation multiplies what it needs of them.
 */
export function contractionShader(
  kernel: Kernel,
  shape: ContractionShape,
  tile: Tile,
  options?: ArrayOptions,
): KernelShader {
  return new ContractionWriter(kernel, shape, tile, options).write();
}

class ContractionWriter {
  private readonly writer: KernelWriter;
  private readonly suffix: Readonly<Record<'row' | 'column' | 'stored', number | undefined>>;
  /** The axes of the sums that have loops of their own, and those whose terms come into tiles. */
  private readonly loops: readonly Axis[];
  private readonly inner: readonly Axis[];
  private readonly multiplication: Multiplication;

  constructor(
    private readonly kernel: Kernel,
    private readonly shape: ContractionShape,
    private readonly tile: Tile,
    options: ArrayOptions | undefined,
  ) {
    const { rows, columns, over } = shape;
    const { stores } = kernel;
    this.multiplication =
      tile.matrix === undefined ? multiplyInRegisters(tile) : multiplyMatrices(tile, tile.matrix);
    this.inner = tile.nested ? [longest(over)] : over;
    this.loops = over.filter((axis) => !this.inner.includes(axis));
    const accesses = {
      row: accessesOf([rows.operand]),
      column: accessesOf([columns.operand]),
      stored: [...accessesOf(stores.map(({ expr }) => expr)), ...storedBy(stores)],
    };
    this.suffix = {
      row: neighbourAxes(rows.axes, accesses.row, [rows.operand]),
      column: neighbourAxes(columns.axes, accesses.column, [columns.operand]),
      stored: storedNeighbours(columns.axes, stores).suffix,
    };
    const all = (['row', 'column', 'stored'] as const).flatMap((of) => {
      const { axes } = of === 'row' ? rows : columns;
      return accesses[of].map((access) => ({ ...access, axes, suffix: this.suffix[of] }));
    });
    this.writer = new KernelWriter(wideTensors(all, options?.bindings), options);
  }

  write(): KernelShader {
    const { tile, shape, writer } = this;
    const [rowTiles, columnTiles] = [
      Math.ceil(shape.rows.points / tile.rows),
      Math.ceil(shape.columns.points / tile.columns),
    ];
    const products = pointsOf(shape.batch);
    const store = this.storeFunction();
    const { before, loop } = this.sums();
    const { multiplication } = this;
    return writer.shader({
      workgroupSize: invocationsOf(tile),
      groups: rowTiles * columnTiles * products,
      ...{ enables: multiplication.enables, builtins: multiplication.builtins },
      declarations: multiplication.declarations,
      functions: store,
      body: [
        // The products of a batch that are phases of a stride read the same weights: next to each other, from the cache.
        `let batch = ${digit('group', 1, products)};`,
        `let rowOrigin = ${digit('group', products, rowTiles)} * ${tile.rows}u;`,
        `let columnOrigin = ${digit('group', products * rowTiles, columnTiles)} * ${tile.columns}u;`,
        ...before,
        ...multiplication.before,
        ...loop,
        ...multiplication.stores,
      ],
    });
  }

  /** The lines that sum up the products: before the loops, and these. */
  private sums() {
    const { shape, tile, writer, inner, loops, suffix } = this;
    const { language } = writer;
    const outside = new Block({ prefix: 'x', language });
    const batch = countedBlock({
      ...{ prefix: 'b', language, parents: [outside], axes: shape.batch, number: 'batch' },
    });
    const blocks = [batch];
    for (const [i, { axis }] of loops.entries()) {
      const parents = [blocks[i]];
      blocks.push(new Block({ prefix: `o${i}_`, language, parents, own: ofAxis(axis) }));
    }
    const tileLoops: TileLoops = {
      ...{ batch, loops: blocks[loops.length], inner, terms: pointsOf(inner) },
      ...{ depth: tile.depth, invocations: invocationsOf(tile) },
    };
    const parts = { writer, loops: tileLoops, assign: this.multiplication.assign };
    const { rows, columns } = shape;
    const loads = [
      tileLoad({ ...parts, name: 'row', side: this.loaded(rows), size: tile.rows, suffix: suffix.row }),
      tileLoad({
        ...parts,
        name: 'column',
        side: this.loaded(columns),
        size: tile.columns,
        suffix: suffix.column,
      }),
    ];
    let lines = [
      ...loads.flatMap(({ around }) => around),
      `for (var start = 0u; start < ${tileLoops.terms}u; start += ${tile.depth}u) {`,
      ...indented([
        ...loads.flatMap(({ inside }) => inside),
        'workgroupBarrier();',
        ...this.multiplication.products,
      ]),
      '  workgroupBarrier();',
      '}',
    ];
    for (const [i, { axis, extent }] of [...loops.entries()].reverse()) {
      const head = `for (var v${axis} = 0; v${axis} < ${extent}; v${axis}++) {`;
      lines = [head, ...indented([...blocks[i + 1].lines, ...lines]), '}'];
    }
    const before = [...outside.lines, ...batch.lines, ...loads.flatMap(({ before }) => before)];
    return { before, loop: lines };
  }

  /** A factor as it is loaded: a tile of 16-bit floats rounds it. */
  private loaded(side: Side): Side {
    const { operand } = side;
    const isRounded = this.tile.matrix !== undefined && operand.kind === 'unary' && operand.op === 'half';
    return isRounded ? { ...side, operand: operand.x } : side;
  }

  /** Stores what is made of four sums of a row, next to each other. */
  private storeFunction(): string[] {
    const { shape, writer, kernel, suffix, tile } = this;
    const { language } = writer;
    const { rows, columns } = shape;
    const outside = new Block({ prefix: 'x', language });
    const batch = countedBlock({
      ...{ prefix: 'b', language, parents: [outside], axes: shape.batch, number: 'batch' },
    });
    const ofRow = countedBlock({
      ...{ prefix: 'r', language, parents: [batch], axes: rows.axes, number: 'row' },
    });
    const four = this.storedFour(ofRow, suffix.stored);
    const each = four.each.map((block, i) => {
      const inner = new Block({ prefix: `s${'abcd'[i]}`, language, parents: [block], own: ACCUMULATORS });
      inner.call(accumulatorKey(0), `sums.${'xyzw'[i]}`);
      return inner;
    });
    const isOver = columns.points % tile.columns !== 0;
    const isStored = (i: number) =>
      isOver && suffix.stored === undefined ? [`column + ${i}u < ${columns.points}u`] : [];
    writer.writeFourStores(writer.expressions(ofRow), each, kernel.stores, isStored);
    const outer = [
      ...(rows.points % tile.rows === 0 ? [] : [`row >= ${rows.points}u`]),
      ...(isOver ? [`column >= ${columns.points}u`] : []),
    ];
    return [
      'fn store(batch: u32, row: u32, column: u32, sums: vec4f) {',
      ...indented([
        ...(outer.length === 0 ? [] : [`if (${outer.join(' || ')}) { return; }`]),
        ...[outside, batch, ofRow, ...four.blocks, ...each].flatMap(({ lines }) => lines),
      ]),
      '}',
    ];
  }

  private storedFour(around: Block, suffix: number | undefined) {
    const { shape, writer } = this;
    const { language } = writer;
    const parts = { prefix: 'c', language, parents: [around], axes: shape.columns.axes };
    if (suffix !== undefined) {
      const { common, each } = fourBlocks({ ...parts, number: 'column', suffix });
      return { blocks: [common, ...each], each };
    }
    const each = [0, 1, 2, 3].map((i) => {
      const number = `column${'abcd'[i]}`;
      const block = countedBlock({ ...parts, prefix: `c${'abcd'[i]}`, number });
      const last = shape.columns.points - 1;
      block.lines.push(`let ${number} = ${i === 0 ? 'column' : `min(column + ${i}u, ${last}u)`};`);
      return block;
    });
    return { blocks: each, each };
  }
}

/** ⌊number / stride⌋ mod extent */
function digit(number: string, stride: number, extent: number): string {
  if (extent === 1) return '0u';
  return `${stride === 1 ? number : `${number} / ${stride}u`} % ${extent}u`;
}
