import { commandLine } from '../../../base/commandLine.js';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { plainLine } from '../../../base/errors/plainText.js';

/** Makes WebGPU by Dawn's flags, as the package `webgpu` exports it. */
export type CreateGpu = (flags: string[]) => GPU;

/** An adapter in Dawn's own list. */
export interface ListedAdapter {
  /** As its driver writes it: `NVIDIA H200`. */
  readonly name: string;
  /** `vulkan`, `metal`, `d3d12`. */
  readonly backend: string;
}

/** Matches no adapter. */
const NO_NAME = 'adapter=none has this name';

/**
 * All adapters of this machine. WebGPU has no call for it; Dawn lists them in its refusal of a name that matches none.
 */
export async function listAdapters(create: CreateGpu): Promise<readonly ListedAdapter[]> {
  try {
    await create([NO_NAME]).requestAdapter();
    return []; // there are none at all
  } catch (error) {
    const lines = String((error as Error).message).matchAll(/^ \* backend: '([^'\n]*)', name: '(.*)'$/gm);
    return [...lines].map(([, backend, name]) => ({ name, backend }));
  }
}

/**
 * The whole name of the adapter that a part of a name means, in whatever letters.
 * @throws Pix2PixError when none has it in its name, or several have
 */
export async function findAdapterName(create: CreateGpu, part: string): Promise<string> {
  const names = [...new Set((await listAdapters(create)).map(({ name }) => name))];
  const exact = names.find((name) => name.toLowerCase() === part.toLowerCase());
  const matching = names.filter((name) => name.toLowerCase().includes(part.toLowerCase()));
  if (exact !== undefined || matching.length === 1) return exact ?? matching[0];
  const facts = { 'there are': names.map(plainLine).join('; ') || 'none' };
  if (matching.length > 1) {
    const fix = 'write more of the name of one of them';
    throw new Pix2PixError(`--gpu ${part} may be any of ${matching.length} GPUs`, facts, fix);
  }
  const fix =
    names.length === 0
      ? `pass --device cpu; what is missing: ${commandLine('devices')}`
      : 'name one of these, or leave --gpu out';
  throw new Pix2PixError(`there is no GPU with ${part} in its name`, facts, fix);
}
