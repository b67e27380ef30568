import { createRequire } from 'node:module';

const LIBRARY = 'webgpu';

/** The version of the package by which Node has WebGPU, without loading it; nothing where it is not installed. */
export function webGpuVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  try {
    const { version } = require(`${LIBRARY}/package.json`) as { version: string };
    return { [LIBRARY]: version };
  } catch {
    return {};
  }
}
