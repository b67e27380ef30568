import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LATEST, tagOfManifest } from '../checkpoints/format/checkpointNames.js';
import type { UnverifiedFile } from '../checkpoints/hasHash.js';
import { withBoundary } from '../engine/onnx/imageBoundary.js';
import type { Boundary } from '../engine/onnx/modelForm.js';
import type { ModelProto } from '../engine/onnx/onnx_pb.js';
import { demoModelFile } from './demoModels.js';
import {
  generatorOfForeignFile,
  generatorOfRun,
  generatorOfSafetensors,
  type ReadOptions,
  type RunChoice,
} from './generatorFiles.js';
import { describeGenerator, inferenceModel } from './inferenceModel.js';
import { readOnnxFile } from './onnxFile.js';
import type { GeneratorInfo, NormMode } from './portable/generatorInfo.js';
import type { TrainedGenerator } from './portable/trainedGenerator.js';

/** A generator that `--model` has named, from which a model can be made. */
export interface GeneratorSource {
  readonly info: GeneratorInfo;
  /** The weights' file, where it was not verified. */
  readonly unverified?: UnverifiedFile;
  /** The generator itself, where it is no exported graph: with it any device can run it. */
  readonly trained?: TrainedGenerator;
  /** The model at another boundary than its own, if it can be had. */
  model(boundary: Boundary): ModelProto;
}

export type { RunChoice };

/** How a generator is found and read. */
export interface SourceOptions extends RunChoice, ReadOptions {
  /** Default: batch. An exported file has its own, which stays. */
  readonly normMode?: NormMode;
}

/**
 * Finds a generator: a run by its name in `checkpointsDir` or by its folder, a checkpoint by its manifest
 * (`5.json`) or its file of weights, a state dict of PyTorch (.pth), a web model of
 * the TensorFlow port (.pict), an exported .safetensors or .onnx, or one that comes with the package (`demo:facades`).
 *
 * @throws Pix2PixError when there is no such thing, or it is damaged
 */
export function findGenerator(model: string, options: SourceOptions = {}): GeneratorSource {
  if (/\.onnx$/i.test(model)) return sourceOfOnnx(model);
  return sourceOfTrained(findTrainedGenerator(model, options), options.normMode ?? 'batch');
}

/** As `findGenerator`, for what needs the weights themselves. */
export function findTrainedGenerator(model: string, options: SourceOptions = {}): TrainedGenerator {
  const { checkpointsDir = './checkpoints', epoch = LATEST } = options;
  const demo = demoModelFile(model);
  if (demo !== undefined) return generatorOfSafetensors(demo);
  if (/\.safetensors$/i.test(model)) return generatorOfSafetensors(model);
  if (/\.(pth|pict)$/i.test(model)) return generatorOfForeignFile(model);
  const tag = tagOfManifest(basename(model));
  const folder = folderOfRun(model, checkpointsDir);
  if (tag !== undefined && !isFolder(folder)) return generatorOfRun(dirname(resolve(model)), tag, options);
  return generatorOfRun(folder, epoch, options);
}

/** The folder of a run that is named, or given by its folder; its absolute path, also where nothing is there. */
export function folderOfRun(run: string, checkpointsDir: string): string {
  const named = join(checkpointsDir, run);
  return resolve(!isFolder(named) && isFolder(run) ? run : named);
}

function sourceOfTrained(generator: TrainedGenerator, normMode: NormMode): GeneratorSource {
  const form = (boundary: Boundary) => ({ normMode, precision: 'fp32', boundary }) as const;
  return {
    info: describeGenerator(generator, form('float')),
    unverified: generator.unverified,
    trained: generator,
    model: (boundary) => inferenceModel(generator, form(boundary)),
  };
}

function sourceOfOnnx(path: string): GeneratorSource {
  const { model, info } = readOnnxFile(path);
  return {
    info,
    model: (boundary) => (boundary === info.boundary ? model : withBoundary(model, boundary, info)),
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
