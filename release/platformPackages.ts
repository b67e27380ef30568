/** A package on npm that holds the native binaries of several platforms, of which we publish one package for each. */
export interface NativePackage {
  /** Its name. It has to be installed. */
  readonly source: string;
  /** Ours are called by it and the platform: `pix2pix-ts-ort-linux-x64`. */
  readonly prefix: string;
  readonly description: string;
  /** Files and folders that all platforms need. Install scripts are none of them. */
  readonly shared: readonly string[];
  /** Which of its dependencies those files have. */
  readonly dependencies: readonly string[];
  /** The folder in release/ with the licence or the notices that its own package lacks. */
  readonly notices: string;
  /** How pix2pix-ts has it: as one that clients install, or as one that people add. */
  readonly needed: 'optionalDependencies' | 'peerDependencies';
  readonly platforms: readonly Platform[];
}

/** In the words of package.json. */
export interface Platform {
  readonly os: 'darwin' | 'linux' | 'win32';
  readonly cpu: 'arm64' | 'x64';
  readonly libc?: 'glibc' | 'musl';
  /** The folder of the source that holds its binaries. */
  readonly folder: string;
  /** Files in there that nothing loads. */
  readonly without?: readonly string[];
}

const ONNX_RUNTIME: NativePackage = {
  source: 'onnxruntime-node',
  prefix: 'pix2pix-ts-ort',
  description: 'ONNX Runtime for Node.js, the binaries of one platform, without an install script',
  shared: ['dist'],
  dependencies: ['onnxruntime-common'],
  notices: 'onnxruntime',
  needed: 'optionalDependencies',
  platforms: [
    { os: 'linux', cpu: 'x64', libc: 'glibc', folder: 'bin/napi-v6/linux/x64' },
    { os: 'linux', cpu: 'arm64', libc: 'glibc', folder: 'bin/napi-v6/linux/arm64' },
    {
      ...{ os: 'darwin', cpu: 'arm64', folder: 'bin/napi-v6/darwin/arm64' },
      without: ['libonnxruntime.1.30.0.dylib'], // a copy of libonnxruntime.1.dylib, by which name it is loaded
    },
    { os: 'win32', cpu: 'x64', folder: 'bin/napi-v6/win32/x64' },
    { os: 'win32', cpu: 'arm64', folder: 'bin/napi-v6/win32/arm64' },
  ],
};

const WEBGPU: NativePackage = {
  source: 'webgpu',
  prefix: 'pix2pix-ts-webgpu',
  description: 'WebGPU for Node.js (Dawn), the binaries of one platform, without an install script',
  shared: ['index.js', 'types.d.ts'],
  dependencies: ['@webgpu/types'],
  notices: 'webgpu',
  needed: 'peerDependencies',
  platforms: [
    { os: 'linux', cpu: 'x64', libc: 'glibc', folder: 'dist/linux-x64' },
    { os: 'linux', cpu: 'arm64', libc: 'glibc', folder: 'dist/linux-arm64' },
    // One file for both processors. Each has a package all the same, so that names follow one rule.
    { os: 'darwin', cpu: 'arm64', folder: 'dist/darwin-universal' },
    { os: 'darwin', cpu: 'x64', folder: 'dist/darwin-universal' },
    { os: 'win32', cpu: 'x64', folder: 'dist/win32-x64' },
    { os: 'win32', cpu: 'arm64', folder: 'dist/win32-arm64' },
  ],
};

/** All that is published beside pix2pix-ts itself. */
export const NATIVE_PACKAGES: readonly NativePackage[] = [ONNX_RUNTIME, WEBGPU];
