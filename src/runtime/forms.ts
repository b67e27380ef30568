import type { FormChooser } from '../onnx/graphBuilder.js';

/** Up to so many channels of dy, turning a kernel costs nothing and saves a scattered sum or a volume of patches. */
const FEW_CHANNELS = 8;
/** From so many channels on both sides, the products that minimal filtering saves outweigh its transforms. */
const MANY_CHANNELS = 64;

/** Picks the form of a layer by rules taken from measurements (docs/performance.md). */
export const chooseByRule: FormChooser = ({ operands: [first, second] }, forms) => {
  // Channels on both sides: of the weight, or of x and dy where the weight is what is computed.
  const channels = forms.includes('volume') ? [first[1], second[1]] : second.slice(0, 2);
  if (forms.includes('winograd') && Math.min(...channels) >= MANY_CHANNELS) return 'winograd';
  if (forms.includes('turned')) return second[1] <= FEW_CHANNELS ? 'turned' : 'volume';
  if (forms.includes('flipped')) return first[1] <= FEW_CHANNELS ? 'flipped' : 'transposed';
  return forms[0];
};
