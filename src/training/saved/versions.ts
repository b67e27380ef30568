import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The versions of what computes, for the record. */
export function versions(): Record<string, string> {
  const version = (manifest: string) => (require(manifest) as { version: string }).version;
  return {
    'pix2pix-ts': version('../../../../package.json'),
    'onnxruntime-node': version('onnxruntime-node/package.json'),
    node: process.versions.node,
  };
}
