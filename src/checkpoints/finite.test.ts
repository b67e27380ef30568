import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { NotFinite, requireFinite } from './finite.js';
import type { NamedTensors, StoredTensor, TensorSource } from './format/dtype.js';
import type { Checkpoint } from './saving.js';
import { CheckpointStore } from './store.js';

const directory = mkdtempSync(join(tmpdir(), 'finite-test-'));
after(() => rmSync(directory, { recursive: true }));

const f32 = (...data: number[]): StoredTensor => ({
  dtype: 'F32',
  shape: [data.length],
  data: Float32Array.from(data),
});

test('infinite numbers and NaN are found in every type of floats, wherever they are', () => {
  const found = (tensor: Omit<StoredTensor, 'shape'>) => {
    assert.throws(() => requireFinite('w', tensor), NotFinite, JSON.stringify(tensor));
  };
  const fine = (tensor: Omit<StoredTensor, 'shape'>) => requireFinite('w', tensor);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (let at = 0; at < 3; at++) {
      const data = [1, -2, 0].with(at, bad);
      found({ dtype: 'F32', data: Float32Array.from(data) });
      found({ dtype: 'F64', data: Float64Array.from(data) });
    }
  }
  found({ dtype: 'F32', data: Float32Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) });
  fine({ dtype: 'F32', data: Float32Array.of(3.4028234e38, 3.4028234e38, -3.4028234e38, 1e-45) });
  fine({ dtype: 'F64', data: Float64Array.of(Number.MAX_VALUE, Number.MAX_VALUE) });
  // IEEE 754-2019, table 3.5; bfloat16; OCP 8-bit Floating Point Specification, table 2.
  for (const bits of [0x7c00, 0xfc00, 0x7e01]) found({ dtype: 'F16', data: Uint16Array.of(0, bits) });
  fine({ dtype: 'F16', data: Uint16Array.of(0x7bff, 0xfbff) });
  for (const bits of [0x7f80, 0xff80, 0x7fc1]) found({ dtype: 'BF16', data: Uint16Array.of(0, bits) });
  fine({ dtype: 'BF16', data: Uint16Array.of(0x7f7f, 0xff7f) });
  for (const bits of [0x7c, 0xfc, 0x7f]) found({ dtype: 'F8_E5M2', data: Uint8Array.of(0, bits) });
  fine({ dtype: 'F8_E5M2', data: Uint8Array.of(0x7b, 0xfb) });
  for (const bits of [0x7f, 0xff]) found({ dtype: 'F8_E4M3', data: Uint8Array.of(0, bits) });
  fine({ dtype: 'F8_E4M3', data: Uint8Array.of(0x7e, 0xfe) });
  fine({ dtype: 'I64', data: BigInt64Array.of(-1n) });
  fine({ dtype: 'U16', data: Uint16Array.of(0xffff) });
});

test('no checkpoint is saved of which any tensor is not finite, and the one before stays', async () => {
  const checkpoint = (G: StoredTensor, moment: StoredTensor): Checkpoint => ({
    ...{ epoch: 1, totalIters: 1, options: {} },
    networks: { G: new Map([['w', G]]) },
    state: { tensors: new Map([['G.exp_avg_sq.w', moment]]), json: {} },
  });
  const store = new CheckpointStore(directory);
  store.save(['latest'], checkpoint(f32(1), f32(2)));
  const before = readdirSync(directory).sort();
  const infinite = f32(1, Number.POSITIVE_INFINITY);
  const sources = (tensors: NamedTensors): Map<string, TensorSource> =>
    new Map([...tensors].map(([name, { data, ...type }]) => [name, { ...type, read: async () => data }]));
  for (const [bad, what] of [
    [checkpoint(infinite, f32(1)), /^G w is not finite/],
    [checkpoint(f32(1), infinite), /^G\.exp_avg_sq\.w is not finite/],
  ] as const) {
    const says = (error: Error) => error instanceof NotFinite && what.test(error.message);
    assert.throws(() => store.save(['latest', '1'], bad), says);
    const from = {
      ...bad,
      networks: { G: sources(bad.networks.G) },
      state: { tensors: sources(bad.state!.tensors), json: {} },
    };
    await assert.rejects(store.saveFrom(['latest', '1'], from), says);
    assert.deepEqual(readdirSync(directory).sort(), before);
  }
  store.load('latest').close();
});
