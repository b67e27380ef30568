import { createRequire } from 'node:module';

const LIBRARY = 'onnxruntime-node';

/** The version of the library, from its package alone: loading the library itself takes time and memory. */
export function libraryVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const { version } = require(`${LIBRARY}/package.json`) as { version: string };
  return { [LIBRARY]: version };
}
