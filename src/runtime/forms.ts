import type { FormChooser } from '../onnx/graphBuilder.js';

/**
 * Picks the form of a layer by rules taken from measurements (docs/performance.md): `layer` is spelled by `layerKey`.
 */
export const chooseByRule: FormChooser = (layer, forms) => {
  const shapes = [...layer.matchAll(/\[([\d,]+)\]/g)].map(([, extents]) => extents.split(',').map(Number));
  if (forms.includes('gemm')) return shapes[1][2] * shapes[1][3] <= 64 ? 'gemm' : 'dilated';
  return forms[0];
};
