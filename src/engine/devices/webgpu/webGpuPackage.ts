import { createRequire } from 'node:module';
import { installCommand } from '../../../base/installCommand.js';

const require = createRequire(import.meta.url);

/** Holds all platforms, and is what a clone has. */
const GENERAL = 'webgpu';

/**
 * The packages that bring WebGPU to Node here, in the order in which they are tried: that of this platform, which is small,
 * then the one that it is made from. One is enough, and none is needed but for `--device webgpu`.
 */
export function webGpuPackages(): readonly string[] {
  return [`pix2pix-ts-webgpu-${process.platform}-${process.arch}`, GENERAL];
}

/** The line that installs WebGPU where this program is: `npm install pix2pix-ts-webgpu-linux-x64@0.6.2`. */
export function webGpuInstallCommand(): string {
  const { peerDependencies } = require('../../../../../package.json') as Manifest; // from dist/src/engine/devices/webgpu
  const name = webGpuPackages().find((name) => peerDependencies[name] !== undefined) ?? GENERAL;
  return installCommand(name === GENERAL ? name : `${name}@${peerDependencies[name]}`);
}

/** The version of WebGPU, without loading it; nothing where it is not installed. */
export function webGpuVersions(): Record<string, string> {
  for (const name of webGpuPackages()) {
    try {
      const { version } = require(`${name}/package.json`) as { readonly version: string };
      return { [GENERAL]: version };
    } catch {}
  }
  return {};
}

/** What of package.json matters here. The packages of platforms are in it once it is published. */
interface Manifest {
  readonly peerDependencies: Readonly<Record<string, string>>;
}
