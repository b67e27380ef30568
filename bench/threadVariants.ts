import type { CpuSettings } from '../src/engine/devices/cpu/cpuDevice.js';

/** How a step is computed: as by default but for some settings. */
export interface VariantSettings extends Pick<CpuSettings, 'session' | 'updateThreads'> {
  /** Whether layers' forms are timed on this machine, at so many threads, or taken by rule. */
  readonly isTimed: boolean;
  /** Threads in place of those that are asked for; 0: as many as the runtime takes by itself. */
  readonly threads?: number;
}

/**
 * The settings that a variant's name stands for, parts joined by `+`: `default`, `measured`, `adam=PIECE`, `bound`, and any setting of ONNX
 * Runtime's sessions as NAME=VALUE, such as `intra_op.allow_spinning=1`.
 */
export function settingsOf(variant: string, threads: number): VariantSettings {
  const session: Record<string, string> = {};
  let isTimed = false;
  let updateThreads: VariantSettings['updateThreads'];
  let own: { threads?: number } = {};
  for (const part of variant.split('+')) {
    const [name, value] = part.split('=');
    if (name === 'adam') {
      const [streams, pieceLength] = value.split('x').map(Number);
      updateThreads = { threads, streams, pieceLength, settings: session };
    } else if (name === 'auto') own = { threads: 0 };
    else if (name === 'bound') session.intra_op_thread_affinities = processors(threads);
    else if (name === 'measured') isTimed = true;
    else if (value !== undefined) session[name] = value;
    else if (name !== 'default') throw new Error(`there is no variant ${part}`);
  }
  return { session, updateThreads, isTimed, ...own };
}

/** A processor of its own for each of the pool's threads, numbered from 1; the thread that calls is the first. */
function processors(threads: number): string {
  return Array.from({ length: threads - 1 }, (_, i) => i + 2).join(';');
}
