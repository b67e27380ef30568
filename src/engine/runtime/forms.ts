import type { FormChooser, Layer } from '../onnx/graphBuilder.js';

/** Up to so many channels of dy, turning a kernel costs nothing and saves a scattered sum or a volume of patches. */
const FEW_CHANNELS = 8;
/** From so many channels on both sides, the products that minimal filtering saves outweigh its transforms. */
const MANY_CHANNELS = 64;

/** From so many elements on, a map is large: what the forms for it save outweighs the copies that they make. */
const LARGE_MAP = 64 * 64;
/** Weights of up to so many elements are rearranged in next to no time. */
const SMALL_WEIGHT = 2 ** 18;
/** Of the kernels of these networks, 4×4. */
const KERNEL_AREA = 16;

/** Channels from which turning a kernel can no longer be the fastest, and below which minimal filtering cannot. */
const [TOO_MANY_TO_TURN, TOO_FEW_TO_FILTER] = [64, 16];
/** Maps below it gain nothing from having their channels last. */
const SMALL_MAP = 32 * 32;

/** The forms that may turn out to be the fastest on some machine; the others need not be timed. */
export function plausibleForms({ operands: [first, second] }: Layer, forms: readonly string[]): string[] {
  const isGradient = forms.includes('volume');
  const channels = isGradient ? [first[1], second[1]] : second.slice(0, 2);
  const error = isGradient ? second : first;
  const implausible: Readonly<Record<string, boolean>> = {
    turned: error[1] >= TOO_MANY_TO_TURN,
    flipped: error[1] >= TOO_MANY_TO_TURN,
    winograd: Math.min(...channels) < TOO_FEW_TO_FILTER,
    channelsLast: error[2] * error[3] < SMALL_MAP,
  };
  return forms.filter((form) => !implausible[form]);
}

/** Picks the form of a layer by rules taken from measurements (docs/performance.md). */
export const chooseByRule: FormChooser = ({ operands: [first, second] }, forms) => {
  const isGradient = forms.includes('volume');
  // Channels on both sides: of the weight, or of x and dy where the weight is what is computed.
  const channels = isGradient ? [first[1], second[1]] : second.slice(0, 2);
  const many = Math.min(...channels) >= MANY_CHANNELS;
  const largeMap =
    (isGradient ? second : first).slice(2).reduce((area, extent) => area * extent, 1) >= LARGE_MAP;
  const smallWeight = channels[0] * channels[1] * KERNEL_AREA <= SMALL_WEIGHT;
  if (forms.includes('winograd') && many) return 'winograd';
  if (forms.includes('turned') && second[1] <= FEW_CHANNELS) return 'turned';
  if (forms.includes('flipped') && first[1] <= FEW_CHANNELS) return 'flipped';
  if (forms.includes('subpixel') && many && largeMap) return 'subpixel';
  if (forms.includes('channelsLast') && many && largeMap && smallWeight) return 'channelsLast';
  return forms[0];
};
