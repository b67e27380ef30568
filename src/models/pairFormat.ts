import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { scale, shift } from '../engine/ops/elementwise.js';
import type { InputDefinition, ModelOptions } from './definition.js';
import { type ImageSize, imageInput } from './images.js';

/** An image, what it should become, and what it became, as the networks see them: f32[N, C, H, W]. */
export interface Pair {
  readonly realA: Value;
  readonly realB: Value;
  readonly fakeB: Value;
  /** What the generator gives: `fakeB`, or of labels their logits. */
  readonly given: Value;
}

/** How the images of a model for pairs come into its programs, and go out of them. */
export interface PairFormat {
  readonly inputs: readonly InputDefinition[];
  readonly visualNames: readonly string[];
  readonly compared: readonly [made: string, wanted: string];
  /** Channels of the images that the generator translates and makes. */
  readonly generator: { readonly inputNc: number; readonly outputNc: number };
  pair(trace: Trace, size: ImageSize): Pick<Pair, 'realA' | 'realB'>;
  /** The visuals that are no inputs, in -1 ... 1. */
  shown(pair: Pair): Readonly<Record<string, Value>>;
  /** A translation of images in -1 ... 1, by a generator `g` of what the networks see. */
  around(x: Value, g: (a: Value) => Value): Value;
}

/** Images whose black and white are -1 and 1 to the networks, or 0 and 1 with `--pixel_range unit`. */
export function pairFormat({ inputNc, outputNc, pixelRange = 'symmetric' }: ModelOptions): PairFormat {
  const isUnit = pixelRange === 'unit';
  const toNetwork = (x: Value) => (isUnit ? scale(shift(x, 1), 0.5) : x);
  const fromNetwork = (x: Value) => (isUnit ? shift(scale(x, 2), -1) : x);
  return {
    inputs: [
      { name: 'real_A', channels: inputNc },
      { name: 'real_B', channels: outputNc },
    ],
    visualNames: ['real_A', 'fake_B', 'real_B'],
    compared: ['fake_B', 'real_B'],
    generator: { inputNc, outputNc },
    pair: (trace, size) => ({
      realA: toNetwork(imageInput(trace, 'real_A', inputNc, size)),
      realB: toNetwork(imageInput(trace, 'real_B', outputNc, size)),
    }),
    shown: ({ fakeB }) => ({ fake_B: fromNetwork(fakeB) }),
    around: (x, g) => fromNetwork(g(toNetwork(x))),
  };
}
