/** How GPUs are found, told apart and refused: by adapters and systems that are made up. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { adapterFacts } from './adapterFacts.js';
import { findHardwareGpu } from './findHardwareGpu.js';
import { findAdapterName, listAdapters } from './listAdapters.js';
import { openAdapter } from './openAdapter.js';
import { cardNodes, systemGpus } from './systemGpus.js';

const info = (parts: Partial<GPUAdapterInfo>) =>
  ({ vendor: '', architecture: '', device: '', description: '', ...parts }) as GPUAdapterInfo;
const offering = (adapter: unknown) => ({ requestAdapter: async () => adapter }) as GPU;
const H200 = info({
  vendor: 'nvidia',
  architecture: 'hopper',
  device: 'nvidia-h200',
  description: 'NVIDIA: 580',
});

test('a renderer in software is known by its flag, and without one by its names', () => {
  assert.equal(adapterFacts({ info: H200 }).isSoftware, false);
  for (const software of [
    { device: 'apple-m1', isFallbackAdapter: true },
    { vendor: 'google', architecture: 'swiftshader' }, // as SwiftShader says, the flag aside
    { device: 'llvmpipe-llvm-19-1-7-256-bits-', description: 'llvmpipe: Mesa 25.0.7' },
    { description: 'Microsoft Basic Render Driver' },
  ]) {
    assert.equal(adapterFacts({ info: info(software) }).isSoftware, true, JSON.stringify(software));
  }
  assert.equal(adapterFacts({ info: info({ device: 'amd-warpdrive' }) }).isSoftware, false);
});

test('an adapter has a name, whatever it tells', () => {
  assert.equal(adapterFacts({ info: H200 }).name, 'nvidia-h200');
  assert.equal(adapterFacts({ info: info({ device: 'one-', description: 'x' }) }).name, 'one');
  assert.equal(adapterFacts({ info: info({ description: 'Some GPU' }) }).name, 'Some GPU');
  assert.equal(adapterFacts({ info: info({}) }).name, 'an adapter without a name');
});

/** Dawn's refusal of a name that matches none, as version 0.6.2 of the package writes it. */
const refusing = (...names: string[]) => {
  const lines = names.map((name) => `\n * backend: 'vulkan', name: '${name}'`);
  const refuse = async () => {
    throw new Error(`no suitable backends found\nAvailable adapters:${lines.join('')}`);
  };
  return () => ({ requestAdapter: names.length === 0 ? async () => null : refuse }) as unknown as GPU;
};

test('adapters are those of Dawn’s own list', async () => {
  assert.deepEqual(await listAdapters(refusing()), []);
  assert.deepEqual(await listAdapters(refusing("O'Hara GPU", 'llvmpipe (LLVM 19)')), [
    { name: "O'Hara GPU", backend: 'vulkan' },
    { name: 'llvmpipe (LLVM 19)', backend: 'vulkan' },
  ]);
});

test('--gpu means the one adapter that has it in its name; else it is said which there are', async () => {
  const three = refusing('NVIDIA H100', 'NVIDIA H100 NVL', 'Intel(R) Graphics');
  assert.equal(await findAdapterName(three, 'intel'), 'Intel(R) Graphics');
  assert.equal(await findAdapterName(three, 'Nvidia H100'), 'NVIDIA H100'); // all of a name is more than a part
  await assert.rejects(findAdapterName(three, 'nvidia'), {
    message: /--gpu nvidia may be any of 2 GPUs[\s\S]*NVIDIA H100; NVIDIA H100 NVL; Intel/,
  });
  await assert.rejects(findAdapterName(three, 'AMD'), {
    message: /no GPU with AMD in its name\n.*NVIDIA H100; NVIDIA H100 NVL; Intel.*\n.*leave --gpu out/,
  });
  await assert.rejects(findAdapterName(refusing(), 'AMD'), {
    message: /there are {2}none\n.*--device cpu.* devices/,
  });
});

test('an adapter that has less than kernels need is refused with the limit, what is there and what is needed', async () => {
  const limits = {
    ...{ maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 16_384 },
    ...{ maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 },
  };
  const adapter = (own: object) => ({ info: H200, features: new Set(), limits: { ...limits, ...own } });
  const open = (own: object) => openAdapter('webgpu', { gpu: offering(adapter(own)), versions: {} }, {});
  await assert.rejects(open({ maxStorageBuffersPerShaderStage: 4 }), {
    message: /nvidia-h200\n.*maxStorageBuffersPerShaderStage\n +there +4\n +needed +8\n.*--device cpu/,
  });
  await assert.rejects(open({ maxStorageBuffersPerShaderStage: 8, maxStorageBufferBindingSize: 2 ** 24 }), {
    message: /maxStorageBufferBindingSize[\s\S]*16777216[\s\S]*134217728/,
  });
});

const root = mkdtempSync(join(tmpdir(), 'system-gpus-'));
after(() => rmSync(root, { recursive: true }));
let systems = 0;

