/** What a GPU alone does; `deviceContract.test.ts` has what it does as every device. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { foundGpu, gpuTest } from '../../../../test/foundDevices.js';
import { until } from '../../../../test/until.js';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { scale } from '../../ops/elementwise.js';
import { detach } from '../../ops/shape.js';
import { arenaLayout } from './arenas.js';
import { Gpu } from './gpu.js';
import { openAdapter } from './openAdapter.js';
import { WebGpuDevice } from './webGpuDevice.js';

await foundGpu?.dispose();

const parameter = (name: string, length: number) =>
  new State(name, f32(length), 'parameter', { kind: 'constant', value: 0 });

/** Kept to the end: Dawn's objects need it. */
const api: GPU = (await import('webgpu')).create([]);

/** A device with WebGPU's guaranteed limits, and what it is made of. */
async function guaranteed() {
  const adapter = await api.requestAdapter();
  const own = await adapter!.requestDevice();
  const gpu = new Gpu(own, 'the adapter');
  return { own, gpu, device: new WebGpuDevice('webgpu', gpu, 'an adapter', {}) };
}

gpuTest('a lost GPU ends what runs with one clear error', async () => {
  const { own, device } = await guaranteed();
  const trace = new Trace(true);
  const executable = await device.compile(trace.program({ y: scale(trace.input('x', f32(2)), 2) }));
  const run = () => executable.run({ tensors: { x: Float32Array.of(1, 2) } });
  const results = await run();
  assert.deepEqual([...(await results.fetch('y'))], [2, 4]);
  own.destroy();
  await own.lost;
  const isLost = { name: 'Pix2PixError', message: /the GPU is lost[\s\S]*--continue_train/ };
  await assert.rejects(run(), isLost);
  await assert.rejects(results.fetch('y'), isLost);
  await device.dispose();
});

gpuTest('what threads have drawn into shared memory is uploaded as any other array', async () => {
  const { device } = await guaranteed();
  const state = new State('weight', f32(3), 'parameter', { kind: 'constant', value: 0 });
  await device.allocate([state]);
  const shared = new Float32Array(new SharedArrayBuffer(12));
  shared.set([1, 2, 3]);
  await device.upload(state, shared);
  assert.deepEqual(await device.download(state), Float32Array.of(1, 2, 3));
  await device.dispose();
});

gpuTest('a device that is disposed of has kept all of its promises, as Dawn asks', async () => {
  const { own, device } = await guaranteed();
  const { queue } = own;
  const workDone = queue.onSubmittedWorkDone.bind(queue);
  let open = 0;
  queue.onSubmittedWorkDone = () => {
    open++;
    const done = workDone();
    done.finally(() => open--).catch(() => {});
    return done;
  };
  const trace = new Trace(true);
  const executable = await device.compile(trace.program({ y: scale(trace.input('x', f32(2)), 2) }));
  await executable.run({ tensors: { x: Float32Array.of(1, 2) } });
  assert.equal(open, 1);
  await device.dispose();
  assert.equal(open, 0);
});

gpuTest('where there is no adapter, and where memory does not suffice, it is said what to do', async () => {
  const none = { requestAdapter: async () => null } as unknown as GPU;
  await assert.rejects(openAdapter('webgpu', { gpu: none, versions: {} }, {}), {
    message: /there is no GPU that WebGPU can use[\s\S]*libvulkan1[\s\S]*--device cpu/,
  });
  const { gpu, device } = await guaranteed();
  await assert.rejects(gpu.allocate(2 ** 31, 'weights'), {
    message: /not enough memory[\s\S]*weights[\s\S]*2148/,
  });
  // a buffer may be larger than what a shader can use of it
  await assert.rejects(gpu.allocate(2 ** 27 + 4, 'image'), /image[\s\S]*at most 134217728 bytes/);
  await device.dispose();
});

gpuTest('an error that nobody waits for ends what runs next', async () => {
  const { own, gpu, device } = await guaranteed();
  let isTold = false;
  own.addEventListener('uncapturederror', () => {
    isTold = true;
  });
  own.createBuffer({ size: 2 ** 40, usage: 0x80 });
  await until(() => isTold);
  await assert.rejects(gpu.finish(), /the adapter: [\s\S]*1099511627776/);
  await device.dispose();
});

