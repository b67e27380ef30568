import { type Program, valuesOf } from '../ir/program.js';
import { type HostStep, Value, type ValueSource } from '../ir/value.js';
import { GRADIENT } from './grad.js';

/** Ops that take most of a forward pass's time; all others are cheap to compute again, but for sums over processes. */
const EXPENSIVE: readonly string[] = ['conv2d', 'convTranspose2d', 'matmul'];

/** Marks the scope of values that are computed again, so that they are not taken for those computed before. */
export const AGAIN = '.again';

/**
 * The same program with its forward values computed again where gradients need them, instead of being kept from the
 * forward to the backward pass (Chen et al. 2016, "Training deep nets with sublinear memory cost"). The results are
 * the same to the last bit: the same ops of the same operands. States that a forward pass moves besides its results,
 * such as running statistics, are moved once.
 *
 * The results of convolutions are kept, and what lies between them is computed again: norms, activations and skip
 * connections, which take most of the memory and little of the time. Convolutions computed again as well would win
 * little more (docs/performance.md).
 */
export function recompute(program: Program): Program {
  return new Recomputation(program).program();
}

class Recomputation {
  private readonly body: readonly Value[];
  private readonly groups = new Map<Value, number>();
  private readonly rewritten = new Map<Value, Value>();
  private readonly again = new Map<string, Value>();
  private readonly steps = new Map<HostStep, HostStep>();

  constructor(private readonly original: Program) {
    this.body = valuesOf(original);
    this.group();
  }

  /** The rewritten program. */
  program(): Program {
    const { original } = this;
    // Operands come first, and a host step is rewritten by the first of its states that is read.
    for (const value of this.body) this.rewritten.set(value, this.rewrite(value));
    const now = (value: Value) => this.rewritten.get(value)!;
    return {
      ...original,
      outputs: new Map([...original.outputs].map(([name, value]) => [name, now(value)])),
      writes: new Map([...original.writes].map(([state, value]) => [state, now(value)])),
      hostSteps: original.hostSteps.map((step) => this.step(step)),
    };
  }

  /** The values between two convolutions are one group, computed again for the gradients of its own layers. */
  private group(): void {
    let convolutions = 0;
    for (const value of this.body) {
      if (!isForward(value)) continue;
      this.groups.set(value, convolutions);
      if (isExpensive(value)) convolutions++;
    }
  }

  private rewrite(value: Value): Value {
    const { source } = value;
    if (source.kind === 'updated') return new Value({ ...source, by: this.step(source.by) });
    if (source.kind !== 'op') return value;
    if (isForward(value))
      return withInputs(
        source,
        source.inputs.map((input) => this.rewritten.get(input)!),
      );
    const inputs = source.inputs.map((input) => this.forGradient(input));
    return withInputs({ ...source, scope: marked(source.scope, AGAIN) }, inputs);
  }

  private step(step: HostStep): HostStep {
    let made = this.steps.get(step);
    if (made === undefined) {
      made = { ...step, inputs: step.inputs.map((input) => this.rewritten.get(input)!) };
      this.steps.set(step, made);
    }
    return made;
  }

  /** An operand of a gradient: a gradient, a kept value, or a forward value computed again. */
  private forGradient(value: Value): Value {
    return isForward(value) ? this.computeAgain(value, this.groups.get(value)!) : this.rewritten.get(value)!;
  }

  private computeAgain(value: Value, group: number): Value {
    const { source } = value;
    if (source.kind !== 'op' || !isForward(value) || isExpensive(value)) return this.rewritten.get(value)!;
    const key = `${group} ${value.id}`;
    let clone = this.again.get(key);
    if (clone === undefined) {
      const inputs = source.inputs.map((input) => this.computeAgain(input, group));
      clone = withInputs({ ...source, scope: `${source.scope}${AGAIN}${group}` }, inputs);
      this.again.set(key, clone);
    }
    return clone;
  }
}

type OpSource = Extract<ValueSource, { kind: 'op' }>;

function withInputs(source: OpSource, inputs: readonly Value[]): Value {
  return new Value({ ...source, inputs });
}

function isForward({ source }: Value): boolean {
  return source.kind === 'op' && !source.scope.endsWith(GRADIENT);
}

function isExpensive({ source, isCollective }: Value): boolean {
  return isCollective || (source.kind === 'op' && EXPENSIVE.includes(source.op.name));
}

/** The mark before the ending by which gradients are known. */
function marked(scope: string, mark: string): string {
  return `${scope.slice(0, -GRADIENT.length)}${mark}${GRADIENT}`;
}
