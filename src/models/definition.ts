import type { Program } from '../engine/ir/program.js';
import type { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import type { ExtendOptions } from '../options/extension.js';
import type { ImageSize } from './images.js';
import type { AdamOptions } from './layers/adam.js';
import type { Module } from './layers/module.js';
import type { NetworkOptions } from './networks/define.js';
import type { TrainingStep } from './stepDefinition.js';

/** The options that every model definition may rely on; its own come on top. */
export type ModelOptions = NetworkOptions & Readonly<Record<string, unknown>>;

/** An optimiser and the networks that it trains. */
export interface OptimiserDefinition extends AdamOptions {
  readonly networks: readonly string[];
  /** Its learning rate in units of `--lr`; default: 1. */
  readonly learningRateFactor?: number;
}

/** An input of a model's programs: one side of the data. */
export interface InputDefinition {
  readonly name: string;
  readonly channels: number;
}

/** A generator of single images: a network, with the conversions before and after it. */
export interface GeneratorDefinition {
  /** By the name of its checkpoint; one of the model's `testNetworks`. */
  readonly network: string;
  readonly inputNc: number;
  readonly outputNc: number;
  /** f32[N, inputNc, H, W] to f32[N, outputNc, H, W], both in -1 ... 1. */
  apply(trace: Trace, x: Value): Value;
}

/** A model built for given options: networks, and the programs over them. */
export interface ModelGraph {
  /** The side that is translated, and the other one where the programs take it too. */
  readonly inputs: readonly InputDefinition[];
  /** By the names of their checkpoints: G, D. */
  readonly networks: Readonly<Record<string, Module>>;
  /** Those that the test-time model needs. */
  readonly testNetworks: readonly string[];
  /** The first is taken unless another is asked for. None: the model does not translate images. */
  readonly generators: readonly GeneratorDefinition[];
  readonly optimisers: readonly OptimiserDefinition[];
  /** In the order in which they are logged; each is a scalar output `loss_<name>` of the training step. */
  readonly lossNames: readonly string[];
  /** Images to show: inputs of the programs, and outputs f32[N, C, H, W] in -1 ... 1. */
  readonly visualNames: readonly string[];
  /** Those of them that show, or are made of, the image of the other side, which has a file of its own. Default: none. */
  readonly visualsOfOther?: readonly string[];
  /** Two visuals of which the first should become the second. None: nothing is measured. */
  readonly compared?: readonly [made: string, wanted: string] | undefined;
  /** The loss that `--lr_policy plateau` follows where nothing is validated. Default: the first. */
  readonly watchedLoss?: string;
  /** Warnings about what the options lead to. */
  readonly notes?: readonly string[];
  /**
   * How many images `forward` lays out as one sheet, for models whose single images say little; a training then also
   * shows such a sheet as a sample of its progress, made of the last images and always the same noise. Default: images
   * are shown one by one.
   */
  readonly sheet?: number;
  /** Forward, backward and updates of one `optimize_parameters`. None: there is nothing to train. */
  readonly step?: TrainingStep;
  /** The forward pass alone, which changes no state; `training` as in `Trace`. */
  forward(size: ImageSize, training: boolean): Program;
}

/** A kind of model: what `--model` names. Registered with `registerModel`. */
export interface ModelDefinition {
  readonly name: string;
  /** Whether there is nothing in it to train. Default: no. */
  readonly onlyTests?: boolean;
  /** Flags of its own, and defaults of general flags that it changes. */
  readonly extend: ExtendOptions;
  /** Width and height of its images must be multiples of this; others are refused. Default: not known. */
  imageUnit?(options: Pick<NetworkOptions, 'netG'>): number;
  /** Throws Pix2PixError when the options contradict each other. */
  build(options: ModelOptions): ModelGraph;
}
