import type { Tensor } from '../../../ir/loopForm.js';
import { elementCount } from '../../../ir/tensorType.js';
import { HALF_WORDS, PACK_TWO } from './halfWords.js';

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

/** How a shader finds its tensors. */
export interface ArrayOptions {
  /** Without it, tensor i has binding i to itself. */
  readonly bindings?: Bindings;
  /**
   * Whether the shader tells of places outside of a tensor, which bounds checks would hide: one more binding, after all
   * others, is a word that becomes 1.
   */
  readonly tellsOutside?: boolean;
  /** Whether 16-bit floats are a type of the adapter's; else two are packed into a word. Default: no. */
  readonly hasHalves?: boolean;
}

/** Remembers a place that is none of `count`. */
const INSIDE = `\
var<private> isOutside: u32;
fn inside(place: i32, count: i32) -> i32 {
  isOutside |= u32(u32(place) >= u32(count));
  return place;
}`;
const TELLING = 'if (isOutside != 0u) { outside[0] = 1u; }';

/** The arrays in which a shader finds its tensors' elements. */
export class Arrays {
  /** In the order in which the shader has named them. */
  readonly tensors: Tensor[] = [];

  /** @param wide tensors that are read and stored by four neighbouring elements alone */
  constructor(
    private readonly wide: ReadonlySet<Tensor>,
    private readonly options: ArrayOptions = {},
  ) {}

  /** What shaders call to touch memory. */
  get functions(): string[] {
    return [
      ...(this.options.tellsOutside ? [INSIDE] : []),
      ...(this.hasHalfWords ? [PACK_TWO, HALF_WORDS] : []),
    ];
  }

  /** Whether 16-bit floats lie in words. */
  get hasHalfWords(): boolean {
    return this.tensors.some((tensor) => isHalf(tensor) && !this.isNative(tensor));
  }

  isWide(tensor: Tensor): boolean {
    return this.wide.has(tensor);
  }

  /** Bytes lie four in a word, 16-bit floats two. */
  element(tensor: Tensor, place: string): string {
    const at = this.inside(tensor, place);
    if (isHalf(tensor)) {
      if (this.isNative(tensor)) return `f32(${this.at(tensor, at, '')})`;
      return `halfAt(${this.at(tensor, `((${at}) >> 1u)`, '')}, ${place})`;
    }
    if (!isPacked(tensor)) return this.at(tensor, at, 'bitcast<f32>');
    const word = this.at(tensor, `((${at}) >> 2u)`, '');
    return `f32(extractBits(${word}, u32((${place}) & 3) * 8u, 8u))`;
  }

  /** What shaders end with. */
  get ending(): string[] {
    return this.options.tellsOutside ? [TELLING] : [];
  }

  /** Throws Error for a 16-bit float that is half of a word: the other half is another invocation's. */
  assignment(tensor: Tensor, place: string, value: string): string {
    const { array, first, isOfWords } = this.find(tensor);
    if (isHalf(tensor) && !this.isNative(tensor)) throw new Error('half of a word cannot be stored');
    const own = isHalf(tensor) ? `f16(${value})` : value;
    return `${array}[${from(first, this.inside(tensor, place))}] = ${isOfWords ? `bitcast<u32>(${own})` : own};`;
  }

  /** Four neighbouring elements of a wide tensor, from a place that 4 divides. */
  four(tensor: Tensor, place: string): string {
    const four = `${this.find(tensor).array}[(${this.inside(tensor, place)}) >> 2u]`;
    if (!isHalf(tensor)) return four;
    return this.isNative(tensor) ? `vec4f(${four})` : `fourHalves(${four})`;
  }

  /** Whether four neighbours are assigned at once: of a wide tensor, and of 16-bit floats that are halves of words. */
  isAssignedByFours(tensor: Tensor): boolean {
    return this.isWide(tensor) || (isHalf(tensor) && !this.isNative(tensor));
  }

  /** @param four a vec4f @param place 4 divides it */
  fourAssignment(tensor: Tensor, place: string, four: string): string {
    const { array, first } = this.find(tensor);
    const at = this.inside(tensor, place);
    if (!isHalf(tensor)) return `${array}[(${at}) >> 2u] = ${four};`;
    if (this.isNative(tensor)) return `${array}[(${at}) >> 2u] = vec4<f16>(${four});`;
    if (this.isWide(tensor)) return `${array}[(${at}) >> 2u] = packFour(${four});`;
    const word = `${from(first, `((${at}) >> 1u)`)}`;
    return `{ let words = packFour(${four}); ${array}[${word}] = words.x; ${array}[${word} + 1] = words.y; }`;
  }

  /**
   * All are bound for writing: WebGPU refuses a buffer that one dispatch has bound for reading and for writing, but takes
   * ranges that do not overlap and are all bound for writing.
   */
  declarations(): string[] {
    const found = new Map<number, string>();
    for (const tensor of this.tensors) {
      const { binding, isOfWords } = this.find(tensor);
      const element = isOfWords || isPacked(tensor) ? 'u32' : this.elementType(tensor);
      const array = `var<storage, read_write> m${binding}: array<${element}>;`;
      found.set(binding, `@group(0) @binding(${binding}) ${array}`);
    }
    const lines = [...found].sort(([a], [b]) => a - b).map(([, line]) => line);
    if (!this.options.tellsOutside) return lines;
    const outside = `@group(0) @binding(${lines.length}) var<storage, read_write> outside: array<u32>;`;
    return [...lines, outside];
  }

  private elementType(tensor: Tensor): string {
    const isWide = this.isWide(tensor);
    if (!isHalf(tensor)) return isWide ? 'vec4f' : 'f32';
    if (this.isNative(tensor)) return isWide ? 'vec4<f16>' : 'f16';
    return isWide ? 'vec2u' : 'u32';
  }

  /** Whether 16-bit floats lie in an array of such. */
  private isNative(tensor: Tensor): boolean {
    return this.options.hasHalves === true && !this.find(tensor).isOfWords;
  }

  private inside(tensor: Tensor, place: string): string {
    return this.options.tellsOutside ? `inside(${place}, ${elementCount(tensor.type.shape)})` : place;
  }

  private at(tensor: Tensor, place: string, cast: string): string {
    const { array, first, isOfWords } = this.find(tensor);
    const element = `${array}[${from(first, place)}]`;
    return isOfWords && cast !== '' ? `${cast}(${element})` : element;
  }

  private find(tensor: Tensor) {
    let at = this.tensors.indexOf(tensor);
    if (at < 0) at = this.tensors.push(tensor) - 1;
    const { binding, first } = this.options.bindings?.slotOf(tensor) ?? { binding: at, first: 0 };
    const isOfWords = this.options.bindings?.isOfWords(binding) ?? false;
    return { array: `m${binding}`, binding, first, isOfWords };
  }
}

const from = (first: number, place: string) => (first === 0 ? place : `${first} + ${place}`);

/** Whether a tensor's elements are 16-bit floats. */
export function isHalf({ type }: Tensor): boolean {
  return type.dtype === 'f16';
}

/** Whether a tensor's elements are bytes, four in a word: those that come from outside. What is computed is f32. */
export function isPacked({ type, source }: Tensor): boolean {
  return type.dtype === 'u8' && source.kind === 'external';
}
