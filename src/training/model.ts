import type { CheckpointStore } from '../checkpoints/store.js';
import { type FloatImages, type Images, isFloat, toFloatImages } from '../data/floatImages.js';
import type { Program } from '../ir/program.js';
import type { State } from '../ir/state.js';
import type { ImageSize, ModelDefinition, ModelGraph, ModelOptions } from '../models/definition.js';
import { ADAM_EPSILON, learningRateOf } from '../nn/adam.js';
import { parametersOf } from '../nn/module.js';
import type { TestOptions } from '../options/testOptions.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { fillDropoutMask } from '../random/dropoutMask.js';
import { RandomStream } from '../random/stream.js';
import { ADAM_CHUNK, Adam } from '../runtime/adam.js';
import { Executable } from '../runtime/executable.js';
import { chooseByRule } from '../runtime/forms.js';
import { initialise } from '../runtime/initialise.js';
import type { TensorArray } from '../runtime/session.js';
import { StateStore } from '../runtime/stateStore.js';
import { loadModel, type ResumePoint } from './loadModel.js';
import { describeNetworks } from './networkSummary.js';
import { Schedule } from './schedule.js';

/** What one step is given: a pair of image batches, as a data set yields them. */
export interface ModelInput {
  readonly A: Images;
  readonly B: Images;
  readonly APaths?: readonly string[];
  readonly BPaths?: readonly string[];
}

/** Compiled programs kept at a time; images of many sizes (`--preprocess none`) would otherwise fill the memory. */
const MAX_COMPILED = 3;

/**
 * A model that trains or translates: networks with their memory, optimisers, schedule and compiled programs. Calls
 * must not overlap. Running blocks the thread, which is why `pix2pix train` has a thread for it.
 */
export class Model {
  readonly networks: ModelGraph['networks'];
  readonly optimisers = new Map<string, Adam>();
  readonly schedule: Schedule;
  readonly store = new StateStore();
  /** Where the loaded checkpoint's training stood; undefined for a model that starts afresh. */
  resumed: ResumePoint | undefined;
  /** Sets of dropout masks drawn so far: the whole state of that random stream. */
  dropoutDraws = 0;
  private readonly compiled = new Map<string, Executable>();
  private input: ModelInput | undefined;
  private results: ReadonlyMap<string, TensorArray> = new Map();

  protected constructor(
    readonly graph: ModelGraph,
    readonly opt: TrainOptions | TestOptions,
  ) {
    this.networks = graph.networks;
    this.schedule = new Schedule({ ...SCHEDULE_OF_A_TEST, ...opt });
  }

  /** Allocates the networks' memory; `setup` fills it. */
  static async create(definition: ModelDefinition, opt: TrainOptions | TestOptions): Promise<Model> {
    const model = new this(definition.build(opt as unknown as ModelOptions), opt);
    await model.allocate();
    return model;
  }

  /**
   * Starts or loads the weights and prints the networks. Training starts from `opt.seed`, or with `opt.continueTrain`
   * from the checkpoint that `opt.epoch` names; testing loads that checkpoint.
   *
   * @param print receives the networks' description
   * @throws Pix2PixError when there is no such checkpoint, or it is damaged or of another architecture
   */
  async setup(
    opt: TrainOptions | TestOptions = this.opt,
    {
      print = console.log,
      checkpoints,
    }: { print?: (text: string) => void; checkpoints?: CheckpointStore } = {},
  ): Promise<void> {
    if (opt.isTrain && !opt.continueTrain) {
      for (const [name, network] of Object.entries(this.networks)) {
        initialise(name, network.states, this.store, opt.seed);
      }
    } else {
      this.resumed = loadModel(this, opt, checkpoints);
    }
    print(describeNetworks(this.usedNetworks(), opt.verbose));
  }

  /** Takes the images of the next step, A and B by `opt.direction`. */
  setInput(input: ModelInput): void {
    this.input = this.opt.direction === 'BtoA' ? swapped(input) : input;
    this.results = new Map();
  }

  /** One `optimize_parameters`: forward, discriminator step, generator step. */
  async optimizeParameters(): Promise<void> {
    const size = this.imageSize();
    const { executable, program } = await this.compile(`train ${JSON.stringify(size)}`, () =>
      this.graph.trainStep(size),
    );
    const masks = this.dropoutMasks(program, 'dropout', this.dropoutDraws++);
    const scalars = Object.fromEntries(
      this.graph.optimisers.map(({ name }) => [learningRateOf(name), this.schedule.learningRate]),
    );
    this.results = await executable.run({ tensors: { ...this.inputTensors(), ...masks }, scalars });
  }

  /**
   * The forward pass alone; states and training's random streams stay as they are.
   *
   * @param evaluate running statistics and no dropout, instead of batch statistics and dropout
   * @param draw the same draw gives the same dropout masks
   */
  async test({ evaluate = false, draw = 0 }: { evaluate?: boolean; draw?: number } = {}): Promise<void> {
    const size = this.imageSize();
    const key = `forward ${evaluate} ${JSON.stringify(size)}`;
    const { executable, program } = await this.compile(key, () => this.graph.forward(size, !evaluate));
    const masks = this.dropoutMasks(program, 'dropout.test', draw);
    this.results = await executable.run({ tensors: { ...this.inputTensors(), ...masks } });
  }

