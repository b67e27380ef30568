/** What a run sends to the GPU and takes from it; `deviceContract.test.ts` has what it computes. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import fc from 'fast-check';
import { foundGpu, gpuTest } from '../../../../test/foundDevices.js';
import { fillDropoutMask } from '../../../base/random/dropoutMask.js';
import { RandomStream } from '../../../base/random/stream.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { mul, scale } from '../../ops/elementwise.js';
import { sum } from '../../ops/reduce.js';
import { maskStream } from '../../runtime/randomInputs.js';
import { encodeDispatches } from './dispatches.js';
import { maskShader, streamWords } from './dropoutMask.js';
import type { Gpu } from './gpu.js';
import type { WebGpuDevice } from './webGpuDevice.js';

after(() => foundGpu?.dispose());

/** What is behind the device, watched: the submissions that it makes, and the bytes that it writes. */
function watched(device: WebGpuDevice) {
  const { gpu } = device as unknown as { readonly gpu: Gpu };
  const { queue } = gpu.device;
  const counts = { submissions: 0, bytes: 0 };
  const submit = queue.submit.bind(queue);
  const writeBuffer = queue.writeBuffer.bind(queue);
  queue.submit = (buffers) => {
    counts.submissions++;
    return submit(buffers);
  };
  queue.writeBuffer = (buffer, offset, data) => {
    counts.bytes += data.byteLength;
    return writeBuffer(buffer, offset, data as ArrayBuffer);
  };
  const restore = () => Object.assign(queue, { submit, writeBuffer });
  return { gpu, counts, restore };
}

gpuTest('losses come with the run that makes them, and may be awaited when others have run', async (gpu) => {
  const device = gpu as WebGpuDevice;
  const trace = new Trace(true);
  const total = sum(trace.input('x', f32(300)));
  const executable = await device.compile(trace.program({ total, twice: scale(total, 2) }));
  const { counts, restore } = watched(device);
  const asked: Promise<unknown>[] = [];
  for (let run = 0; run < 10; run++) {
    const results = await executable.run({ tensors: { x: new Float32Array(300).fill(run) } });
    if (run % 3 !== 2) asked.push(Promise.all(['total', 'twice'].map((name) => results.fetch(name))));
  }
  const runs = [0, 1, 3, 4, 6, 7, 9];
  assert.deepEqual(
    await Promise.all(asked),
    runs.map((run) => [Float32Array.of(300 * run), Float32Array.of(600 * run)]),
  );
  assert.equal(counts.submissions, 10);
  restore();
  await executable.dispose();
});

gpuTest('masks are not sent: the GPU draws them', async (gpu) => {
  const device = gpu as WebGpuDevice;
  const trace = new Trace(true);
  const x = trace.input('x', f32(1000));
  const y = mul(mul(x, trace.dropoutMask(f32(1000), 0.5)), trace.dropoutMask(f32(1000), 0.2));
  const program = trace.program({ y });
  const executable = await device.compile(program);
  const { counts, restore } = watched(device);
  const random = { seed: 2 ** 40 + 3, purpose: 'dropout', draw: 5 } as const;
  const results = await executable.run({ tensors: { x: new Float32Array(1000).fill(1) }, random });
  assert.ok(counts.bytes < 4000 + 1000, `${counts.bytes} bytes; the images are 4000`);
  restore();
  const drawn = [...program.dropoutMasks].map(([name, rate]) => {
    const mask = new Float32Array(1000);
    fillDropoutMask(mask, maskStream(program, name, random), rate);
    return mask;
  });
  assert.equal(drawn.length, 2);
  assert.deepEqual(
    await results.fetch('y'),
    drawn[0].map((kept, i) => kept * drawn[1][i]),
  );
  await executable.dispose();
});

gpuTest('a mask has the bits of the host’s, at any length, rate and stream', async (device) => {
  const { gpu } = device as unknown as { readonly gpu: Gpu };
  const drawing = fc.record({
    count: fc.integer({ min: 1, max: 3000 }),
    rate: fc.double({ min: 0, max: 0.99, noNaN: true }),
    seed: fc.maxSafeNat(),
    coordinates: fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1)),
  });
  const property = fc.asyncProperty(drawing, async ({ count, rate, seed, coordinates }) => {
    const stream = new RandomStream(seed, 'dropout', coordinates);
    const buffers = [await gpu.allocate(4 * count, 'mask'), await gpu.allocate(16, 'stream')];
    const [mask, words] = buffers.map((buffer) => ({ buffer, offset: 0, bytes: buffer.size }));
    gpu.write(words, streamWords(stream));
    const { source, workgroups } = maskShader(count, rate);
    const dispatch = await gpu.checked(() => gpu.dispatch(source, [mask, words], workgroups));
    await gpu.submit((encoder) => encodeDispatches(encoder, [dispatch]));
    const expected = new Float32Array(count);
    fillDropoutMask(expected, stream, rate);
    assert.deepEqual(new Float32Array(await gpu.read(mask)), expected);
    for (const buffer of buffers) gpu.free(buffer);
  });
  await fc.assert(property, { seed: 16, numRuns: 20 });
});
