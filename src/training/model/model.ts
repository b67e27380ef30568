import { CheckpointStore } from '../../checkpoints/store.js';
import { type FloatImages, type Images, toFloatImages } from '../../data/batch/floatImages.js';
import type { Adam } from '../../engine/runtime/adam.js';
import { initialise } from '../../engine/runtime/initialise.js';
import { MEMORY_STRATEGIES, type MemoryStrategy } from '../../engine/runtime/memoryPlan.js';
import { StateStore } from '../../engine/runtime/stateStore.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelDefinition, ModelGraph, ModelOptions } from '../../models/definition.js';
import { findGeneratorOf } from '../../models/generators.js';
import { learningRateOf } from '../../models/layers/adam.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { type LoadedFrom, loadModel, runFolder } from '../saved/loadModel.js';
import { saveCheckpoint } from '../saved/saveCheckpoint.js';
import type { Place } from '../saved/trainingState.js';
import { algorithmChoice } from './algorithmChoice.js';
import { averagesOf } from './averagedNetworks.js';
import { lastImages } from './batches.js';
import { createOptimisers } from './createOptimisers.js';
import { memoryStrategy, roomForPrograms } from './fitMemory.js';
import { ImagePool, poolChance } from './imagePool.js';
import { type BoundInput, bindImages, bindInput, type ModelInput, tensorsOf } from './modelInput.js';
import type { Instruments, SetupSettings, TranslationSettings } from './modelSettings.js';
import { describeNetworks } from './networkSummary.js';
import { ProgramCache } from './programCache.js';
import { ProgramRunner } from './programRunner.js';
import { SCHEDULE_OF_A_TEST, Schedule } from './schedule.js';
import { stepPieces } from './stepPieces.js';
import { runTrainingStep } from './trainingStep.js';
import { translationProgram } from './translationProgram.js';

/**
 * A model that trains or translates: networks with their memory, optimisers, schedule and compiled programs. Calls
 * must not overlap. Running blocks the thread, which is why `pix2pix train` has a thread for it.
 * @typeParam Loss names of its losses
 * @typeParam Visual names of its images
 */
export class Model<Loss extends string = string, Visual extends string = string> {
  readonly networks: ModelGraph['networks'];
  /** None when testing. */
  readonly optimisers: ReadonlyMap<string, Adam>;
  readonly schedule: Schedule;
  readonly store = new StateStore();
  /** The checkpoint that it was loaded from; undefined for a model that starts afresh. */
  loadedFrom: LoadedFrom | undefined;
  /** Earlier fakes for the discriminators, by the names of the inputs that are taken from them; of few models. */
  readonly pools: ReadonlyMap<string, ImagePool>;
  /** Training steps made, and images seen in them (the reference's total_iters). */
  steps = 0;
  totalIters = 0;
  /** Sum and count over the epoch of G_L1, or of the first loss of a model that has no such. */
  epochLoss = { sum: 0, count: 0 };
  private readonly programs: ProgramCache;
  private readonly runner: ProgramRunner;
  private checkpoints: CheckpointStore | undefined;
  private input: BoundInput | undefined;
  /** Of the last step; what it did not compute, of one before. */
  private losses: Readonly<Record<string, number>> = {};
  /** What the last run gave. */
  private images: Readonly<Record<string, FloatImages>> = {};
  private print: (text: string) => void = console.log;
  /** Those that a sheet is made of. */
  private lastImages: Images | undefined;
  /** How training steps use memory. */
  private readonly strategy: MemoryStrategy;

  protected constructor(
    readonly graph: ModelGraph,
    readonly opt: TrainOptions | TestOptions,
    instruments: Instruments,
  ) {
    this.networks = graph.networks;
    this.strategy = opt.isTrain ? memoryStrategy(graph, opt) : MEMORY_STRATEGIES[0];
    this.schedule = new Schedule({ ...SCHEDULE_OF_A_TEST, ...opt });
    this.optimisers = opt.isTrain ? createOptimisers(graph, this.store, opt) : new Map();
    const states = Object.values(this.usedNetworks()).flatMap((network) => network.states);
    this.store.allocate(states.filter((state) => !this.store.has(state)));
    const options = { threads: opt.intraThreads, keepsMemory: this.strategy.keepsMemory, ...instruments };
    const choice = algorithmChoice(opt, (text) => this.print(text));
    const memory = roomForPrograms(graph, opt, this.strategy);
    this.programs = new ProgramCache(this.store, this.optimisers, options, choice, memory);
    this.runner = new ProgramRunner(this.programs, opt.seed);
    const poolSize = opt.isTrain ? opt.poolSize : 0;
    const pooled = Object.keys(graph.step?.pooled ?? {});
    this.pools = new Map(pooled.map((name) => [name, new ImagePool(poolSize, poolChance(opt.seed, name))]));
  }

