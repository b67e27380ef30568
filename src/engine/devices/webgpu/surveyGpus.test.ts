import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { CreateGpu } from './listAdapters.js';
import { surveyGpus } from './surveyGpus.js';

const adapter = (info: object, features: readonly string[] = []) => ({
  info: { vendor: '', architecture: '', device: '', description: '', ...info },
  features: new Set(features),
  limits: { maxBufferSize: 2 ** 32, maxStorageBuffersPerShaderStage: 16, other: 1 },
});
const gpu = (found: unknown) => ({ requestAdapter: async () => found }) as GPU;

/** Dawn's list of these adapters, by backend and name. */
const listing =
  (...adapters: readonly (readonly [string, string])[]) =>
  async (): Promise<CreateGpu> =>
  () =>
    ({
      requestAdapter: async () => {
        if (adapters.length === 0) return null;
        const lines = adapters.map(([backend, name]) => ` * backend: '${backend}', name: '${name}'`);
        throw new Error(`no suitable backends found\nAvailable adapters:\n${lines.join('\n')}`);
      },
    }) as unknown as GPU;

const system = (missing: readonly string[] = []) => ({ hasHardware: true, namesDrivers: false, missing });

test('every adapter is listed once, with what it can do', async () => {
  const load = listing(
    ['d3d12', 'AMD RX'],
    ['vulkan', 'AMD RX'],
    ['vulkan', 'llvmpipe'],
    ['vulkan', 'Broken'],
  );
  const open = async (name: string) => {
    if (name === 'AMD RX') return gpu(adapter({ device: 'amd-rx', description: 'radv' }, ['shader-f16']));
    if (name === 'llvmpipe') return gpu(adapter({ device: 'llvmpipe' }));
    return gpu(null);
  };
  const { gpus, missing } = await surveyGpus({ system: system(['the loader']), load, open });
  assert.deepEqual(
    gpus.map(({ name, backends, count, isSoftware, driver }) => ({
      name,
      backends,
      count,
      isSoftware,
      driver,
    })),
    [
      { name: 'AMD RX', backends: ['d3d12', 'vulkan'], count: 1, isSoftware: false, driver: 'radv' },
      { name: 'llvmpipe', backends: ['vulkan'], count: 1, isSoftware: true, driver: '' },
    ],
  );
  const { features, limits } = gpus[0];
  assert.deepEqual(features, { f16: true, timestamps: false, subgroups: false, 'subgroup matrices': false });
  assert.deepEqual([limits.maxBufferSize, limits.maxStorageBuffersPerShaderStage], [2 ** 32, 16]);
  assert.deepEqual(missing, ['Broken: its driver offers it, but WebGPU cannot use it']); // a GPU is there: the loader works
});

test('equal cards are counted', async () => {
  const card = ['vulkan', 'NVIDIA H200'] as const;
  const open = async () => gpu(adapter({ device: 'nvidia-h200' }));
  const { gpus } = await surveyGpus({ system: system(), load: listing(card, card), open });
  assert.deepEqual(
    gpus.map(({ name, count }) => [name, count]),
    [['NVIDIA H200', 2]],
  );
});

test('without a GPU it is said what the system lacks, and without the package what to install', async () => {
  const open = async () => assert.fail('opened');
  const none = await surveyGpus({ system: system(['the loader: step']), load: listing(), open });
  assert.deepEqual(none.missing, ['the loader: step']);
  assert.match((await surveyGpus({ system: system(), load: listing(), open })).missing.join(), /^a driver/);
  const absent = async () => {
    throw new Pix2PixError('no package', {}, 'npm install webgpu');
  };
  const without = await surveyGpus({ system: system(['the loader: step']), load: absent, open });
  assert.deepEqual(without.missing, ['no package: npm install webgpu', 'the loader: step']);
});
