import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import type { DeviceSettings } from '../../runtime/device.js';
import { adapterFacts } from './adapterFacts.js';
import { Gpu } from './gpu.js';
import { matrixOf, SUBGROUP_MATRIX } from './matrixOf.js';
import { matrixName } from './shaders/tile.js';
import { WebGpuDevice } from './webGpuDevice.js';

/** Features that are used where an adapter has them. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16'];
/** The same for tensor cores. */
const MATRIX_FEATURES: readonly GPUFeatureName[] = ['subgroups', SUBGROUP_MATRIX];

/** Of WebGPU's guaranteed limits those that kernels count on; adapters of its compatibility mode have less. */
const NEEDED_LIMITS = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16_384,
  maxStorageBufferBindingSize: 2 ** 27,
} as const satisfies Partial<Record<keyof GPUSupportedLimits, number>>;

/** How much WebGPU is found: `navigator.gpu` in a page, and what `webGpuOfNode` makes in Node. */
export interface WebGpuSource {
  readonly gpu: GPU;
  readonly versions: Readonly<Record<string, string>>;
}

/** Limits in which all of an adapter's is used; in all others what WebGPU guarantees suffices. */
const RAISED_LIMITS = [
  ...(['maxBufferSize', 'maxStorageBufferBindingSize', 'maxStorageBuffersPerShaderStage'] as const),
  ...(['maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup'] as const),
  'maxComputeWorkgroupSizeX',
] as const;

/**
 * Opens the GPU that WebGPU offers first.
 * @throws Pix2PixError when there is none, or its limits are below those that WebGPU guarantees
 */
export async function openAdapter(
  name: string,
  { gpu, versions }: WebGpuSource,
  settings: DeviceSettings,
): Promise<WebGpuDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    const fix =
      "install the GPU's driver and, on Linux, the Vulkan loader (apt-get install libvulkan1); " +
      "in containers the driver's graphics part too (docs/devices.md), or pass --device cpu";
    throw new Pix2PixError('there is no GPU that WebGPU can use', {}, fix);
  }
  requireLimits(adapter);
  const { vendor, architecture, device: model, description } = adapter.info;
  const identity = [vendor, architecture, model, description].filter((part) => part !== '').join(', ');
  const library = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  const opened = await gpuOf(adapter, settings);
  const matrix = opened.matrix === undefined ? [] : [`matrices of ${matrixName(opened.matrix)}`];
  const fingerprint = [identity, ...library, ...matrix].join(', ');
  return new WebGpuDevice(name, opened, fingerprint, versions, settings);
}

/** An adapter with all of its limits. */
export async function gpuOf(
  adapter: GPUAdapter,
  { tensorCores = false }: Pick<DeviceSettings, 'tensorCores'> = {},
): Promise<Gpu> {
  const wanted = tensorCores ? [...OPTIONAL_FEATURES, ...MATRIX_FEATURES] : OPTIONAL_FEATURES;
  const features = wanted.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({
    requiredFeatures: features,
    requiredLimits: Object.fromEntries(RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  return new Gpu(device, adapterFacts(adapter).name, matrixOf(features, adapter.info));
}

function requireLimits(adapter: GPUAdapter): void {
  for (const [limit, needed] of Object.entries(NEEDED_LIMITS)) {
    const there = adapter.limits[limit as keyof typeof NEEDED_LIMITS];
    if (there >= needed) continue;
    throw new Pix2PixError(
      'this GPU has less than WebGPU guarantees',
      { adapter: adapterFacts(adapter).name, limit, there, needed },
      'pass --device cpu, or another GPU by --gpu',
    );
  }
}
