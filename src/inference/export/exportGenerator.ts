import { statSync } from 'node:fs';
import { toBinary } from '@bufbuild/protobuf';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import type { Sides } from '../../base/sides.js';
import { readSafetensorsBytes, safetensorsBytes } from '../../checkpoints/format/safetensorsBytes.js';
import { InferenceSession } from '../../engine/devices/cpu/inferenceSession.js';
import { openDevice } from '../../engine/devices/openDevice.js';
import type { DeviceName } from '../../engine/devices/registry.js';
import type { Boundary, Precision } from '../../engine/onnx/modelForm.js';
import { ModelProtoSchema } from '../../engine/onnx/onnx_pb.js';
import type { Device } from '../../engine/runtime/device.js';
import { sizeUnit } from '../../models/networks/define.js';
import { isDemoModel } from '../demoModels.js';
import { findTrainedGenerator, type SourceOptions } from '../generatorSource.js';
import { describeGenerator, inferenceModel } from '../inferenceModel.js';
import type { GeneratorInfo } from '../portable/generatorInfo.js';
import { fillGenerator } from '../portable/generatorWeights.js';
import { canBeDrawn, formatsOfGenerator } from '../portable/imageFormats.js';
import type { ModelForm } from '../portable/onnxModel.js';
import type { Engine } from '../portable/tensorTranslator.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';
import { sourceCommit } from '../provenance.js';
import { modelFiles } from './pageFiles.js';
import { compareWithTraining, type Difference, requireWithinTolerance } from './selfCheck.js';
import { demoStartingPoints, type StartingPoints, startingPoints } from './startingPoints.js';
import { storedWeights, weightsMetadata } from './storedWeights.js';
import { writeWebFolder } from './webFolder.js';
import { type WeightsFormat, writeWeightsFile } from './weightsFile.js';

export const exportFormats = ['onnx', 'safetensors', 'pth', 'web'] as const;
/** One of `exportFormats`. */
export type ExportFormat = (typeof exportFormats)[number];

/** Settings of `exportGenerator`. */
export interface ExportOptions extends SourceOptions {
  /** Default: onnx. */
  readonly format?: ExportFormat;
  /** Default: fp32; for the web fp16, which halves what a page loads. */
  readonly precision?: Precision;
  /** How images enter and leave an ONNX graph. Default: float. */
  readonly boundary?: Boundary;
  /** Of an ONNX graph: an older operator set, 13 ... 21. Default: 21. */
  readonly opset?: number;
  /** Of an ONNX graph: one image of this size alone. Default: any number, any size. */
  readonly fixedSize?: Sides;
  /** The file, or the folder for the web. Default: the run's name, in the working folder. */
  readonly out?: string;
  /** Of a page: the data set that has its label colours and inputs to start from. Default: that of the training, if it is here. */
  readonly dataroot?: string;
  /** What runs the trained generator that the export is compared with, as `--device` names it. Default: the processor. */
  readonly device?: DeviceName;
  /** Of several GPUs the one that has this in its name. */
  readonly gpu?: string;
  /** Told what is being done. */
  readonly onStage?: (stage: string) => void;
}

/** The result of an export. */
export interface Exported {
  /** The file or folder. */
  readonly path: string;
  readonly precision: Precision;
  /** Of the model, without what a web page needs besides. */
  readonly bytes: number;
  /** From the generator as training runs it. */
  readonly difference: Difference;
}

/**
 * Writes a trained generator for use elsewhere, after comparing it with the one that was trained.
 *
 * @param model what `loadGenerator` takes, except an .onnx
 * @throws Pix2PixError when there is no such model, the options exclude each other, or the exported generator differs
 *   too much from the trained one: then nothing is written
 */
export async function exportGenerator(model: string, options: ExportOptions = {}): Promise<Exported> {
  if (/\.onnx$/i.test(model)) {
    throw new Pix2PixError('an ONNX file is exported already', { model }, 'name the run that it comes from');
  }
  const { format = 'onnx', normMode = 'batch', onStage = () => {} } = options;
  const precision = options.precision ?? (format === 'web' ? 'fp16' : 'fp32');
  const boundary = format === 'web' ? 'float' : (options.boundary ?? 'float');
  const { opset, fixedSize } = options;
  if (format !== 'onnx') requireNoLimits(format, options);
  const limits = { ...(opset !== undefined && { opset }), ...(fixedSize && { fixedSize }) };
  const form: ModelForm = { normMode, precision, boundary, ...limits };
  if (InferenceSession.notice !== undefined) (options.onWarning ?? console.warn)(InferenceSession.notice);
  onStage('loading');
  const generator = findTrainedGenerator(model, options);
  if (format === 'web') requireDrawable(describeGenerator(generator, form));
  if (fixedSize !== undefined) requireWholeUnits(fixedSize, generator.netG);
  const path = options.out ?? defaultPath(generator.name, format, precision);
  const device = await openDevice(options.device, { gpu: options.gpu });
  try {
    const exporting = { generator, form, path, device, onStage };
    if (format === 'onnx') return await exportGraph(exporting);
    if (format === 'web') {
      const isDemo = options.dataroot === undefined && isDemoModel(model);
      return await exportPage(exporting, () =>
        isDemo ? demoStartingPoints(generator) : startingPoints(generator, options.dataroot),
      );
    }
    return await exportWeights(format, exporting);
  } finally {
    await device.dispose();
  }
}

