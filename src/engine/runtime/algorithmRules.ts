import { DIRECT } from '../ir/algorithm.js';
import type { AlgorithmChooser, Layer } from '../ir/layer.js';
import type { Shape } from '../ir/tensorType.js';

/** The sizes of a convolution that decide which algorithm is fast. */
interface Sizes {
  /** Channels on both sides of the weight. */
  readonly channels: readonly [number, number];
  /** The map that is convolved: the layer's input, or the gradient by its result. */
  readonly map: { readonly channels: number; readonly area: number };
}

/** When an algorithm is fast. */
interface Rule {
  readonly algorithm: string;
  /** Whether it is taken unmeasured. */
  isFastest(sizes: Sizes): boolean;
  /** Whether it may turn out to be the fastest on some machine: if not, it need not be timed. */
  isPlausible(sizes: Sizes): boolean;
}

/** From so many channels on both sides, the products that minimal filtering saves outweigh its transforms. */
const MANY_CHANNELS = 64;
/** Below it they cannot. */
const TOO_FEW_TO_FILTER = 16;
/** Up to so many channels of a map, turning a kernel costs nothing and saves a scattered sum or a volume of patches. */
const FEW_CHANNELS = 8;
/** From so many on, turning it cannot be the fastest. */
const TOO_MANY_TO_TURN = 64;

/** From so many elements on, a map is large: rearranging it saves more than the copies take. */
const LARGE_MAP = 64 * 64;
/** Maps below it gain nothing from having their channels last. */
const SMALL_MAP = 32 * 32;
/** Pairs of channels; transforming more kernels takes longer than it saves. */
const MOST_TO_TRANSFORM = 512 * 128;
/** Of smaller maps the weights, whose transforms are larger than they, are most of the work. */
const SMALLEST_TO_FILTER = 16 * 16;
/** Weights of up to so many elements are rearranged in next to no time. */
const SMALL_WEIGHT = 2 ** 18;
/** Of the kernels of these networks, 4×4. */
const KERNEL_AREA = 16;

const hasManyChannels = ({ channels }: Sizes) => Math.min(...channels) >= MANY_CHANNELS;
const isLarge = ({ map }: Sizes) => map.area >= LARGE_MAP;

const MINIMAL_FILTERING: Rule = {
  algorithm: 'winograd',
  isFastest: hasManyChannels,
  isPlausible: ({ channels }) => Math.min(...channels) >= TOO_FEW_TO_FILTER,
};
/**
 * Saves less than at stride 1, on processors that multiply fast next to nothing: it is timed. Not where both sides have about as
 * many channels: a discriminator has such layers in every pass, and their tiles took a quarter more memory at batch 4.
 */
const STRIDED_FILTERING: Rule = {
  algorithm: 'stridedWinograd',
  isFastest: () => false,
  isPlausible: ({ channels, map }) => {
    const [fewer, more] = [Math.min(...channels), Math.max(...channels)];
    const isUneven = fewer >= MANY_CHANNELS && more >= 4 * fewer;
    return isUneven && fewer * more <= MOST_TO_TRANSFORM && map.area >= SMALLEST_TO_FILTER;
  },
};
const turning = (algorithm: string): Rule => ({
  algorithm,
  isFastest: ({ map }) => map.channels <= FEW_CHANNELS,
  isPlausible: ({ map }) => map.channels < TOO_MANY_TO_TURN,
});
const SUBPIXEL: Rule = {
  algorithm: 'subpixel',
  isFastest: (sizes) => hasManyChannels(sizes) && isLarge(sizes),
  isPlausible: () => true,
};
/** Convolutions of a few channels each: worth it where copies that one thread makes weigh, among many threads. */
const PHASES: Rule = { algorithm: 'phases', isFastest: () => false, isPlausible: hasManyChannels };
const CHANNELS_LAST: Rule = {
  algorithm: 'channelsLast',
  isFastest: (sizes) =>
    hasManyChannels(sizes) &&
    isLarge(sizes) &&
    sizes.channels[0] * sizes.channels[1] * KERNEL_AREA <= SMALL_WEIGHT,
  isPlausible: ({ map }) => map.area >= SMALL_MAP,
};

/** By op, the first that applies and is the fastest decides. Measured on ONNX Runtime's CPU (docs/performance.md). */
const RULES: Readonly<
  Record<string, { sizes(operands: readonly Shape[]): Sizes; readonly rules: readonly Rule[] }>
> = {
  conv2d: { sizes: ([x, weight]) => sizesOf(x, weight), rules: [MINIMAL_FILTERING, STRIDED_FILTERING] },
  convTranspose2d: {
    sizes: ([y, weight]) => sizesOf(y, weight),
    rules: [MINIMAL_FILTERING, STRIDED_FILTERING, turning('flipped'), SUBPIXEL, PHASES],
  },
  convWeightGradient: {
    sizes: ([x, dy]) => sizesOf(dy, [x[1], dy[1]]),
    rules: [MINIMAL_FILTERING, STRIDED_FILTERING, turning('turned'), CHANNELS_LAST],
  },
};

function sizesOf([, channels, ...extents]: Shape, [first, second]: Shape): Sizes {
  const area = extents.reduce((product, extent) => product * extent, 1);
  return { channels: [first, second], map: { channels, area } };
}

/** Picks the algorithm of a layer by rules taken from measurements; 'direct' where none of them says otherwise. */
export const chooseByRule: AlgorithmChooser = ({ op, operands, algorithms }) => {
  const known = RULES[op];
  const fastest = known?.rules.find(
    (rule) => algorithms.includes(rule.algorithm) && rule.isFastest(known.sizes(operands)),
  );
  return fastest?.algorithm ?? DIRECT;
};

/** Those of a layer's algorithms that may turn out to be the fastest on some machine. */
export function plausibleAlgorithms({ op, operands, algorithms }: Layer): string[] {
  const known = RULES[op];
  return algorithms.filter((name) => {
    const rule = known?.rules.find(({ algorithm }) => algorithm === name);
    return rule === undefined || rule.isPlausible(known.sizes(operands));
  });
}
