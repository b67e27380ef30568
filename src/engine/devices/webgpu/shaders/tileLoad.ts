import { Block } from '../../../loops/block.js';
import type { Language } from '../../../loops/expressionWriter.js';
import { isLoadedAlongSide, type Side } from './contractionShape.js';
import { type Axis, countedBlock, fourBlocks } from './countedAxes.js';
import type { KernelWriter } from './kernelWriter.js';
import type { Multiplication } from './multiplication.js';

/** The loops of a contraction, as the loads of its factors see them. */
export interface TileLoops {
  /** Knows the batch. */
  readonly batch: Block;
  /** Knows the axes that have loops of their own too; `batch` itself where none has. */
  readonly loops: Block;
  /** The other axes of the sums, whose terms come into tiles, and how many those terms are. */
  readonly inner: readonly Axis[];
  readonly terms: number;
  /** Terms in a tile. */
  readonly depth: number;
  readonly invocations: number;
}

interface TileLoadParts {
  readonly writer: KernelWriter;
  /** The tile is `rowTile` in workgroup memory, and its first row `rowOrigin`; or the same of columns. */
  readonly name: 'row' | 'column';
  readonly side: Side;
  /** Of the tile along the side. */
  readonly size: number;
  /** Four neighbours along the side's axes from this number on differ in these axes alone. */
  readonly suffix: number | undefined;
  readonly loops: TileLoops;
  readonly assign: Multiplication['assign'];
}

/** Four neighbours along the side: a block for each, and one for what they have in common. */
interface Four {
  readonly common?: Block;
  readonly each: readonly Block[];
}

interface SideFour {
  /** The name of the four's number in the tile. */
  readonly four: string;
  /** What is computed outside of all loops, and in the loops over axes. */
  readonly outside: Four;
  readonly inLoops: Four;
}

interface Term {
  /** The name of its number in the tile. */
  readonly at: string;
  readonly block: Block;
  /** The name of whether it is a term; undefined: surely. */
  readonly counts: string | undefined;
}

/** Lines that load a factor's part of a tile. */
export interface TileLoad {
  /** Before all loops. */
  readonly before: readonly string[];
  /** Within the loops over axes, before the loop over tiles. */
  readonly around: readonly string[];
  /** Within the loop over tiles, of which `start` is the first term. */
  readonly inside: readonly string[];
}

/**
 * Loads a factor's part of a tile into workgroup memory, in fours along its side. Neighbouring invocations go along the
 * side or along the terms, whichever touches less memory. A four's variables are taken apart once, before all loops; a
 * term's once for a tile; what remains for each element is to add the two, and to compare them with the bounds.
 */
export function tileLoad(parts: TileLoadParts): TileLoad {
  return new TileLoadWriter(parts).write();
}

class TileLoadWriter {
  private readonly before: string[] = [];
  private readonly letter: string;

  constructor(private readonly parts: TileLoadParts) {
    this.letter = parts.name[0];
  }

  write(): TileLoad {
    const { side, size, loops } = this.parts;
    const { inner, depth, invocations } = loops;
    const fours = size / 4;
    const isAlongSide = isLoadedAlongSide(side, size, inner, depth);
    const rounds = Array.from({ length: Math.ceil((fours * depth) / invocations) }, (_, i) => i);
    const step = (i: number, width: number) =>
      `lane / ${width}u${i === 0 ? '' : ` + ${(i * invocations) / width}u`}`;
    const sides = isAlongSide
      ? [this.sideFour(0, `lane % ${fours}u`)]
      : rounds.map((i) => this.sideFour(i, step(i, depth)));
    const terms = isAlongSide
      ? rounds.map((i) => this.term(i, step(i, fours)))
      : [this.term(0, `lane % ${depth}u`)];
    const cells = rounds.map((i) => this.cell(i, sides[i] ?? sides[0], terms[i] ?? terms[0]));
    const body = [...terms.flatMap(({ block }) => block.lines), ...cells.flat()];
    const isPart = fours * depth < invocations;
    return {
      before: [...this.before, ...sides.flatMap(({ outside }) => linesOf(outside))],
      around: loops.loops === loops.batch ? [] : sides.flatMap(({ inLoops }) => linesOf(inLoops)),
      inside: isPart ? [`if (lane < ${fours * depth}u) {`, ...body.map((line) => `  ${line}`), '}'] : body,
    };
  }

