import type { FormChooser } from '../onnx/graphBuilder.js';

/** Up to so many channels of dy, turning a kernel costs nothing and saves a scattered sum or a volume of patches. */
const FEW_CHANNELS = 8;

/**
 * Picks the form of a layer by rules taken from measurements (docs/performance.md): `layer` is spelled by `layerKey`.
 */
export const chooseByRule: FormChooser = (layer, forms) => {
  const [first, second] = [...layer.matchAll(/\[([\d,]+)\]/g)].map(([, extents]) =>
    extents.split(',').map(Number),
  );
  if (forms.includes('turned')) return second[1] <= FEW_CHANNELS ? 'turned' : 'volume';
  if (forms.includes('flipped')) return first[1] <= FEW_CHANNELS ? 'flipped' : 'transposed';
  return forms[0];
};
