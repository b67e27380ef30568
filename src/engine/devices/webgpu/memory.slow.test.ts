/** What shows only after many steps, or with states that no single binding holds. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { foundGpu, gpuTest } from '../../../../test/foundDevices.js';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { detach } from '../../ops/shape.js';
import { Gpu } from './gpu.js';
import { WebGpuDevice } from './webGpuDevice.js';

const isSoftware = (foundGpu as unknown as { readonly gpu: Gpu } | undefined)?.gpu.isSoftware;
await foundGpu?.dispose();

/** Steps of a program of a few kernels, with what the process, its objects and the device take every hundred, in bytes. */
const MEASURE = (steps: number) => `
  import { openTestDevice } from '${new URL('../../../../test/devices.js', import.meta.url).href}';
  import { smallTraining } from '${new URL('../../../../test/smallTraining.js', import.meta.url).href}';
  const device = await openTestDevice('webgpu');
  const { kernels, step } = await smallTraining(device);
  const rows = [];
  const underWay = [];
  for (let i = 1; i <= ${steps}; i++) {
    underWay.push(await step(i));
    if (underWay.length > device.runsAhead) await underWay.shift().loss;
    if (i % 100 !== 0) continue;
    globalThis.gc();
    const { rss, heapUsed } = process.memoryUsage();
    rows.push({ rss, heapUsed, device: device.allocatedBytes });
  }
  console.log(JSON.stringify({ kernels, rows }));
  process.exit(0);
`;

interface Usage {
  readonly rss: number;
  readonly heapUsed: number;
  readonly device: number;
}

/** Until then the process grows: compiled code, the allocator's arenas, buffers of the driver. */
const WARM = 15;

gpuTest('memory does not grow from step to step', () => {
  const steps = isSoftware ? 4000 : 10_000;
  const flags = ['--expose-gc', '--input-type=module', '--eval', MEASURE(steps)];
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { kernels, rows }: { kernels: number; rows: Usage[] } = JSON.parse(stdout);
  assert.ok(kernels <= 20, `${kernels} kernels`);
  const warm = rows.slice(WARM);
  const grown = (what: keyof Usage) => {
    const half = Math.floor(warm.length / 2);
    const bytes = warm.map((row) => row[what]);
    return (Math.min(...bytes.slice(half)) - Math.min(...bytes.slice(0, half))) / (100 * half);
  };
  const told = JSON.stringify(warm);
  assert.equal(new Set(rows.map(({ device }) => device)).size, 1, 'the device allocates nothing');
  assert.ok(grown('heapUsed') < 50, `${grown('heapUsed')} bytes of objects a step: ${told}`); // any object has more
  // what the process has varies by tens of MB on a busy machine
  assert.ok(grown('rss') < 25_000, `${grown('rss')} bytes of the process a step: ${told}`);
});

gpuTest('an optimiser of more than a binding holds updates all of it', async () => {
  const { create } = await import('webgpu');
  const api: GPU = create([]); // kept to the end: Dawn's objects need it
  const adapter = (await api.requestAdapter())!;
  const gpu = new Gpu(await adapter.requestDevice(), 'the adapter'); // with the limits that WebGPU guarantees
  assert.equal(gpu.maxBindingBytes, 2 ** 27);
  const device = new WebGpuDevice('webgpu', gpu, 'an adapter', {});
  const length = 20_000_000; // 80 MB: two of them do not fit
  const states = ['a', 'b'].map(
    (name) => new State(name, f32(length), 'parameter', { kind: 'constant', value: 0 }),
  );
  await device.optimiser(states, { betas: [0.5, 0.999], epsilon: 1e-8 });
  const trace = new Trace(true);
  const inputs = states.map(({ name, type }) => detach(trace.input(name, type)));
  trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr' });
  const executable = await device.compile(trace.program({}));
  const gradients = [1, -2].map((gradient) => new Float32Array(length).fill(gradient));
  await executable.run({ tensors: { a: gradients[0], b: gradients[1] }, scalars: { lr: 0.1 } });
  for (const [i, expected] of [-0.1, 0.1].entries()) {
    const weights = (await device.download(states[i])) as Float32Array;
    assert.ok(weights.every((weight) => Math.abs(weight - expected) < 1e-6)); // the first step of Adam is lr · sign
  }
  await device.dispose();
  assert.ok(api);
});
