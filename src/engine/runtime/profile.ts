import { readFileSync } from 'node:fs';

/** One node of an ONNX graph in the runs of a profile. */
export interface NodeTime {
  /** As the graph names it; nodes that the runtime put in have names of its own. */
  readonly name: string;
  /** The ONNX operator, such as Conv. */
  readonly operator: string;
  /** Milliseconds of each run, in order. */
  readonly milliseconds: readonly number[];
}

/** What is of interest in an event of a trace file (the format of chrome://tracing). */
interface TraceEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

const KERNEL = '_kernel_time';

/** The nodes of one session, from the trace file that it wrote because of `SessionOptions.profilePrefix`. */
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
