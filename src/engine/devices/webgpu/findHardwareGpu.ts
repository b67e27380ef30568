import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { type AdapterFacts, adapterFacts } from './adapterFacts.js';
import { webGpuOfNode } from './openWebGpu.js';
import { type SystemGpus, systemGpus } from './systemGpus.js';

/** Whether there is a GPU that is worth a trial. */
export interface HardwareGpu {
  readonly adapter?: AdapterFacts;
  /** Where there is hardware that cannot be used: why, and what to do, as a line for people. */
  readonly notice?: string;
}

/** What this machine says of itself; tests say something else. */
export interface GpuSearch {
  readonly system: SystemGpus;
  webGpu(): Promise<GPU>;
}

/**
 * Looks for a GPU that is no renderer in software. Where the system shows that it has none, nothing is loaded, and where
 * there is nothing that a person could do about it, nothing is said.
 */
export async function findHardwareGpu(
  { system, webGpu }: GpuSearch = { system: systemGpus(), webGpu: webGpuOfNode },
): Promise<HardwareGpu> {
  if (system.hasHardware === false) return {};
  // Whoever has named drivers knows which GPU they offer.
  const isNotable = system.hasHardware === true && !system.namesDrivers;
  const missing = (reason: string) => (isNotable ? { notice: reason } : {});
  try {
    const adapter = await (await webGpu()).requestAdapter({ powerPreference: 'high-performance' });
    const facts = adapter === null ? undefined : adapterFacts(adapter);
    if (facts !== undefined && !facts.isSoftware) return { adapter: facts };
    return missing(
      `WebGPU does not find the GPU of this machine: missing is ${system.missing.join('; ') || 'its driver'}`,
    );
  } catch (error) {
    // Whatever a library or a driver throws, there is still the processor.
    if (error instanceof Pix2PixError) return missing(inOneLine(error));
    return missing(`WebGPU fails: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** An error about the library by which Node has WebGPU, as a part of a sentence. */
export function inOneLine({ summary, facts: { reason }, fix }: Pix2PixError): string {
  return `${summary}${reason === undefined ? '' : ` (${reason})`}: ${fix}`;
}
