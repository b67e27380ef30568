import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallModel } from '../../../test/smallModel.js';
import { pix2pix } from '../../models/pix2pix.js';
import { stepOf } from '../../models/stepDefinition.js';
import { grad } from '../autodiff/grad.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { conv2d, convTranspose2d } from './conv.js';
import { matmul } from './matmul.js';
import { multiplyAddsOf } from './multiplyAdds.js';
import { sum } from './reduce.js';

const defaults = { ...smallModel, outputNc: 3, netG: 'unet_256', ngf: 64, ndf: 64 };
const size = { batch: 1, height: 256, width: 256, format: 'u8' } as const;

// torch.utils.flop_counter.FlopCounterMode over bench/python/pix2pix.py, half of its count: 43.5 G. Three passes of
// the generator (6.05 G) and eight of the discriminator (3.20 G) are 43.7 G; the difference is the gradients by the
// images, which nobody asks for.
test('a default step and a forward pass have as many as PyTorch counts', () => {
  const model = pix2pix.build(defaults);
  assert.equal(multiplyAddsOf(stepOf(model).program(size)), 43_470_028_800);
  assert.equal(multiplyAddsOf(model.forward(size, true)), 6_048_186_368);
});

test('a convolution, a transposed one, their gradients and a matrix product, by hand', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2, 3, 8, 8));
  const weight = trace.input('weight', f32(5, 3, 4, 4));
  const y = conv2d(x, weight, undefined, { stride: 2, padding: 1 }); // 2×5×4×4 results of 3×4×4 products
  const products = 2 * 5 * 4 * 4 * (3 * 4 * 4);
  assert.equal(multiplyAddsOf(trace.program({ y })), products);
  const [dx, dweight] = grad(sum(y), [x, weight]);
  assert.equal(multiplyAddsOf(trace.program({ dx })), products);
  assert.equal(multiplyAddsOf(trace.program({ dweight })), products);
  const back = convTranspose2d(y, weight, undefined, { stride: 2, padding: 1 });
  assert.equal(multiplyAddsOf(trace.program({ back })), 2 * products);

  const [a, b] = [trace.input('a', f32(2, 3)), trace.input('b', f32(7, 3))];
  assert.equal(multiplyAddsOf(trace.program({ c: matmul(a, b, false, true) })), 2 * 3 * 7);
});
