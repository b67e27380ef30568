import { type Program, reachable } from './program.js';
import type { State } from './state.js';
import type { HostStep, Value } from './value.js';

/** A part of a program that runs as one ONNX graph. */
export interface Segment {
  /** Values that it reads: program inputs, states, and results of earlier segments. */
  readonly inputs: readonly Value[];
  /** Its results that later segments, host steps or the caller need. */
  readonly outputs: readonly Value[];
  /** Everything it computes, operands first. */
  readonly body: readonly Value[];
}

/** A segment, then the host step that needed it. The last stage may lack either. */
export interface Stage {
  readonly segment: Segment | undefined;
  readonly hostStep: HostStep | undefined;
}

const isComputed = ({ source }: Value) => source.kind === 'op' || source.kind === 'constant';

/**
 * Cuts a program around its host steps. A segment computes the operands of its host step and those results of the
 * program that depend on no later step; other values are left to the segment that first needs them.
 */
export function cutProgram(program: Program): Stage[] {
  const { hostSteps } = program;
  const wanted = new Set([...program.outputs.values(), ...program.writes.values()]);
  const done = new Set<Value>();
  const bodies = [...hostSteps, undefined].map((step, index) => {
    const roots = [...wanted].filter((value) => hostStepsBefore(value, hostSteps) === index);
    const needed = reachable([...roots, ...(step?.inputs ?? [])], (value) => done.has(value));
    const body = needed.filter(isComputed);
    checkStatesAreCurrent(body, hostSteps.slice(0, index));
    for (const value of body) if (value.source.kind === 'op') done.add(value); // constants stand in every segment
    return body;
  });
  for (const value of hostSteps.flatMap((step) => step.inputs)) wanted.add(value);
  return bodies.flatMap((body, index) => {
    const usedLater = new Set(bodies.slice(index + 1).flatMap((later) => later.flatMap((v) => v.operands)));
    const segment = body.length === 0 ? undefined : makeSegment(body, wanted, usedLater);
    const hostStep = hostSteps[index];
    return segment === undefined && hostStep === undefined ? [] : [{ segment, hostStep }];
  });
}

function makeSegment(
  body: readonly Value[],
  wanted: ReadonlySet<Value>,
  usedLater: ReadonlySet<Value>,
): Segment {
  const inside = new Set(body);
  const inputs = new Set(body.flatMap((value) => value.operands.filter((operand) => !inside.has(operand))));
  const outputs = body.filter(
    (value) => wanted.has(value) || (usedLater.has(value) && value.source.kind === 'op'),
  );
  return { inputs: [...inputs], outputs, body: [...body] };
}

/** How many host steps must have run before a value can be known. */
function hostStepsBefore(value: Value, hostSteps: readonly HostStep[]): number {
  let count = 0;
  for (const { source } of reachable([value])) {
    if (source.kind === 'updated') count = Math.max(count, hostSteps.indexOf(source.by) + 1);
  }
  return count;
}

/** A host step updates in place: no value that reads the old contents may be computed after it. */
function checkStatesAreCurrent(body: readonly Value[], past: readonly HostStep[]): void {
  const updated = new Map<State, HostStep>(
    past.flatMap((step) => step.states.map((state) => [state, step] as const)),
  );
  for (const value of body) {
    for (const { source } of value.operands) {
      const step = source.kind === 'state' ? updated.get(source.state) : undefined;
      if (step !== undefined && source.kind === 'state') {
        throw new Error(
          `${source.state.name} is read as it was before ${step.kind} ${step.name}, but only after it`,
        );
      }
    }
  }
}

/**
 * Only what a segment computes has memory of its own to leave in.
 * @throws Error when an output or a write is an input or a state as it is
 */
export function checkComputed({ outputs, writes }: Program): void {
  const leaving = [...outputs, ...[...writes].map(([state, value]) => [state.name, value] as const)];
  for (const [name, { source }] of leaving) {
    if (source.kind === 'op' || source.kind === 'constant') continue;
    throw new Error(`${name} is the program's ${source.kind} itself: give out a detach of it`);
  }
}