  /**
   * Allocates the networks' memory; `setup` fills it.
   * @throws Pix2PixError when the options contradict each other, or there is not enough memory
   */
  static async create(
    definition: ModelDefinition,
    opt: TrainOptions | TestOptions,
    instruments: Instruments = {},
  ): Promise<Model> {
    return new this(buildModel(definition, opt as unknown as ModelOptions), opt, instruments);
  }

  /**
   * Starts or loads the weights and prints the networks. Training starts from `opt.seed`, or with `opt.continueTrain`
   * from the checkpoint that `opt.epoch` names; testing loads that checkpoint.
   *
   * @throws Pix2PixError when there is no such checkpoint, or it is damaged or of another architecture
   */
  async setup(
    opt: TrainOptions | TestOptions = this.opt,
    { print = console.log, checkpoints }: SetupSettings = {},
  ): Promise<void> {
    this.print = print;
    this.checkpoints = checkpoints ?? new CheckpointStore(runFolder(opt), { onWarning: console.warn });
    if (opt.isTrain && !opt.continueTrain) {
      for (const [name, network] of Object.entries(this.networks)) {
        initialise(name, network.states, this.store, opt.seed);
      }
      for (const { optimiser } of averagesOf(this)) optimiser.startAverage();
    } else {
      this.loadedFrom = loadModel(this, opt, this.checkpoints);
    }
    print(describeNetworks(this.usedNetworks(), opt.verbose));
    for (const note of [this.strategy.note, ...(opt.isTrain ? (this.graph.notes ?? []) : [])]) {
      if (note !== undefined) print(note);
    }
  }

  /**
   * Takes the images of the next step, A and B by `opt.direction`.
   * @throws ShapeError when they differ in size, or have other channels than the networks
   */
  setInput(input: ModelInput): void {
    const bound = bindInput(input, this.opt.direction, this.graph.inputs);
    const { sheet } = this.graph;
    const [images] = Object.values(bound.images);
    if (sheet !== undefined) this.lastImages = lastImages(this.lastImages, images, sheet);
    this.input = bound;
    this.runner.clear();
    this.images = {};
  }

  /** The learning rate of the next step, but for an optimiser's own factor: that of the schedule, after the warm-up. */
  get learningRate(): number {
    const warmup = this.opt.isTrain ? this.opt.warmupSteps : 0;
    return this.schedule.learningRate * Math.min(1, (this.steps + 1) / Math.max(1, warmup));
  }

  /** One `optimize_parameters`: forward, discriminator step, generator step. */
  async optimizeParameters(): Promise<void> {
    if (!this.opt.isTrain) throw new Error('optimizeParameters: this model was created to test');
    const input = this.currentInput();
    const pieces = stepPieces(this.graph, this.opt, this.strategy, input, this.steps);
    const scalars = Object.fromEntries(
      this.graph.optimisers.map(({ name, learningRateFactor = 1 }) => [
        learningRateOf(name),
        this.learningRate * learningRateFactor,
      ]),
    );
    const { graph, runner, pools, steps: step } = this;
    const { losses, images } = await runTrainingStep(pieces, { graph, runner, pools, scalars, step });
    this.images = images;
    this.losses = { ...this.losses, ...losses };
    this.steps++;
    this.totalIters += input.size.batch;
    const watched = losses[this.watchedLoss];
    if (watched === undefined) return; // the generator had no part in this step
    this.epochLoss.sum += watched;
    this.epochLoss.count++;
  }

  /**
   * The forward pass alone; states and training's random streams stay as they are.
   *
   * @param settings evaluate: running statistics and no dropout, instead of batch statistics and dropout; the same
   *   draw gives the same dropout masks
   */
  async test({ evaluate = false, draw = 0 }: { evaluate?: boolean; draw?: number } = {}): Promise<void> {
    await this.forward(this.currentInput(), evaluate, draw);
  }

  /**
   * Makes visuals that are not those of the last step: sheets of many images, of models that have such. Before
   * `getCurrentVisuals`, where they are to be shown (the reference's compute_visuals).
   */
  async computeVisuals(): Promise<void> {
    if (this.lastImages === undefined) return;
    await this.forward(bindImages([this.lastImages], this.graph.inputs), false, 0);
  }

