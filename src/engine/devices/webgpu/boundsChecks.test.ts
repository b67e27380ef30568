import assert from 'node:assert/strict';
import { foundGpu, gpuTest } from '../../../../test/foundDevices.js';
import { encodeDispatches } from './dispatches.js';
import { Gpu } from './gpu.js';
import { webGpuFor } from './openWebGpu.js';

await foundGpu?.dispose();

/** Reads element 5 of a binding that has 4, where the buffer goes on: what it finds, its elements being 0, 1, 2, ... */
async function readBeyond(api: GPU): Promise<number> {
  const adapter = await api.requestAdapter();
  const gpu = new Gpu(await adapter!.requestDevice(), 'the adapter');
  const numbers = await gpu.allocate(1024, 'numbers');
  const place = await gpu.allocate(4, 'a place');
  const all = { buffer: numbers, offset: 0, bytes: 1024 };
  gpu.write(
    all,
    Float32Array.from({ length: 256 }, (_, i) => i),
  );
  const found = { buffer: place, offset: 0, bytes: 4 };
  gpu.write(found, Float32Array.of(5));
  const source = `
    @group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
    @group(0) @binding(1) var<storage, read_write> found: array<f32>;
    @compute @workgroup_size(1) fn main() { found[0] = numbers[i32(found[0])]; }`;
  const dispatch = gpu.dispatch(source, [{ ...all, bytes: 16 }, found], [1, 1]);
  await gpu.submit((encoder) => encodeDispatches(encoder, [dispatch]));
  const [element] = new Float32Array(await gpu.read(found));
  await gpu.dispose();
  return element;
}

gpuTest(
  'bounds are checked where a device is opened so, and by a GPU in software unless it is told otherwise',
  async () => {
    const inside = [0, 1, 2, 3]; // the last one, or 0: what is found beyond is up to the driver, but not what lies there
    assert.ok(inside.includes(await readBeyond(await webGpuFor({ boundsChecks: true }))));
    assert.equal(await readBeyond(await webGpuFor({ boundsChecks: false })), 5);
    const adapter = await (await webGpuFor({})).requestAdapter();
    if (!adapter!.info.isFallbackAdapter) return;
    assert.ok(inside.includes(await readBeyond(await webGpuFor({}))));
  },
);

gpuTest('without checks too, a GPU offers all that it has', async () => {
  const featuresOf = async (boundsChecks: boolean) => {
    const adapter = await (await webGpuFor({ boundsChecks })).requestAdapter();
    return [...adapter!.features].sort();
  };
  assert.deepEqual(await featuresOf(false), await featuresOf(true));
});