/** A Linux with these files, as `systemGpus` sees it. */
function linux(files: readonly string[], env: Record<string, string> = {}) {
  const folder = join(root, `${systems++}`);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return systemGpus({ platform: 'linux', arch: 'x64', env, root: folder });
}

const LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';

test('what a Linux with a GPU lacks is said with the step that brings it', () => {
  assert.deepEqual(linux([LOADER]), { hasHardware: false, namesDrivers: false, missing: [] });
  assert.deepEqual(linux(['/dev/dri/card0']).hasHardware, false); // a screen without a renderer
  const driver = '/usr/share/vulkan/icd.d/nvidia_icd.json';
  assert.deepEqual(linux(['/dev/nvidia0', LOADER, driver]).missing, []);
  const [loader, ...noMore] = linux(['/dev/nvidia0', driver]).missing;
  assert.match(loader, /apt-get install libvulkan1/);
  assert.deepEqual(noMore, []);
  assert.match(
    linux(['/dev/nvidiactl', LOADER]).missing.join(),
    /^the graphics part.*NVIDIA_DRIVER_CAPABILITIES=all/,
  );
  const aside = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';
  assert.match(
    linux(['/dev/nvidia0', LOADER, aside]).missing.join(),
    /^.*export VK_DRIVER_FILES=.*nvidia_icd/,
  );
  const named = linux(['/dev/nvidia0', LOADER], { VK_DRIVER_FILES: '/somewhere.json' });
  assert.deepEqual([named.namesDrivers, named.missing], [true, []]);
  assert.match(linux(['/dev/dri/renderD128', LOADER]).missing.join(), /mesa-vulkan-drivers/);
  assert.deepEqual(linux(['/dev/dri/renderD128', LOADER, '/etc/vulkan/icd.d/radeon_icd.json']).missing, []);
});

test('the files by which a process reaches its cards are those of cards alone', () => {
  const files = [
    '/dev/nvidia3',
    '/dev/nvidiactl',
    '/dev/nvidia-uvm',
    '/dev/dri/card0',
    '/dev/dri/renderD129',
  ];
  linux(files);
  assert.deepEqual(cardNodes({ root: join(root, `${systems - 1}`) }), [
    '/dev/dri/renderD129',
    '/dev/nvidia3',
  ]);
  assert.deepEqual(cardNodes({ root: join(root, 'nowhere') }), []);
});

test('other systems show no hardware, but for Apple’s processors, which have a GPU', () => {
  const has = (platform: NodeJS.Platform, arch: string) =>
    systemGpus({ platform, arch, env: {} }).hasHardware;
  assert.equal(has('darwin', 'arm64'), true);
  assert.equal(has('darwin', 'x64'), undefined);
  assert.equal(has('win32', 'x64'), undefined);
});

const system = (hasHardware: boolean | undefined, missing: readonly string[] = []) => ({
  ...{ hasHardware, missing, namesDrivers: false },
});
const adapter = { info: H200 };

test('a GPU is found where it is hardware', async () => {
  const found = await findHardwareGpu({ system: system(true), webGpu: async () => offering(adapter) });
  assert.equal(found.adapter?.name, 'nvidia-h200');
});

test('nothing is loaded and nothing said where there is no GPU', async () => {
  let loads = 0;
  const loading = async () => {
    loads++;
    return offering(adapter);
  };
  assert.deepEqual(await findHardwareGpu({ system: system(false), webGpu: loading }), {});
  assert.equal(loads, 0);
  const absent = async () => {
    throw new Pix2PixError('the package webgpu is not installed', {}, 'npm install webgpu');
  };
  assert.deepEqual(await findHardwareGpu({ system: system(undefined), webGpu: absent }), {});
  const software = offering({ info: info({ architecture: 'swiftshader' }) });
  assert.deepEqual(await findHardwareGpu({ system: system(undefined), webGpu: async () => software }), {});
});

test('hardware that cannot be used is worth a line: the package, or what the system lacks', async () => {
  const absent = async () => {
    throw new Pix2PixError('the package webgpu is not installed', {}, 'npm install webgpu');
  };
  const { notice } = await findHardwareGpu({ system: system(true), webGpu: absent });
  assert.equal(notice, 'the package webgpu is not installed: npm install webgpu');
  const none = { system: system(true, ['the loader', 'the driver']), webGpu: async () => offering(null) };
  assert.match((await findHardwareGpu(none)).notice!, /missing is the loader; the driver$/);
  const failing = async () => {
    throw new Error('no suitable backends found\nand more');
  };
  assert.deepEqual(await findHardwareGpu({ system: system(true), webGpu: failing }), {
    notice: 'WebGPU fails: no suitable backends found',
  });
  assert.deepEqual(await findHardwareGpu({ system: system(undefined), webGpu: failing }), {});
  const named = { ...system(true), namesDrivers: true };
  assert.deepEqual(await findHardwareGpu({ system: named, webGpu: failing }), {});
});
