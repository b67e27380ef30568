import { type FloatImages, type Images, toFloatImages } from '../../data/batch/floatImages.js';
import type { Device } from '../../engine/runtime/device.js';
import type { Optimiser } from '../../engine/runtime/optimiser.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelDefinition, ModelGraph, ModelOptions } from '../../models/definition.js';
import { findGeneratorOf } from '../../models/generators.js';
import { sizeKey } from '../../models/images.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { lastImages } from './batches.js';
import { EpochLoss } from './epochLoss.js';
import { chooseMemoryUse, type MemoryUse, roomForPrograms } from './fitMemory.js';
import { createPools, type ImagePool } from './imagePool.js';
import { type BoundInput, bindImages, bindInput, cutBack, type ModelInput, tensorsOf } from './modelInput.js';
import type { ModelSurroundings, SetupSettings, TranslationSettings } from './modelSettings.js';
import { createOptimisers, learningRates, type NetworkOptimiser } from './networkOptimiser.js';
import { describeNetworks, networksInUse } from './networkSummary.js';
import { fetchAll, type OnDemand } from './onDemand.js';
import { ProgramCache } from './programCache.js';
import { ProgramRunner } from './programRunner.js';
import { requirePrecision } from './requirePrecision.js';
import type { LoadedFrom, ModelCheckpoints } from './savedModel.js';
import type { Place, SavedProgress } from './savedProgress.js';
import { SCHEDULE_OF_A_TEST, Schedule } from './schedule.js';
import { compileFirstStep, startWeights } from './startWeights.js';
import { stepPieces } from './stepPieces.js';
import { runTrainingStep } from './trainingStep.js';
import { translationProgram } from './translationProgram.js';
import { tuningNotice } from './tuningNotice.js';

/**
 * A model that trains or translates: networks with their memory, optimisers, schedule and compiled programs. Calls
 * must not overlap. Running blocks the thread, which is why `pix2pix train` has a thread for it.
 * @typeParam Loss names of its losses
 * @typeParam Visual names of its images
 */
export class Model<Loss extends string = string, Visual extends string = string> {
  readonly networks: ModelGraph['networks'];
  /** It computes, and has the memory of all states: they are read and written by its `download` and `upload`. */
  readonly device: Device;
  /** None when testing. */
  readonly optimisers: ReadonlyMap<string, Optimiser>;
  readonly schedule: Schedule;
  /** The checkpoint that it was loaded from; undefined for a model that starts afresh. */
  loadedFrom: LoadedFrom | undefined;
  /** @internal Earlier fakes for the discriminators, by the names of the inputs that are taken from them; of few models. */
  readonly pools: ReadonlyMap<string, ImagePool>;
  /** Training steps made, and images seen in them (the reference's total_iters). */
  steps = 0;
  totalIters = 0;
  /** @internal What `--lr_policy plateau` follows where nothing is validated: G_L1, or the first loss of a model without. */
  readonly epochLoss = new EpochLoss();
  private readonly programs: ProgramCache;
  private readonly runner: ProgramRunner;
  private checkpoints: ModelCheckpoints | undefined;
  private input: BoundInput | undefined;
  /** Of the last step; what it did not compute, of one before. */
  private losses: OnDemand<number> = new Map();
  /** The images of the last run. */
  private images: OnDemand<FloatImages> = new Map();
  private print: (text: string) => void;
  /** Those that a sheet is made of. */
  private lastImages: Images | undefined;

  /** @internal */
  protected constructor(
    readonly graph: ModelGraph,
    readonly opt: TrainOptions | TestOptions,
    private readonly surroundings: ModelSurroundings,
    readonly memoryUse: MemoryUse,
    /** @internal Its optimisers, each with the networks that it trains. */
    readonly trained: readonly NetworkOptimiser[],
  ) {
    this.networks = graph.networks;
    this.device = surroundings.device;
    this.print = surroundings.print ?? console.log;
    this.schedule = new Schedule({ ...SCHEDULE_OF_A_TEST, ...opt });
    this.optimisers = new Map(trained.map(({ name, optimiser }) => [name, optimiser]));
    const onTuning = (layers: number) => this.print(tuningNotice(layers));
    const { strategy } = memoryUse;
    const options = { keepsMemory: strategy.keepsMemory, onTuning };
    const memory = roomForPrograms(graph, opt, strategy, this.device.memory);
    this.programs = new ProgramCache(this.device, options, memory);
    this.runner = new ProgramRunner(this.programs, opt.seed);
    this.pools = createPools(graph, opt);
  }

  /**
   * @internal Allocates the networks' memory, for `createModel`; `setup` fills it.
   * @throws Pix2PixError when the options contradict each other, or there is not enough memory
   */
  static async create(
    definition: ModelDefinition,
    opt: TrainOptions | TestOptions,
    surroundings: ModelSurroundings,
  ): Promise<Model> {
    const { device } = surroundings;
    requirePrecision(opt, device);
    const graph = buildModel(definition, opt as unknown as ModelOptions);
    const use = chooseMemoryUse(graph, opt, device.memory, device.collective);
    const trained = opt.isTrain ? await createOptimisers(graph, device, opt) : [];
    await device.allocate(networksInUse(graph, opt.isTrain).flatMap(([, { states }]) => states));
    return new this(graph, opt, surroundings, use, trained);
  }

