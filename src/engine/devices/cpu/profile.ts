import { readFileSync } from 'node:fs';
import type { NodeTime } from '../../runtime/profile.js';

/** The fields of an event that are used here, in a trace file (the format of chrome://tracing). */
interface TraceEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

const KERNEL = '_kernel_time';

/** The nodes of one session in the order in which they first ran, from the trace file that it wrote because of `SessionOptions.profilePrefix`. */
export function readProfile(file: string): NodeTime[] {
  const events = JSON.parse(readFileSync(file, 'utf8')) as readonly TraceEvent[];
  const nodes = new Map<string, { operator: string; milliseconds: number[] }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== 'Node' || !name?.endsWith(KERNEL) || dur === undefined) continue;
    const node = name.slice(0, -KERNEL.length);
    const known = nodes.get(node) ?? { operator: args?.op_name ?? 'unknown', milliseconds: [] };
    known.milliseconds.push(dur / 1000); // microseconds there
    nodes.set(node, known);
  }
  return [...nodes].map(([name, { operator, milliseconds }]) => ({ name, operator, milliseconds }));
}
