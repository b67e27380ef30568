import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { type AdapterFacts, adapterFacts } from './adapterFacts.js';
import { inOneLine } from './findHardwareGpu.js';
import { type CreateGpu, listAdapters } from './listAdapters.js';
import { loadWebGpu, webGpuOfNode } from './openWebGpu.js';
import { type SystemGpus, systemGpus } from './systemGpus.js';
import { webGpuVersions } from './webGpuPackage.js';

/** The limits that decide how kernels are made. Sizes are in bytes. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** The features that make kernels faster, or tell how long they take, by the names that WebGPU and Dawn have for them. */
const FEATURES = {
  f16: 'shader-f16',
  timestamps: 'timestamp-query',
  subgroups: 'subgroups',
  'subgroup matrices': 'chromium-experimental-subgroup-matrix',
} as const;

/** An adapter of this machine with what it can do. */
export interface SurveyedGpu extends Omit<AdapterFacts, 'name'> {
  /** As `--gpu` takes it: `NVIDIA H200`. */
  readonly name: string;
  /** How WebGPU reaches it: `vulkan`, `metal`, `d3d12`. */
  readonly backends: readonly string[];
  /** Adapters of this name: equal cards cannot be told apart. */
  readonly count: number;
  readonly limits: Readonly<Record<(typeof LIMITS)[number], number>>;
  readonly features: Readonly<Record<keyof typeof FEATURES, boolean>>;
}

/** All GPUs of this machine that WebGPU can use, and what is missing for others. */
export interface GpuSurvey {
  /** The package by which Node has WebGPU, with its version; empty where it is not installed. */
  readonly library: Readonly<Record<string, string>>;
  readonly gpus: readonly SurveyedGpu[];
  /** What keeps a GPU from being used, each with what to do. */
  readonly missing: readonly string[];
}

/** What a survey looks at; tests give something else. */
export interface SurveyedMachine {
  readonly system: SystemGpus;
  load(): Promise<CreateGpu>;
  open(name: string): Promise<GPU>;
}

const THIS_MACHINE = () => ({ system: systemGpus(), load: loadWebGpu, open: webGpuOfNode });

/** Opens every adapter of this machine for a moment. What cannot be opened is said under `missing`. */
export async function surveyGpus(machine: SurveyedMachine = THIS_MACHINE()): Promise<GpuSurvey> {
  const { system } = machine;
  const library = webGpuVersions();
  let create: CreateGpu;
  try {
    create = await machine.load();
  } catch (error) {
    if (!(error instanceof Pix2PixError)) throw error;
    return { library, gpus: [], missing: [inOneLine(error), ...system.missing] };
  }
  const listed = await listAdapters(create);
  const gpus: SurveyedGpu[] = [];
  const failed: string[] = [];
  for (const name of new Set(listed.map((each) => each.name))) {
    const same = listed.filter((each) => each.name === name);
    const backends = [...new Set(same.map(({ backend }) => backend))];
    try {
      const adapter = await (await machine.open(name)).requestAdapter();
      if (adapter === null) failed.push(`${name}: its driver offers it, but WebGPU cannot use it`);
      else gpus.push({ ...surveyed(adapter), name, backends, count: same.length / backends.length });
    } catch (error) {
      failed.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  const isFound = gpus.some(({ isSoftware }) => !isSoftware);
  return { library, gpus, missing: [...failed, ...(isFound ? [] : lacking(system))] };
}

function surveyed(adapter: GPUAdapter): Omit<SurveyedGpu, 'name' | 'backends' | 'count'> {
  const { name: _, ...facts } = adapterFacts(adapter);
  const limits = LIMITS.map((limit) => [limit, adapter.limits[limit]] as const);
  const features = Object.entries(FEATURES).map(
    ([name, feature]) => [name, adapter.features.has(feature)] as const,
  );
  return {
    ...facts,
    limits: Object.fromEntries(limits) as SurveyedGpu['limits'],
    features: Object.fromEntries(features) as SurveyedGpu['features'],
  };
}

function lacking({ hasHardware, missing }: SystemGpus): readonly string[] {
  if (missing.length > 0) return missing;
  if (hasHardware === false) return ['a GPU: this system shows none'];
  return ['a driver: WebGPU finds no GPU with what this system has'];
}
