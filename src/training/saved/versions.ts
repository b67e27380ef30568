import { productVersion } from '../../base/product.js';
import { runtimeVersion } from '../../engine/runtime/session.js';

/** The versions of what computes, for the record: `{ 'pix2pix-ts': '0.1.0', 'onnxruntime-node': '1.30.0', ... }`. */
export function versions(): Record<string, string> {
  const [runtime, version] = runtimeVersion().split(' ');
  return { 'pix2pix-ts': productVersion, [runtime]: version, node: process.versions.node };
}
