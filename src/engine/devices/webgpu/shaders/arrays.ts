import type { Tensor } from '../../../ir/loopForm.js';

/** Where a kernel finds a tensor: in a binding, from an element on. */
export interface Slot {
  readonly binding: number;
  readonly first: number;
}

/** How a kernel's tensors are bound where they share bindings. */
export interface Bindings {
  slotOf(tensor: Tensor): Slot;
  /** Whether a tensor has no binding to itself. */
  isShared(tensor: Tensor): boolean;
  /** Whether a shared binding has tensors of bytes too: then it is an array of words. */
  isOfWords(binding: number): boolean;
}

/** The arrays in which a shader finds its tensors' elements. */
export class Arrays {
  /** In the order in which the shader has named them. */
  readonly tensors: Tensor[] = [];

  /**
   * @param wide tensors that are read and stored by four neighbouring elements alone
   * @param bindings without it, tensor i has binding i to itself
   */
  constructor(
    private readonly wide: ReadonlySet<Tensor>,
    private readonly bindings?: Bindings,
  ) {}

  isWide(tensor: Tensor): boolean {
    return this.wide.has(tensor);
  }

  /** Bytes lie four in a word. */
  element(tensor: Tensor, place: string): string {
    if (!isPacked(tensor)) return this.at(tensor, place, 'bitcast<f32>');
    const word = this.at(tensor, `((${place}) >> 2u)`, '');
    return `f32(extractBits(${word}, u32((${place}) & 3) * 8u, 8u))`;
  }

  assignment(tensor: Tensor, place: string, value: string): string {
    const { array, first, isOfWords } = this.find(tensor);
    return `${array}[${from(first, place)}] = ${isOfWords ? `bitcast<u32>(${value})` : value};`;
  }

  /** Four neighbouring elements of a wide tensor, or where they are to be assigned, from a place that 4 divides. */
  four(tensor: Tensor, place: string): string {
    return `${this.find(tensor).array}[(${place}) >> 2u]`;
  }

  /**
   * All are bound for writing: WebGPU refuses a buffer that one dispatch has bound for reading and for writing, but takes
   * ranges that do not overlap and are all bound for writing.
   */
  declarations(): string[] {
    const found = new Map<number, string>();
    for (const tensor of this.tensors) {
      const { binding, isOfWords } = this.find(tensor);
      const floats = this.isWide(tensor) ? 'vec4f' : 'f32';
      const element = isOfWords || isPacked(tensor) ? 'u32' : floats;
      const array = `var<storage, read_write> m${binding}: array<${element}>;`;
      found.set(binding, `@group(0) @binding(${binding}) ${array}`);
    }
    return [...found].sort(([a], [b]) => a - b).map(([, line]) => line);
  }

  private at(tensor: Tensor, place: string, cast: string): string {
    const { array, first, isOfWords } = this.find(tensor);
    const element = `${array}[${from(first, place)}]`;
    return isOfWords && cast !== '' ? `${cast}(${element})` : element;
  }

  private find(tensor: Tensor) {
    let at = this.tensors.indexOf(tensor);
    if (at < 0) at = this.tensors.push(tensor) - 1;
    const { binding, first } = this.bindings?.slotOf(tensor) ?? { binding: at, first: 0 };
    const isOfWords = this.bindings?.isOfWords(binding) ?? false;
    return { array: `m${binding}`, binding, first, isOfWords };
  }
}

const from = (first: number, place: string) => (first === 0 ? place : `${first} + ${place}`);

/** Whether a tensor's elements are bytes, four in a word: those that come from outside. What is computed is f32. */
export function isPacked({ type, source }: Tensor): boolean {
  return type.dtype === 'u8' && source.kind === 'external';
}
