import { fromBinary } from '@bufbuild/protobuf';
import { HParamsPluginDataSchema } from '../writing/hparams_pb.js';
import type { RunSummary } from './runSummary.js';

/** More, or longer texts, no table shows. */
const MAX_OPTIONS = 500;
const MAX_TEXT = 1000;

/**
 * The hyper-parameters that a program has given for its run, as TensorBoard's hparams plugin keeps them.
 * @param content a serialised `HParamsPluginData`
 * @returns undefined where this is not the part that holds them, or none at all
 */
export function readHparams(content: Uint8Array): RunSummary['options'] | undefined {
  try {
    const { data } = fromBinary(HParamsPluginDataSchema, content);
    if (data.case !== 'sessionStartInfo') return undefined;
    const entries = Object.entries(data.value.hparams).slice(0, MAX_OPTIONS);
    return Object.fromEntries(
      entries.map(([name, { kind }]) => [name.slice(0, MAX_TEXT), plain(kind.value)]),
    );
  } catch {
    return undefined;
  }
}

function plain(value: unknown): string | number | boolean | null {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