/** Throws Pix2PixError for a generator of images that nobody can draw. What it makes is shown as records show it. */
function requireDrawable(info: GeneratorInfo): void {
  const { input } = formatsOfGenerator(info);
  if (canBeDrawn(input)) return;
  throw new Pix2PixError(
    'a page takes pictures, of 1 or 3 channels, or of classes',
    { generator: info.name, takes: `${input.channels} channels` },
    'pass --format onnx, or translate files with pix2pix translate',
  );
}

/** Operator sets and sizes are those of graphs. */
function requireNoLimits(format: ExportFormat, { opset, fixedSize }: ExportOptions): void {
  if (opset === undefined && fixedSize === undefined) return;
  throw new Pix2PixError(
    'an operator set and a fixed size are for ONNX files',
    { format },
    'pass --format onnx, or leave --opset and --fixed_size out',
  );
}

function requireWholeUnits({ width, height }: Sides, netG: string): void {
  const unit = sizeUnit(netG);
  if (width % unit === 0 && height % unit === 0) return;
  throw new Pix2PixError(
    'the network takes no images of this size',
    { fixed_size: `${width}×${height}`, netG },
    `width and height are to be multiples of ${unit}`,
  );
}

/** An export under way. */
interface Exporting {
  readonly generator: TrainedGenerator;
  readonly form: ModelForm;
  readonly path: string;
  /** Runs the trained generator. */
  readonly device: Device;
  readonly onStage: (stage: string) => void;
}

async function exportGraph(exporting: Exporting): Promise<Exported> {
  const { generator, form, path, onStage } = exporting;
  const commit = sourceCommit();
  const file = toBinary(ModelProtoSchema, inferenceModel(generator, form, commit));
  const difference = await check(exporting, () => InferenceSession.open(file, { threads: 0 }));
  onStage('writing');
  writeFileAtomic(path, file);
  return { path, precision: form.precision, bytes: file.length, difference };
}

async function exportPage(
  exporting: Exporting,
  startingFrom: () => Promise<StartingPoints>,
): Promise<Exported> {
  const { generator, form, path, onStage } = exporting;
  const file = safetensorsBytes(storedWeights(generator, form.precision), weightsMetadata(generator));
  const reread = fillGenerator(generator, readSafetensorsBytes(file, path));
  const difference = await check(exporting, () => sessionOf(reread, form));
  onStage('writing');
  const starting = await startingFrom();
  writeWebFolder(path, modelFiles(file, describeGenerator(generator, form, sourceCommit()), starting));
  return { path, precision: form.precision, bytes: file.length, difference };
}

/** A session of weights that are floats again. */
function sessionOf(generator: TrainedGenerator, form: ModelForm): Promise<InferenceSession> {
  return InferenceSession.create(inferenceModel(generator, { ...form, precision: 'fp32' }), { threads: 0 });
}

async function exportWeights(format: WeightsFormat, exporting: Exporting): Promise<Exported> {
  const { generator, form, path, onStage } = exporting;
  if (form.boundary !== 'float') {
    throw new Pix2PixError(
      'a file of weights has no graph: there is no place for conversions of images in it',
      { format },
      'pass --format onnx, or leave --embed_preprocessing out',
    );
  }
  if (format === 'pth' && form.precision === 'int8') {
    throw new Pix2PixError(
      'PyTorch loads no weights that are bytes with scales',
      { format, precision: form.precision },
      'pass --format onnx or safetensors, or --precision fp32 or fp16',
    );
  }
  const stored = writeWeightsFile(generator, format, form.precision, path);
  try {
    const difference = await check(exporting, () => sessionOf(stored.reread(), form));
    onStage('writing');
    stored.keep();
    return { path, precision: form.precision, bytes: statSync(path).size, difference };
  } catch (error) {
    stored.discard();
    throw error;
  }
}

async function check(
  { generator, form, path, device, onStage }: Exporting,
  open: () => Promise<InferenceSession>,
): Promise<Difference> {
  onStage('comparing with the trained generator');
  const session = await open();
  try {
    const difference = await compareWithTraining(generator, session as Engine, form, device);
    requireWithinTolerance(difference, form.precision, path);
    return difference;
  } finally {
    await session.dispose();
  }
}

function defaultPath(name: string, format: ExportFormat, precision: Precision): string {
  const suffix = precision === 'fp32' ? '' : `_${precision}`;
  return format === 'web' ? `${name}_web` : `${name}${suffix}.${format}`;
}
