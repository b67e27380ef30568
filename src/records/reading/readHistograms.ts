import { fromBinary } from '@bufbuild/protobuf';
import { DataType, EventSchema, type Summary_Value } from '../writing/tensorboard_pb.js';
import type { Run } from './run.js';

/** Larger ones are not shown. */
const MAX_BYTES = 1 << 24;
const MAX_BUCKETS = 2000;
const [DEFAULT_STEPS, MAX_STEPS] = [24, 200];

/** The spread of some values at one step. */
export interface Histogram {
  readonly step: number;
  /** In the order of the values: left edge, right edge, and how many values lie between them. */
  readonly buckets: readonly (readonly [left: number, right: number, count: number])[];
}

/**
 * The histograms of a tag, of at most so many steps, evenly spread, with the last; undefined where the run has none of
 * that tag. Those that cannot be read are left out.
 */
export async function readHistograms(
  run: Run,
  name: string,
  most = DEFAULT_STEPS,
): Promise<readonly Histogram[] | undefined> {
  const track = [...run.contents.histograms].find(([tag]) => tag.name === name)?.[1];
  if (track === undefined) return undefined;
  const found: Histogram[] = [];
  for (const i of spread(track.steps.length, Math.min(MAX_STEPS, Math.max(1, most)))) {
    const payload = await run.log.payloadAt(track.places[i], MAX_BYTES);
    const event = payload && fromBinary(EventSchema, payload);
    if (event?.what.case !== 'summary') continue;
    const value = event.what.value.value.find(({ tag }) => tag === name);
    const buckets = (value && bucketsOf(value))?.filter((bucket) => bucket.every(Number.isFinite));
    if (buckets !== undefined && buckets.length > 0) found.push({ step: track.steps[i], buckets });
  }
  return found;
}

function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, i) => i);
  if (most === 1) return [count - 1];
  return Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
}

function bucketsOf({ value }: Summary_Value): [number, number, number][] | undefined {
  if (value.case === 'tensor') {
    const { dtype, tensorContent, doubleVal } = value.value;
    const numbers =
      dtype !== DataType.DT_DOUBLE ? [] : doubleVal.length > 0 ? doubleVal : doublesOf(tensorContent);
    const rows = Math.min(MAX_BUCKETS, Math.floor(numbers.length / 3));
    return Array.from({ length: rows }, (_, i) => [numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]]);
  }
  if (value.case !== 'histo') return undefined;
  const { min, max, bucketLimit, bucket } = value.value;
  const limits = bucketLimit.slice(0, MAX_BUCKETS);
  const rows = limits.map((limit, i): [number, number, number] => [
    Math.max(min, i === 0 ? min : limits[i - 1]),
    Math.min(max, limit),
    bucket[i] ?? 0,
  ]);
  return rows.filter(([left, right, count]) => right > left || count > 0);
}

function doublesOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 8) }, (_, i) => view.getFloat64(8 * i, true));
}