  /**
   * Starts or loads the weights and prints the networks. Training starts from `opt.seed`, or with `opt.continueTrain`
   * from the checkpoint that `opt.epoch` names; testing loads that checkpoint.
   *
   * @throws Pix2PixError when there is no such checkpoint, or it is damaged or of another architecture
   */
  async setup(
    opt: TrainOptions | TestOptions = this.opt,
    { print = console.log, checkpoints, isStepNext = false }: SetupSettings = {},
  ): Promise<void> {
    this.print = print;
    this.checkpoints = this.surroundings.checkpoints(opt, checkpoints);
    if (opt.isTrain && !opt.continueTrain) {
      const { graph, programs, device, memoryUse } = this;
      const ahead = () => compileFirstStep(graph, opt, memoryUse.strategy, programs, device.collective);
      await startWeights(this, opt, this.surroundings.draw, isStepNext ? ahead : undefined);
      for (const note of await this.checkpoints.begin(this, opt)) print(note);
    } else {
      this.loadedFrom = await this.checkpoints.load(this, opt);
    }
    print(describeNetworks(this.usedNetworks(), opt.verbose));
    if (this.memoryUse.strategy.note !== undefined) print(this.memoryUse.strategy.note);
    if (opt.isTrain) for (const note of this.graph.notes ?? []) print(note);
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
    this.images = new Map();
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
    const { graph, runner, pools, device, steps: step } = this;
    const pieces = stepPieces(graph, this.opt, this.memoryUse.strategy, input, step, device.collective);
    const scalars = learningRates(graph, this.learningRate);
    const { losses, images } = await runTrainingStep(pieces, { graph, runner, pools, device, scalars, step });
    this.images = images;
    this.losses = new Map([...this.losses, ...losses]);
    this.steps++;
    this.totalIters += input.ofImages;
    const watched = losses.get(graph.watchedLoss ?? graph.lossNames[0]);
    // Undefined where the generator had no part in this step.
    if (this.isPlateau && watched !== undefined) this.epochLoss.add(watched());
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
    const key = `translate ${by.network} ${evaluate} ${sizeKey(size)}`;
    const outputs = await this.runner.run({ key, build, tensors: { real_A: images.data }, masks });
    const result = outputs.image('fake_B');
    this.input = input;
    this.images = new Map([['fake_B', () => result]]);
    return result;
  }

  /**
   * The losses of the last step, in the order in which they are logged; none before the first. They are fetched from the
   * device when they are asked for.
   */
  async getCurrentLosses(): Promise<Record<Loss, number>> {
    return (await fetchAll(this.graph.lossNames, this.losses)) as Record<Loss, number>;
  }

  /** Takes up the losses of a training that goes on. */
  restoreLosses(losses: Readonly<Record<string, number>>): void {
    this.losses = new Map(Object.entries(losses).map(([name, loss]) => [name, async () => loss]));
  }

  /** The images of the last step, f32 NCHW in -1 ... 1, fetched likewise. Copies: the next step leaves them alone. */
  async getCurrentVisuals(): Promise<Record<Visual, FloatImages>> {
    const input = this.currentInput();
    const sources = new Map(this.images);
    for (const [name, images] of Object.entries(input.images))
      sources.set(name, async () => toFloatImages(images));
    return cutBack(await fetchAll(this.graph.visualNames, sources), input) as Record<Visual, FloatImages>;
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
  async updateLearningRate(
    metric?: number | null,
  ): Promise<{ readonly before: number; readonly after: number }> {
    const before = this.schedule.learningRate;
    const isWatched = metric === undefined && this.isPlateau;
    this.schedule.endEpoch(isWatched ? await this.epochLoss.mean() : metric);
    this.epochLoss.restart();
    return { before, after: this.schedule.learningRate };
  }

  /**
   * Saves a checkpoint in the run's folder: the networks, and under the tag `latest` all that `--continue_train` needs.
   *
   * ```
   * await model.save(['latest', `${epoch}`], dataset);
   * ```
   * @param tags `latest`, `best`, an epoch (`5`) or an iteration (`iter_5000`)
   * @param place where training goes on from here: the data set
   * @param best the best validation so far
   * @throws Pix2PixError when the disk is full or the folder cannot be written; the checkpoints before are intact
   */
  async save(tags: readonly string[], place: Place, best?: SavedProgress['best']): Promise<void> {
    if (!this.opt.isTrain || this.checkpoints === undefined)
      throw new Error('save: call setup, for training');
    await this.checkpoints.save(tags, this, this.opt, place, best);
  }

  /** The networks that this run has memory for: all when training, the generator when testing. */
  usedNetworks(): ModelGraph['networks'] {
    return Object.fromEntries(networksInUse(this.graph, this.opt.isTrain));
  }

  /** Frees the compiled programs and the memory of the networks: nothing can be asked of the model any more. */
  async dispose(): Promise<void> {
    await this.programs.dispose();
    const { device, ownsDevice } = this.surroundings;
    if (ownsDevice) await device.dispose();
    else await device.free(Object.values(this.usedNetworks()).flatMap(({ states }) => states));
  }

  private get isPlateau(): boolean {
    return this.opt.isTrain && this.opt.lrPolicy === 'plateau';
  }

  private async forward(input: BoundInput, evaluate: boolean, draw: number): Promise<void> {
    const build = () => this.graph.forward(input.size, !evaluate);
    const key = `forward ${evaluate} ${sizeKey(input.size)}`;
    const masks = { purpose: 'dropout.test', draw } as const;
    const outputs = await this.runner.run({ key, build, tensors: tensorsOf(input), masks });
    this.images = new Map(outputs.imageNames().map((name) => [name, () => outputs.image(name)]));
  }

  private currentInput(): BoundInput {
    if (this.input === undefined) throw new Error('setInput has not been called');
    return this.input;
  }
}