  /** The losses of the last step, in the order in which they are logged. */
  getCurrentLosses(): Record<string, number> {
    const { lossNames } = this.graph;
    return Object.fromEntries(
      lossNames.flatMap((name) => {
        const loss = this.results.get(`loss_${name}`);
        return loss === undefined ? [] : [[name, Number(loss[0])]];
      }),
    );
  }

  /** The images of the last step, f32 NCHW in -1 ... 1. Copies: the next step leaves them alone. */
  getCurrentVisuals(): Record<string, FloatImages> {
    const inputs: Record<string, Images> = this.inputImages();
    const visuals = this.graph.visualNames.flatMap((name): [string, FloatImages][] => {
      if (inputs[name] !== undefined) return [[name, toFloatImages(inputs[name])]];
      const data = this.results.get(name);
      if (data === undefined) return [];
      const { batch, height, width } = this.imageSize();
      const shape = [batch, data.length / (batch * height * width), height, width] as const;
      return [[name, { data: Float32Array.from(data as Float32Array), shape }]];
    });
    return Object.fromEntries(visuals);
  }

  /** The files of the images that are translated. */
  getImagePaths(): readonly string[] {
    return this.input?.APaths ?? [];
  }

  /**
   * Ends an epoch of the schedule.
   * @param metric what `--lr_policy plateau` watches: a validation loss
   * @returns the learning rates before and after
   */
  updateLearningRate(metric?: number): { readonly before: number; readonly after: number } {
    const before = this.schedule.learningRate;
    this.schedule.endEpoch(metric);
    return { before, after: this.schedule.learningRate };
  }

  /** Whether every parameter is finite. */
  isFinite(): boolean {
    return [...this.optimisers.values()].every(({ arena }) => Number.isFinite(sum(arena.data)));
  }

  /** The networks that this run has memory for: all when training, the generator when testing. */
  usedNetworks(): ModelGraph['networks'] {
    if (this.opt.isTrain) return this.networks;
    return Object.fromEntries(this.graph.testNetworks.map((name) => [name, this.networks[name]]));
  }

  /** Frees the compiled programs. */
  async dispose(): Promise<void> {
    for (const executable of this.compiled.values()) await executable.dispose();
    for (const optimiser of this.optimisers.values()) await optimiser.dispose();
    this.compiled.clear();
  }

  private async allocate(): Promise<void> {
    const used = this.usedNetworks();
    const rest = new Set<State>(Object.values(used).flatMap(({ states }) => states));
    if (this.opt.isTrain) {
      for (const { name, networks, betas, epsilon = ADAM_EPSILON } of this.graph.optimisers) {
        const states = networks.flatMap((network) => parametersOf(this.networks[network]));
        this.store.allocate(states, ADAM_CHUNK);
        for (const state of states) rest.delete(state);
        const constants = { betas, epsilon };
        this.optimisers.set(name, await Adam.create(states, this.store, constants, this.sessionOptions()));
      }
    }
    this.store.allocate([...rest]);
  }

  private sessionOptions() {
    return { threads: this.opt.intraThreads };
  }

  private imageSize(): ImageSize {
    const images = this.inputImages().real_A;
    const format = isFloat(images) ? 'f32' : 'u8';
    const [batch, height, width] = isFloat(images)
      ? [images.shape[0], images.shape[2], images.shape[3]]
      : images.shape;
    return { batch, height, width, format };
  }

  private inputImages(): { real_A: Images; real_B: Images } {
    if (this.input === undefined) throw new Error('setInput has not been called');
    return { real_A: this.input.A, real_B: this.input.B };
  }

  private inputTensors(): Record<string, TensorArray> {
    const { real_A, real_B } = this.inputImages();
    return { real_A: real_A.data, real_B: real_B.data };
  }

  private dropoutMasks(program: Program, purpose: string, draw: number): Record<string, Float32Array> {
    const masks = [...program.dropoutMasks].map(([name, rate], index) => {
      const { shape } = program.inputs.get(name)!;
      const mask = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      fillDropoutMask(mask, new RandomStream(this.opt.seed, purpose, [draw, index]), rate);
      return [name, mask];
    });
    return Object.fromEntries(masks);
  }

  private async compile(key: string, build: () => Program) {
    let executable = this.compiled.get(key);
    this.compiled.delete(key); // set again below: a map keeps the order of insertion, the oldest first
    if (executable === undefined) {
      await this.makeRoom();
      executable = await Executable.compile(build(), this.store, {
        ...this.sessionOptions(),
        choose: chooseByRule,
        optimisers: this.optimisers,
      });
    }
    this.compiled.set(key, executable);
    return { executable, program: executable.program };
  }

  private async makeRoom(): Promise<void> {
    const surplus = [...this.compiled].slice(0, Math.max(0, this.compiled.size + 1 - MAX_COMPILED));
    for (const [key, executable] of surplus) {
      await executable.dispose();
      this.compiled.delete(key);
    }
  }
}

/** A model that only tests has a schedule too, which nobody asks. */
const SCHEDULE_OF_A_TEST = {
  lr: 0,
  lrPolicy: 'linear',
  epochCount: 1,
  nEpochs: 1,
  nEpochsDecay: 0,
  lrDecayIters: 1,
} as const;

function swapped({ A, B, APaths, BPaths }: ModelInput): ModelInput {
  return { A: B, B: A, APaths: BPaths, BPaths: APaths };
}

function sum(data: Float32Array): number {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i];
  return total;
}