  /**
   * Translates images without knowing what they should become.
   *
   * @param images a batch of what the generator takes, whichever `--direction` it was trained in: see `loadImage`
   * @returns f32[N, output_nc, H, W] in -1 ... 1: `toImageBatch` and `encodePng` make files of it
   * @throws ShapeError when they have other channels than the generator takes; Pix2PixError for a size that it cannot,
   *   and for a generator that the model does not have
   */
  async translate(
    images: Images,
    { evaluate = false, draw = 0, generator }: TranslationSettings = {},
  ): Promise<FloatImages> {
    const by = findGeneratorOf(this.graph, generator);
    const input = bindImages([images], [{ name: this.graph.inputs[0].name, channels: by.inputNc }]);
    const { size } = input;
    const build = () => translationProgram(by, size, !evaluate);
    const masks = { purpose: 'dropout.test', draw } as const;
    const key = `translate ${by.network} ${evaluate} ${JSON.stringify(size)}`;
    await this.runner.run({ key, build, tensors: { real_A: images.data }, masks });
    const result = this.runner.image('fake_B')!;
    this.input = input;
    this.images = { fake_B: result };
    return result;
  }

  /** The losses of the last step, in the order in which they are logged; none before the first. */
  getCurrentLosses(): Record<Loss, number> {
    const known = this.graph.lossNames.filter((name) => this.losses[name] !== undefined);
    return Object.fromEntries(known.map((name) => [name, this.losses[name]])) as Record<Loss, number>;
  }

  /** Takes up the losses of a training that goes on. */
  restoreLosses(losses: Readonly<Record<string, number>>): void {
    this.losses = losses;
  }

  /** The images of the last step, f32 NCHW in -1 ... 1. Copies: the next step leaves them alone. */
  getCurrentVisuals(): Record<Visual, FloatImages> {
    const inputs = this.currentInput().images;
    const visuals = this.graph.visualNames.flatMap((name): [string, FloatImages][] => {
      if (inputs[name] !== undefined) return [[name, toFloatImages(inputs[name])]];
      return this.images[name] === undefined ? [] : [[name, this.images[name]]];
    });
    return Object.fromEntries(visuals) as Record<Visual, FloatImages>;
  }

  /** The files of the images that are translated. */
  getImagePaths(): readonly string[] {
    return this.input?.paths ?? [];
  }

  /**
   * Ends an epoch of the schedule.
   * @param metric what `--lr_policy plateau` watches, such as a validation loss; by default the mean training L1 of
   * the epoch; null: nothing was measured, plateau passes the epoch over
   * @returns the learning rates before and after
   */
  updateLearningRate(metric?: number | null): { readonly before: number; readonly after: number } {
    const before = this.schedule.learningRate;
    const { sum, count } = this.epochLoss;
    this.schedule.endEpoch(metric === undefined && count > 0 ? sum / count : metric);
    this.epochLoss = { sum: 0, count: 0 };
    return { before, after: this.schedule.learningRate };
  }

  /**
   * Saves a checkpoint in the run's folder: the networks, and under the tag `latest` all that `--continue_train` needs.
   *
   * ```
   * model.save(['latest', `${epoch}`], dataset);
   * ```
   * @param tags `latest`, `best`, an epoch (`5`) or an iteration (`iter_5000`)
   * @param place where training goes on from here: the data set
   * @param bestL1 the smallest validation L1 so far
   * @throws Pix2PixError when the disk is full or the folder cannot be written; the checkpoints before are intact
   */
  save(tags: readonly string[], place: Place, bestL1 = Number.POSITIVE_INFINITY): void {
    if (!this.opt.isTrain || this.checkpoints === undefined)
      throw new Error('save: call setup, for training');
    saveCheckpoint(this.checkpoints, tags, this, this.opt, place, bestL1);
  }

  /** The networks that this run has memory for: all when training, the generator when testing. */
  usedNetworks(): ModelGraph['networks'] {
    if (this.opt.isTrain) return this.networks;
    return Object.fromEntries(this.graph.testNetworks.map((name) => [name, this.networks[name]]));
  }

  /** Frees the compiled programs. */
  async dispose(): Promise<void> {
    await this.programs.dispose();
  }

  /** Where nothing is validated, plateau watches this one. */
  private get watchedLoss(): Loss {
    return (this.graph.watchedLoss ?? this.graph.lossNames[0]) as Loss;
  }

  private async forward(input: BoundInput, evaluate: boolean, draw: number): Promise<void> {
    const { size } = input;
    const build = () => this.graph.forward(size, !evaluate);
    const key = `forward ${evaluate} ${JSON.stringify(size)}`;
    const masks = { purpose: 'dropout.test', draw } as const;
    await this.runner.run({ key, build, tensors: tensorsOf(input), masks });
    this.images = this.runner.images();
  }

  private currentInput(): BoundInput {
    if (this.input === undefined) throw new Error('setInput has not been called');
    return this.input;
  }
}
