import { productVersion } from '../../base/product.js';
import { deviceVersions } from '../../engine/devices/openDevice.js';

/** The versions of what computes on a device, for the record. @param device as `--device` names it */
export function versions(device?: string): Record<string, string> {
  return versionsWith(deviceVersions(device));
}

/** The versions of this package and of Node with those of a device between them. */
export function versionsWith(device: Readonly<Record<string, string>>): Record<string, string> {
  return { 'pix2pix-ts': productVersion, ...device, node: process.versions.node };
}
