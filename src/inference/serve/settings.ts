import { machineMemory } from '../../base/machineMemory.js';
import type { DeviceChoice } from '../../engine/devices/registry.js';
import type { NormMode } from '../portable/generatorInfo.js';
import type { RequestLine } from './requestLog.js';

/** Settings of `startService`. */
export interface ServiceSettings {
  /** Names of runs, or files. Default: all runs in `checkpointsDir`, also those that come later. */
  readonly models?: readonly string[];
  /** Default: ./checkpoints */
  readonly checkpointsDir?: string;
  /** Of a run's checkpoints. Default: latest. */
  readonly epoch?: string;
  /** Of a model that has several: G_B. Default: the first. */
  readonly generator?: string;
  /** Default: batch. */
  readonly normMode?: NormMode;
  /** Default: auto. */
  readonly device?: DeviceChoice;
  /** Of several GPUs the one that has this in its name. */
  readonly gpu?: string;
  /** Threads of the engine; 0: one a core. Default: 0. */
  readonly threads?: number;
  /** Default: 8098; 0 for any that is free. */
  readonly port?: number;
  /** Default: 127.0.0.1, this machine alone. */
  readonly host?: string;
  /** The access token that is asked for; where others can reach the server and none is given, one is made. */
  readonly token?: string;
  /** Pages of these origins may ask: `https://app.example.org`. Default: none but the server's own. */
  readonly origins?: readonly string[];
  /** Whether it has pages: a list of the models, and the playground of each. Default: true. */
  readonly hasPages?: boolean;
  /** The bounds; each has a default. */
  readonly limits?: Partial<ServiceLimits>;
  /** Told of every request that was answered. Default: nobody. */
  readonly onRequest?: (line: RequestLine) => void;
  /** Told of what a person should know. Default: `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

/** The bounds of what a service takes at a time. */
export interface ServiceLimits {
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Pixels of an image, known from its header before anything is decoded. */
  readonly imagePixels: number;
  /** Images under way; what comes on top of them is refused, to be asked again later. */
  readonly queue: number;
  /** Images of one size that are translated together. */
  readonly batch: number;
  /** Seconds from the beginning of a request to its answer. */
  readonly timeout: number;
  /** Seconds for which it goes on to take requests when it is told to end, so that balancers learn of it. */
  readonly drainDelay: number;
  /** Bytes of the models that are loaded at a time, as `ServedModel` estimates them. */
  readonly modelBytes: number;
}

export const DEFAULT_SERVICE_PORT = 8098;

/** What a service takes at a time where nothing else is said. */
export function defaultLimits(): ServiceLimits {
  return {
    bodyBytes: 32e6,
    imagePixels: 2048 * 2048,
    queue: 128,
    batch: 4, // a larger one was not seen to be faster
    timeout: 60,
    drainDelay: 1,
    modelBytes: Math.round(machineMemory().available / 2),
  };
}
