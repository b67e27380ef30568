import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { type Program, valuesOf } from '../engine/ir/program.js';
import type { State } from '../engine/ir/state.js';
import { type BatchShare, Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { allReduce } from '../engine/ops/allReduce.js';
import { scale } from '../engine/ops/elementwise.js';
import type { ImageSize } from './images.js';
import { lossScaleOf } from './layers/adam.js';

/** Results of a program by name: `loss_<name>`, a scalar, or a visual, f32[N, C, H, W]. */
export type Outputs = Readonly<Record<string, Value>>;

/** A training step as a model defines it. */
export interface StepDefinition<Shared> {
  /**
   * The computation that all parts share: inputs and, usually, a forward pass. It updates no parameters. Where parts
   * run as programs of their own each repeats it, and the running statistics that it updates are updated by the last of
   * them alone.
   */
  shared(step: Trace, size: ImageSize): Shared;
  /** Visuals that are made of what is shared. */
  shown?(shared: Shared): Outputs;
  /**
   * In the order in which they run. Each adds its losses to the step, and the update of an optimiser of its own; it
   * sees networks as the parts before it have left them.
   */
  readonly parts: Readonly<Record<string, (step: Trace, shared: Shared) => Outputs>>;
  /**
   * Inputs of all parts but the first, f32 like the images that the first part gives under the name on the right: they
   * are taken from a pool of such images, some of earlier steps (Shrivastava et al. 2017).
   */
  readonly pooled?: Readonly<Record<string, string>>;
}

/** Which parts of a step run as one program. */
export interface PartSelection {
  /** Some of the step's parts in their order; default: all. */
  readonly parts?: readonly string[];
  /** Whether running statistics move by what is shared; default: yes. No where a later program of the step does it. */
  readonly movesShared?: boolean;
  /** Of several processes, which part of the batch this one has; default: all of it. */
  readonly share?: BatchShare;
}

/** A training step from which the programs of all its parts, of some or of one are composed. Made by `defineStep`. */
export class TrainingStep {
  private scales: ReadonlyMap<string, State> = new Map();

  /** @internal */
  constructor(
    /** Names in the order in which they run. */
    readonly parts: readonly string[],
    readonly pooled: Readonly<Record<string, string>>,
    private readonly compose: (
      size: ImageSize,
      selection: Selected,
      lossScales: ReadonlyMap<string, State>,
    ) => Program,
  ) {}

  /** By optimiser, the states by which losses are multiplied; none but in mixed precision. */
  get lossScales(): ReadonlyMap<string, State> {
    return this.scales;
  }

  /** From here on programs compute in mixed precision, with a loss scale for each of these optimisers. */
  inMixedPrecision(optimisers: readonly string[]): void {
    this.scales = new Map(optimisers.map((name) => [name, lossScaleOf(name)]));
  }

  /** The program of some parts, by default of the whole step. Throws Pix2PixError when parts are not apart. */
  program(size: ImageSize, { parts = this.parts, movesShared = true, share }: PartSelection = {}): Program {
    return this.compose(size, { parts, movesShared, share }, this.scales);
  }
}

type Selected = PartSelection & Required<Omit<PartSelection, 'share'>>;

/** The training step of a model. Throws Error for one that has nothing to train. */
export function stepOf({ step }: { readonly step?: TrainingStep }): TrainingStep {
  if (step === undefined) throw new Error('the model has no training step');
  return step;
}

/**
 * Defines a training step by its parts, which the runtime puts together: one program of all, or with `--accumulate`,
 * `--n_critic` and image pools one for each.
 *
 * ```
 * defineStep({
 *   shared: (step, size) => {
 *     const realA = imageInput(step, 'real_A', 3, size);
 *     return { realA, realB: imageInput(step, 'real_B', 3, size), fakeB: G.apply(step, realA) };
 *   },
 *   shown: ({ fakeB }) => ({ fake_B: fakeB }),
 *   parts: { D: (step, { realB, fakeB }) => ..., G: (step, { realB, fakeB }) => ... },
 * });
 * ```
 */
export function defineStep<Shared>(definition: StepDefinition<Shared>): TrainingStep {
  return new TrainingStep(Object.keys(definition.parts), definition.pooled ?? {}, (...program) =>
    composeParts(definition, ...program),
  );
}

function composeParts<Shared>(
  { shared, shown, parts }: StepDefinition<Shared>,
  size: ImageSize,
  { parts: names, movesShared, share }: Selected,
  lossScales: ReadonlyMap<string, State>,
): Program {
  const step = new Trace(true, share, lossScales);
  const begin = () => shared(step, size);
  const context = movesShared ? begin() : step.withoutMoving(begin);
  if (step.program({}).hostSteps.length > 0)
    throw new Error('what the parts of a training step share must not update an optimiser');
  const results = names.map((name) => ofWholeBatch(parts[name](step, context), share));
  const program = step.program(Object.assign({}, shown?.(context), ...results));
  requireOnce(
    results.flatMap((result) => Object.keys(result)),
    'give each part losses and visuals of its own',
  );
  requireOnce(
    program.hostSteps.map(({ name }) => name),
    'give each part an optimiser of its own, and one sum of losses to it',
  );
  requireOwnInputs(program, names);
  return program;
}

/** Losses, which are means over images, become those of all processes' parts together. */
function ofWholeBatch(outputs: Outputs, share: BatchShare | undefined): Outputs {
  if (share === undefined) return outputs;
  const whole = ([name, value]: [string, Value]) =>
    [name, name.startsWith('loss_') ? allReduce(scale(value, share.share)) : value] as const;
  return Object.fromEntries(Object.entries(outputs).map(whole));
}

/** Throws Pix2PixError for a name that comes up twice: one part would undo what another has done. */
function requireOnce(names: readonly string[], fix: string): void {
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated === undefined) return;
  throw new Pix2PixError(`${repeated} comes up twice in a training step`, {}, fix);
}

/** A part that reaches another's values by a variable outside of both would compute with those of another program. */
function requireOwnInputs(program: Program, parts: readonly string[]): void {
  for (const { source } of valuesOf(program)) {
    if (source.kind !== 'input' || program.inputs.get(source.name)?.source === source) continue;
    throw new Pix2PixError(
      `a training step uses values of another program in ${parts.join(', ')}`,
      { input: source.name },
      'take values from the arguments of a part alone: parts also run each by itself',
    );
  }
}
