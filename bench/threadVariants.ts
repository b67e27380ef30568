import type { CpuSettings } from '../src/engine/devices/cpu/cpuDevice.js';

/** How a step is computed: as by default but for some settings. */
export interface VariantSettings extends Pick<CpuSettings, 'session' | 'updateThreads' | 'threads'> {
  /** Whether layers' forms are timed on this machine, at so many threads, or taken by rule. */
  readonly isTimed: boolean;
  readonly batch: number;
}

/**
 * The settings that a variant's name stands for, parts joined by `+`:
 *
 * - `default`, or `rule`: forms of layers by rule
 * - `auto`: as many threads as the runtime takes by itself, and binds to cores; `bound`: those that are asked for, bound
 * - `adam=1`: Adam by one thread; `adam=PIECE`: see `UpdateThreads`
 * - `batch=N`
 * - any setting of ONNX Runtime's sessions as NAME=VALUE, such as `intra_op.spin_duration_us=50`
 *
 * @throws Error for any other
 */
export function settingsOf(variant: string, threads: number): VariantSettings {
  const session: Record<string, string> = {};
  let settings: VariantSettings = { session, threads, isTimed: true, batch: 1 };
  for (const part of variant.split('+')) {
    const [name, value] = part.split('=');
    if (name === 'rule') settings = { ...settings, isTimed: false };
    else if (name === 'auto') settings = { ...settings, threads: 0 };
    else if (name === 'bound') session.intra_op_thread_affinities = processors(threads);
    else if (name === 'batch') settings = { ...settings, batch: Number(value) };
    else if (name === 'adam') settings = { ...settings, updateThreads: updateThreads(value, threads) };
    else if (value !== undefined) session[name] = value;
    else if (name !== 'default') throw new Error(`there is no variant ${part}`);
  }
  return settings;
}

function updateThreads(value: string, threads: number): VariantSettings['updateThreads'] {
  return value === '1' ? 'one' : { threads, pieceLength: Number(value) };
}

/** A processor of its own for each of the pool's threads, numbered from 1; the thread that calls is the first. */
function processors(threads: number): string {
  return Array.from({ length: threads - 1 }, (_, i) => i + 2).join(';');
}
