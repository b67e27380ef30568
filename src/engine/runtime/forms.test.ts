import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallModel } from '../../../test/smallModel.js';
import { pix2pix } from '../../models/pix2pix.js';
import type { Layer } from '../onnx/graphBuilder.js';
import { lowerGraph } from '../onnx/lower.js';
import { chooseByRule } from './forms.js';
import { cutProgram } from './segments.js';

test('the rule picks among the forms that a layer has, and not the same for all layers', () => {
  const defaults = { ...smallModel, outputNc: 3, netG: 'unet_256', ngf: 64, ndf: 64 };
  const program = pix2pix.build(defaults).trainStep({ batch: 1, height: 256, width: 256, format: 'u8' });
  const picked = new Map<string, Set<string>>();
  const choose = (layer: Layer, forms: readonly string[]) => {
    const form = chooseByRule(layer, forms);
    assert.ok(forms.includes(form), `${layer.op}: ${form} is none of ${forms.join(', ')}`);
    picked.set(layer.op, (picked.get(layer.op) ?? new Set()).add(form));
    return form;
  };
  for (const { segment } of cutProgram(program)) if (segment) lowerGraph({ ...segment, choose });
  assert.ok(picked.get('convWeightGradient')!.size > 1, 'one form of the weight gradient for every layer');
});
