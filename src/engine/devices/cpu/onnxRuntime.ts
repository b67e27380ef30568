import '../../../base/noTelemetry.js';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { InferenceSession } from 'onnxruntime-common';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';

/** The interface that all of ONNX Runtime's packages share. */
export type OnnxRuntime = typeof import('onnxruntime-common');

/** ONNX Runtime as it was found on this machine. */
export interface FoundRuntime {
  readonly ort: OnnxRuntime;
  readonly name: 'onnxruntime-node' | 'onnxruntime-web';
  readonly version: string;
  /** Native code, which writes results where they are wanted; else WebAssembly, about 3.5 times slower. */
  readonly isNative: boolean;
  /** Why it is WebAssembly, as a line for people; undefined where it is native. */
  readonly notice?: string;
}

/** `native` and `wasm` insist on one of the builds; otherwise it is native where that loads. */
const CHOICE = 'PIX2PIX_RUNTIME';

const require = createRequire(import.meta.url);
let found: FoundRuntime | undefined;

/**
 * ONNX Runtime: the native build from this platform's own package (`pix2pix-ts-ort-linux-x64`), which is what an
 * installation brings, or from onnxruntime-node, which a clone has; where neither loads, the WebAssembly build that lies
 * beside the web pages. Loaded when first asked for.
 *
 * @throws Pix2PixError when the environment insists on a build that is not there
 */
export function onnxRuntime(): FoundRuntime {
  found ??= find(process.env[CHOICE] ?? '');
  return found;
}

/** The library that computes, for the record: which build it is can be seen only when it has been loaded. */
export function libraryVersions(): Record<string, string> {
  const { name, version } = onnxRuntime();
  return { [name]: version };
}

/**
 * A session of it. `intraOpNumThreads` is how many threads an operator has, 0 for one per core: each native session has
 * its own, while in WebAssembly the first session decides for all.
 */
export function createSession(
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const { ort, isNative } = onnxRuntime();
  if (!isNative && options.enableProfiling) {
    throw new Pix2PixError(
      'the WebAssembly build of ONNX Runtime writes no profile',
      {},
      'leave --profile out',
    );
  }
  if (!isNative) ort.env.wasm.numThreads ??= options.intraOpNumThreads || availableParallelism();
  return ort.InferenceSession.create(model, options);
}

function find(choice: string): FoundRuntime {
  if (!['', 'native', 'wasm'].includes(choice)) {
    throw new Pix2PixError(`${CHOICE} is ${choice}`, { choices: 'native, wasm' }, `unset ${CHOICE}`);
  }
  if (choice === 'wasm') return webAssembly(`${CHOICE} asks for it`);
  const platform = `${process.platform}-${process.arch}`;
  let reason = `there is no native ONNX Runtime for ${platform}`;
  for (const name of [`pix2pix-ts-ort-${platform}`, 'onnxruntime-node']) {
    try {
      const ort = require(name) as OnnxRuntime;
      return { ort, name: 'onnxruntime-node', version: ort.env.versions.node ?? '', isNative: true };
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
      if (!isAbsent) reason = `${name} does not load: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  if (choice === 'native') throw new Pix2PixError(reason, { platform }, `unset ${CHOICE}`);
  return webAssembly(reason);
}

/** From dist/web, where `npm run build` puts it. */
function webAssembly(reason: string): FoundRuntime {
  const built = new URL('../../../../web/', import.meta.url); // from dist/src/engine/devices/cpu
  const ort = loadBuilt(new URL('node/onnxRuntime.cjs', built));
  const file = (name: string) => new URL(name, built).href;
  ort.env.wasm.wasmPaths = {
    mjs: file('ort-wasm-simd-threaded.mjs'),
    wasm: file('ort-wasm-simd-threaded.wasm'),
  };
  return {
    ort,
    name: 'onnxruntime-web',
    version: ort.env.versions.web ?? '',
    isNative: false,
    notice: `computing in WebAssembly, about 3.5 times slower than native code: ${reason}`,
  };
}

function loadBuilt(script: URL): OnnxRuntime {
  try {
    return require(fileURLToPath(script)) as OnnxRuntime;
  } catch (cause) {
    const facts = { script: fileURLToPath(script), reason: (cause as Error).message.split('\n')[0] };
    throw new Pix2PixError('ONNX Runtime cannot be loaded', facts, 'install pix2pix-ts again', { cause });
  }
}