test('memory that the driver does not have is told as that, with what to do', async () => {
  const none = { message: 'vkAllocateMemory failed' } as GPUError;
  const own = {
    limits: { maxBufferSize: 1e9, maxStorageBufferBindingSize: 1e9 },
    lost: new Promise(() => {}),
    addEventListener: () => {},
    pushErrorScope: () => {},
    popErrorScope: mock.fn(async () => null as GPUError | null),
    createBuffer: () => ({ destroy: () => {} }),
  };
  own.popErrorScope.mock.mockImplementationOnce(async () => none, 1); // scopes end in the reverse order
  const gpu = new Gpu(own as unknown as GPUDevice, 'the adapter');
  await assert.rejects(gpu.allocate(5e8, 'weights'), {
    name: 'Pix2PixError',
    message: /not enough memory[\s\S]*weights[\s\S]*500[\s\S]*vkAllocateMemory[\s\S]*--batch_size/,
  });
});

gpuTest('a shader that does not compile is an error where it is compiled', async () => {
  const { gpu, device } = await guaranteed();
  await assert.rejects(
    gpu.checked(() => gpu.dispatch('fn main() { nonsense }', [], [1, 1])),
    /the adapter: /,
  );
  await assert.rejects(
    gpu.checked(() => gpu.dispatch('', new Array(9).fill({}), [1, 1])),
    /9 tensors: the adapter binds at most 8/,
  );
  await device.dispose();
});

test('states go into as few parts as bindings allow, none across two', () => {
  const states = [100, 100, 60, 10].map((length, i) => parameter(`w${i}`, length));
  const { extents, parts } = arenaLayout(states, 1024);
  assert.deepEqual(
    states.map((state) => extents.get(state)),
    [
      { part: 0, start: 0, length: 100 },
      { part: 0, start: 128, length: 100 },
      { part: 1, start: 0, length: 60 },
      { part: 1, start: 64, length: 10 },
    ],
  );
  assert.deepEqual(parts, [256, 128]);
  assert.throws(
    () => arenaLayout([parameter('large', 300)], 1024),
    /larger than this GPU takes[\s\S]*large[\s\S]*1200[\s\S]*1024/,
  );
});

gpuTest('an optimiser in several parts shortens their gradients together', async () => {
  const { gpu, device } = await guaranteed();
  Object.defineProperty(gpu, 'maxBindingBytes', { value: 8192 });
  const states = [2000, 1800].map((length, i) => parameter(`w${i}`, length));
  const settings = { betas: [0.5, 0.999], epsilon: 1e-8, clipNorm: 1, averaging: 0.5 } as const;
  const optimiser = await device.optimiser(states, settings);
  const trace = new Trace(true);
  const inputs = states.map(({ type }, i) => detach(trace.input(`g${i}`, type)));
  trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr' });
  const executable = await device.compile(trace.program({}));
  const gradients = [new Float32Array(2000).fill(0.3), new Float32Array(1800).fill(0.4)];
  const tensors = { g0: gradients[0], g1: gradients[1] };
  await executable.run({ tensors, scalars: { lr: 0.1 } });
  const norm = Math.sqrt(2000 * 0.09 + 1800 * 0.16);
  for (const [i, gradient] of [0.3, 0.4].entries()) {
    const expected = (0.5 * gradient) / (norm + 1e-6);
    for (const m of await optimiser.download(states[i], 'firstMoment')) {
      assert.ok(Math.abs(m / expected - 1) < 1e-6, `${m}, expected ${expected}`);
    }
    const weights = (await device.download(states[i])) as Float32Array;
    assert.ok(weights.every((w) => Math.abs(w + 0.1) < 1e-6)); // the first step of Adam is lr · sign
    const averages = await optimiser.download(states[i], 'average');
    assert.ok(averages.every((average) => Math.abs(average + 0.05) < 1e-6));
  }
  await device.dispose();
});
