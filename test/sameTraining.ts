import assert from 'node:assert/strict';
import type { SavedProgress } from '../src/training/model/savedProgress.js';
import { assertClose } from './assertClose.js';

/**
 * Throws unless two trainings have come to the same parameters, statistics and moments, as `stored` gives them, and to the
 * same loss scales, where they have such.
 *
 * @param cancelsBiases biases of layers before a norm that subtracts them again may be any: their gradients are rounding
 * @param relative to the largest number of each tensor
 */
export function assertSameTraining(
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  { cancelsBiases = false, relative = 1e-5 } = {},
): void {
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const [file, tensors] of Object.entries(expected)) {
    if (file === 'counters') {
      assert.deepEqual(scalingOf(found[file]), scalingOf(tensors));
      continue;
    }
    assert.deepEqual(Object.keys(found[file] as object), Object.keys(tensors as object));
    for (const [name, text] of Object.entries(tensors as Readonly<Record<string, string>>)) {
      if (cancelsBiases && name.endsWith('.bias')) continue;
      const other = (found[file] as Readonly<Record<string, string>>)[name];
      if (name.endsWith('num_batches_tracked')) assert.equal(other, text, name);
      else assertClose(floats(other), floats(text), `${file} ${name}`, { relative, absolute: 1e-7 });
    }
  }
}

/** Of the counters of a checkpoint: those of batches may differ. */
function scalingOf(counters: unknown): SavedProgress['lossScaling'] {
  return (counters as SavedProgress).lossScaling;
}

function floats(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
