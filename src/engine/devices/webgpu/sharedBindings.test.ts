import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../../ir/loopForm.js';
import { type DType, f32 } from '../../ir/tensorType.js';
import { external } from '../../loops/tensors.js';
import type { Memory } from './gpu.js';
import { sharedBindings } from './sharedBindings.js';

const [a, b, c] = ['a', 'b', 'c'].map((label) => ({ label }) as GPUBuffer);
const limits = { count: 2, bytes: 4096 };

interface Placed {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes?: number;
  readonly dtype?: DType;
}

/** The bindings of tensors that lie there. */
function bind(...placed: readonly Placed[]) {
  const memories = new Map<Tensor, Memory>();
  for (const { buffer, offset, bytes = 64, dtype = 'f32' } of placed) {
    const tensor = external('x', dtype === 'f32' ? f32(bytes / 4) : { dtype, shape: [bytes] });
    memories.set(tensor, { buffer, offset, bytes });
  }
  const tensors = [...memories.keys()];
  const bindings = sharedBindings(tensors, (tensor) => memories.get(tensor)!, limits);
  return { bindings, slots: tensors.map((tensor) => bindings?.slotOf(tensor)), tensors };
}

test('each tensor has a binding to itself while there are enough', () => {
  assert.equal(bind({ buffer: a, offset: 0 }, { buffer: a, offset: 256 }).bindings, undefined);
});

test('where there are not, a buffer is bound once, and tensors begin at elements of it', () => {
  const { bindings, slots, tensors } = bind(
    { buffer: a, offset: 512 },
    { buffer: b, offset: 256 },
    { buffer: a, offset: 256, bytes: 128 },
  );
  assert.deepEqual(bindings!.memories, [
    { buffer: a, offset: 256, bytes: 320 },
    { buffer: b, offset: 256, bytes: 64 },
  ]);
  assert.deepEqual(slots, [
    { binding: 0, first: 64 },
    { binding: 1, first: 0 },
    { binding: 0, first: 0 },
  ]);
  assert.deepEqual(tensors.map(bindings!.isShared), [true, false, true]);
});

test('small neighbours share, and large tensors keep a binding to themselves', () => {
  const large = { buffer: a, offset: 512, bytes: 2048 };
  const { tensors, bindings } = bind(large, { buffer: a, offset: 0 }, { buffer: a, offset: 256 });
  assert.deepEqual(tensors.map(bindings!.isShared), [false, true, true]);
});

test('two tensors in the same memory share a binding, however few there are', () => {
  const { slots } = bind({ buffer: a, offset: 0 }, { buffer: a, offset: 0 });
  assert.deepEqual(slots, [
    { binding: 0, first: 0 },
    { binding: 0, first: 0 },
  ]);
});

test('bytes and floats share a binding of words', () => {
  const places = [
    { buffer: a, offset: 0 },
    { buffer: a, offset: 256 },
    { buffer: b, offset: 0 },
  ] as const;
  assert.equal(bind(...places).bindings!.isOfWords(0), false);
  const { bindings, slots } = bind({ ...places[0], dtype: 'u8' }, places[1], { ...places[2], dtype: 'u8' });
  assert.deepEqual(
    slots.map((slot) => bindings!.isOfWords(slot!.binding)),
    [true, true, false],
  );
});

test('no binding is larger than the adapter allows', () => {
  const { bindings } = bind(
    { buffer: a, offset: 0 },
    { buffer: a, offset: 256 },
    { buffer: a, offset: 4096 },
  );
  assert.deepEqual(
    bindings!.memories.map(({ offset, bytes }) => [offset, bytes]),
    [
      [0, 320],
      [4096, 64],
    ],
  );
});

test('more buffers than bindings are refused', () => {
  const buffers = [a, b, c].map((buffer) => ({ buffer, offset: 0 }));
  assert.throws(() => bind(...buffers), {
    name: 'Pix2PixError',
    message: /more memory at once[\s\S]*tensors +3[\s\S]*at most +2[\s\S]*--device cpu/,
  });
});
