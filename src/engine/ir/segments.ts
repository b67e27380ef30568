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

/** Values that all processes compute together, at once: each is the sum of its operand over all of them. */
export interface AllReduceStep {
  readonly kind: 'allReduce';
  /** For people: how many. */
  readonly name: string;
  readonly values: readonly Value[];
}

/** A segment, then the step between segments that needed it. The last stage may lack either. */
export interface Stage {
  readonly segment: Segment | undefined;
  readonly hostStep: HostStep | AllReduceStep | undefined;
}

const isComputed = ({ source }: Value) => source.kind === 'op' || source.kind === 'constant';

/**
 * Cuts a program around its host steps, and around values that several processes compute together. A segment computes
 * the operands of its host step and those results of the program that depend on no later step; other values are left to
 * the segment that first needs them.
 */
export function cutProgram(program: Program): Stage[] {
  const { hostSteps } = program;
  const wanted = new Set([...program.outputs.values(), ...program.writes.values()]);
  const done = new Set<Value>();
  const cuts: { readonly body: readonly Value[]; readonly hostStep: Stage['hostStep'] }[] = [];
  const cut = (roots: readonly Value[], hostStep: Stage['hostStep'], past: readonly HostStep[]) => {
    const body = reachable(roots, (value) => done.has(value)).filter(isComputed);
    checkStatesAreCurrent(body, past);
    for (const value of body) if (value.source.kind === 'op') done.add(value); // constants stand in every segment
    cuts.push({ body, hostStep });
  };
  [...hostSteps, undefined].forEach((step, index) => {
    const past = hostSteps.slice(0, index);
    const results = [...wanted].filter((value) => hostStepsBefore(value, hostSteps) === index);
    const roots = [...results, ...(step?.inputs ?? [])];
    for (const values of collectiveRounds(roots, done)) {
      cut(operandsOf(values), { kind: 'allReduce', name: `of ${values.length}`, values }, past);
      for (const value of values) done.add(value);
    }
    cut(roots, step, past);
  });
  for (const { hostStep } of cuts) {
    if (hostStep?.kind === 'adam') for (const value of hostStep.inputs) wanted.add(value);
    if (hostStep?.kind === 'allReduce') for (const value of operandsOf(hostStep.values)) wanted.add(value);
  }
  return cuts.flatMap(({ body, hostStep }, index) => {
    const usedLater = new Set(
      cuts.slice(index + 1).flatMap((later) => later.body.flatMap((v) => v.operands)),
    );
    const segment = body.length === 0 ? undefined : makeSegment(body, wanted, usedLater);
    return segment === undefined && hostStep === undefined ? [] : [{ segment, hostStep }];
  });
}

/**
 * The values that processes compute together on the way to `roots`, in as few rounds as can be: those of a round depend
 * on earlier rounds alone.
 */
function collectiveRounds(roots: readonly Value[], done: ReadonlySet<Value>): Value[][] {
  const rounds: Value[][] = [];
  const depths = new Map<Value, number>();
  for (const value of reachable(roots, (known) => done.has(known))) {
    const before = Math.max(0, ...value.operands.map((operand) => depths.get(operand) ?? 0));
    const depth = value.isCollective ? before + 1 : before;
    depths.set(value, depth);
    if (value.isCollective) rounds[depth - 1] = [...(rounds[depth - 1] ?? []), value];
  }
  return rounds;
}

function operandsOf(values: readonly Value[]): Value[] {
  return values.flatMap((value) => value.operands);
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
