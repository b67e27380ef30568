import type { Expr, Index, Tensor } from '../../../ir/loopForm.js';
import type { Block } from '../../../loops/block.js';
import { dependenceOfIndex } from '../../../loops/dependence.js';
import { ExpressionWriter, type Guard } from '../../../loops/expressionWriter.js';
import { flatten } from '../../../loops/indices.js';
import type { Store } from '../../../loops/kernel.js';
import { FUNCTIONS, Wgsl } from '../wgsl.js';
import { type ArrayOptions, Arrays, isHalf } from './arrays.js';
import { PACK_TWO, ROUNDING } from './halfWords.js';

/** A kernel as a compute shader. */
export interface KernelShader {
  readonly source: string;
  /** What the shader reads and stores: without other bindings, tensor i is binding i of group 0. */
  readonly tensors: readonly Tensor[];
  readonly workgroups: readonly [x: number, y: number];
}

/** Invocations that share nothing: so few that small kernels too reach all of a GPU. */
export const POINTS_A_WORKGROUP = 64;

/** WebGPU guarantees so many workgroups an axis. */
const MAX_WORKGROUPS = 65_535;

const BUILTINS = ['@builtin(workgroup_id) groups: vec3u', '@builtin(local_invocation_index) lane: u32'];

const COMPONENTS = ['x', 'y', 'z', 'w'] as const;

/** Writes the shader of a kernel: what is the same for all kinds of kernels. */
export class KernelWriter {
  readonly arrays: Arrays;
  readonly language: Wgsl;
  /** The first of the four neighbours that are being written, and which of them is. */
  private four: { readonly first: Block; readonly i: number } | undefined;

  /** @param wide tensors that are read and stored by fours */
  constructor(
    wide: ReadonlySet<Tensor>,
    private readonly options?: ArrayOptions,
  ) {
    this.arrays = new Arrays(wide, options);
    this.language = new Wgsl((tensor, place) => this.arrays.element(tensor, place));
  }

  /** For expressions within this block. */
  expressions(block: Block): ExpressionWriter {
    const writer: ExpressionWriter = new ExpressionWriter(this.language, block, (tensor, place, guard) =>
      this.arrays.isWide(tensor) ? this.readFour(writer, tensor, place, guard) : undefined,
    );
    return writer;
  }

  /** Writes each of four neighbours into its block. */
  writeFour<T>(writer: ExpressionWriter, each: readonly Block[], write: (i: number) => T): T[] {
    return each.map((block, i) => {
      this.four = { first: each[0], i };
      let result!: T;
      writer.within(block, () => {
        result = write(i);
      });
      this.four = undefined;
      return result;
    });
  }

  /** The lines that store an element of each tensor, under conditions: all is computed before anything is stored. */
  writeStores(writer: ExpressionWriter, stores: readonly Store[], conditions: readonly string[] = []): void {
    const assignments = stores.map((store) => this.assignment(writer, store, conditions));
    writer.line(...assignments);
  }

  /** The same of four neighbours: at once where a tensor is wide. @param conditions of each of the four */
  writeFourStores(
    writer: ExpressionWriter,
    each: readonly Block[],
    stores: readonly Store[],
    conditions: (i: number) => readonly string[] = () => [],
  ): void {
    const assignments = stores.flatMap((store) => {
      if (!this.arrays.isAssignedByFours(store.tensor)) {
        return this.writeFour(writer, each, (i) => this.assignment(writer, store, conditions(i)));
      }
      const values = this.writeFour(writer, each, () => writer.expr(storedExpr(store)));
      const place = this.placeOfFour(writer, each[0], flatten(store.index, store.tensor.type.shape));
      const assignment = this.arrays.fourAssignment(store.tensor, place, `vec4f(${values.join(', ')})`);
      return [guarded(assignment, conditions(0))];
    });
    each[3].lines.push(...assignments);
  }

  private assignment(writer: ExpressionWriter, store: Store, conditions: readonly string[]): string {
    const { tensor, index } = store;
    const inside = [...conditions, ...writer.isInside(store)];
    const value = writer.expr(storedExpr(store));
    return guarded(this.arrays.assignment(tensor, writer.place(tensor, index), value), inside);
  }

  /** The whole shader. @param groups how many workgroups it takes */
  shader(parts: {
    readonly workgroupSize: number;
    readonly groups: number;
    /** WGSL's extensions, besides what 16-bit floats need. */
    readonly enables?: readonly string[];
    /** Arguments of the entry point, besides those that all have. */
    readonly builtins?: readonly string[];
    readonly declarations?: readonly string[];
    readonly functions?: readonly string[];
    /** In which `group` is the number of the workgroup, and `lane` that of the invocation in it. */
    readonly body: readonly string[];
  }): KernelShader {
    const {
      workgroupSize,
      groups,
      enables = [],
      builtins = [],
      declarations = [],
      functions = [],
      body,
    } = parts;
    const x = Math.min(groups, MAX_WORKGROUPS);
    const y = Math.ceil(groups / x);
    const hasHalves = this.options?.hasHalves === true;
    const isMixed = this.language.roundsToHalves || this.arrays.tensors.some(isHalf);
    const called = [...this.arrays.functions, ...this.rounding(hasHalves), FUNCTIONS, ...functions].join(
      '\n',
    );
    const source = [
      ...new Set([...(hasHalves && isMixed ? ['f16'] : []), ...enables].map((name) => `enable ${name};`)),
      ...this.arrays.declarations(),
      ...declarations,
      called,
      `@compute @workgroup_size(${workgroupSize})`,
      `fn main(${[...BUILTINS, ...builtins].join(', ')}) {`,
      ...(y === 1
        ? ['  let group = groups.x;']
        : [`  let group = groups.x + groups.y * ${x}u;`, `  if (group >= ${groups}u) { return; }`]),
      ...[...body, ...this.arrays.ending].map((line) => `  ${line}`),
      '}',
      '',
    ].join('\n');
    return { source, tensors: this.arrays.tensors, workgroups: [x, y] };
  }

  /** What rounds to 16-bit floats, where a shader does. */
  private rounding(hasHalves: boolean): string[] {
    if (!this.language.roundsToHalves) return [];
    if (hasHalves) return [ROUNDING.native];
    return [...(this.arrays.hasHalfWords ? [] : [PACK_TWO]), ROUNDING.packed];
  }

  /** One of four neighbouring elements that are read at once: where the first of the neighbours is written. */
  private readFour(writer: ExpressionWriter, tensor: Tensor, place: Index, guard: Guard | undefined): string {
    const { first, i } = this.four!;
    const key = `four of ${tensor.id} at ${place.id} ${guard?.name}`;
    const block = first.at(dependenceOfIndex(place) | (guard?.needed ?? 0));
    let name = block.find(key);
    if (name === undefined) {
      const at = this.placeOfFour(writer, first, place);
      name = block.define(key, this.arrays.four(tensor, guard ? `select(0, ${at}, ${guard.name})` : at));
    }
    return `${name}.${COMPONENTS[i]}`;
  }

  private placeOfFour(writer: ExpressionWriter, first: Block, place: Index): string {
    let code!: string;
    writer.within(first, () => {
      code = writer.index(place);
    });
    return code;
  }
}

/** What is computed to be stored: to store it rounds it to a 16-bit float. */
function storedExpr({ tensor, expr }: Store): Expr {
  return isHalf(tensor) && expr.kind === 'unary' && expr.op === 'half' ? expr.x : expr;
}

function guarded(statement: string, conditions: readonly string[]): string {
  return conditions.length === 0 ? statement : `if (${conditions.join(' && ')}) { ${statement} }`;
}