  /** Beyond the side's end its last elements are loaded again, and what comes of them is not stored. */
  private sideFour(i: number, number: string): SideFour {
    const { letter } = this;
    const { name, side, size, suffix, loops, writer } = this.parts;
    const four = `${name}Four${i}`;
    this.before.push(`let ${four} = ${number};`);
    const first = `${name}Origin + 4u * ${four}`;
    const isOver = side.points % size !== 0;
    const { language } = writer;
    const axes = { language, parents: [loops.batch], axes: side.axes };
    const prefix = `${letter}${i}_`;
    const counted = (name: string, code: string, last: number) => {
      this.before.push(`let ${name} = ${isOver ? `min(${code}, ${last}u)` : code};`);
      return name;
    };
    let outside: Four;
    if (suffix !== undefined) {
      const number = counted(`${name}First${i}`, first, side.points - 4);
      outside = fourBlocks({ ...axes, prefix, number, suffix });
    } else {
      const each = ['a', 'b', 'c', 'd'].map((which, j) => {
        const code = j === 0 ? first : `${first} + ${j}u`;
        const number = counted(`${name}Number${i}${which}`, code, side.points - 1);
        return countedBlock({ ...axes, prefix: `${prefix}${which}`, number });
      });
      outside = { each };
    }
    const isPlain = loops.loops === loops.batch;
    const inLoops = isPlain ? outside : joined(`${letter}l${i}_`, language, outside, loops.loops);
    return { four, outside, inLoops };
  }

  private term(i: number, number: string): Term {
    const { letter } = this;
    const { name, loops, writer } = this.parts;
    const at = `${name}Depth${i}`;
    this.before.push(`let ${at} = ${number};`);
    const term = `${name}Term${i}`;
    const block = countedBlock({
      ...{ prefix: `${letter}k${i}_`, language: writer.language, parents: [loops.loops] },
      ...{ axes: loops.inner, number: term },
    });
    if (loops.terms % loops.depth === 0) {
      block.lines.push(`let ${term} = start + ${at};`);
      return { at, block, counts: undefined };
    }
    const counts = `${name}Counts${i}`;
    block.lines.push(`let ${counts} = start + ${at} < ${loops.terms}u;`);
    block.lines.push(`let ${term} = min(start + ${at}, ${loops.terms - 1}u);`);
    return { at, block, counts };
  }

  /** Loads four neighbours at a term. */
  private cell(i: number, { four, inLoops }: SideFour, { at, block, counts }: Term): string[] {
    const { name, writer, side } = this.parts;
    const cell = joined(`${this.letter}e${i}_`, writer.language, inLoops, block);
    const expressions = writer.expressions(block);
    const values = writer.writeFour(expressions, cell.each, () => expressions.expr(side.operand));
    const elements = values.map((value) =>
      counts === undefined ? value : `select(0f, ${value}, ${counts})`,
    );
    return [...linesOf(cell), ...this.parts.assign(name, at, four, elements)];
  }
}

/** The four where a further block is known too. */
function joined(prefix: string, language: Language, { common, each }: Four, other: Block): Four {
  const all = common && new Block({ prefix: `${prefix}m`, language, parents: [common, other] });
  return {
    common: all,
    each: each.map((own, i) => {
      const parents = all === undefined ? [own, other] : [all, own, other];
      return new Block({ prefix: `${prefix}${'abcd'[i]}`, language, parents });
    }),
  };
}

function linesOf({ common, each }: Four): string[] {
  return [...(common?.lines ?? []), ...each.flatMap(({ lines }) => lines)];
}
