/**
 * pix2pix in TypeScript: training and translation as a library.
 *
 * ```ts
 * import { createDataset, createModel, parseTrainOptions } from 'pix2pix-ts';
 *
 * const opt = parseTrainOptions(['--dataroot', './datasets/facades', '--direction', 'BtoA']);
 * const dataset = await createDataset(opt);
 * const model = await createModel(opt);
 * await model.setup(opt);
 * for await (const data of dataset) {
 *   model.setInput(data);
 *   await model.optimizeParameters();
 *   console.log(await model.getCurrentLosses());
 * }
 * ```
 *
 * The parts that models are built of are grouped: `ir` (values, states, traces), `ops` (operations on values), `grad`,
 * `nn` (layers, losses, Adam), `networks` (U-Net, PatchGAN), `runtime` (devices, which execute programs). The folder `examples` shows each
 * at work.
 *
 * @packageDocumentation
 */

import './base/noTelemetry.js';

// Errors

export { type ErrorFacts, Pix2PixError } from './base/errors/pix2pixError.js';
export { ShapeError } from './engine/ir/shapeError.js';

// Options: from a command line, and completed by what a checkpoint knows

export type { Sides } from './base/sides.js';
export type { ExtendOptions, OptionExtension } from './options/extension.js';
export { extendForPix2Pix } from './options/models/pix2pixOptions.js';
export type { GivenOptions } from './options/optionsFromObject.js';
export type { OptionMarks } from './options/optionsObject.js';
export { type PixelSize, sidesOf } from './options/pixelSize.js';
export type { Recipe } from './options/recipes/recipe.js';
export { registerRecipe } from './options/recipes/registry.js';
export type {
  CamelCase,
  NumberSpec,
  OptionScalar,
  OptionSpec,
  OptionTable,
  OptionValue,
  OptionValues,
  SizeSpec,
  StoredRole,
  StringSpec,
} from './options/spec.js';
export type { TestOptions } from './options/testOptions.js';
export type { Pix2PixOptions, TrainOptions } from './options/trainOptions.js';
export {
  type ParseSettings,
  parseTestOptions,
  parseTrainOptions,
  testOptions,
  trainOptions,
} from './training/options.js';
export { completeOptions } from './training/saved/completeOptions.js';

// Data: pairs of images in batches, single images, and what a data set of one's own needs

export type { OnProgress, Progress as JobProgress } from './base/progress.js';
export { RandomStream } from './base/random/stream.js';
export {
  type FloatImages,
  type Images,
  type LevelBatch,
  toFloatImages,
  toImageBatch,
} from './data/batch/floatImages.js';
export type { ImageBatch } from './data/batch/imageBatch.js';
export { type Batch, type Sample, stackSamples } from './data/batch/sample.js';
export type { CacheBound } from './data/cache/cacheBound.js';
export { createDataset, type DatasetSurroundings } from './data/createDataset.js';
export { type DatasetFactory, registerDataset } from './data/datasetRegistry.js';
export { BadImageError } from './data/decode/badImage.js';
export { decodeImage } from './data/decode/decode.js';
export type { DecodeNote, OnFileNote, OnNote } from './data/decode/decodeNote.js';
export type { RgbImage } from './data/decode/rgbImage.js';
export type { PathList } from './data/listing/pathList.js';
export type { Dataset } from './data/loading/dataset.js';
export type { FacadeManifest, Split } from './data/make/facadeManifest.js';
export {
  type SynthesizedSet,
  type SynthesizeOptions,
  synthesizeFacades,
} from './data/make/synthesizeFacades.js';
export type { DataOptions } from './data/options.js';
export type { ImageFolder } from './data/pair/imageFolder.js';
export type { SampleContext, SampleSource } from './data/pair/sampleSource.js';
export { type EncodePngOptions, encodePng } from './records/writing/encodePng.js';
export { loadImage } from './training/loadImage.js';

// Models: those that there are, and what one of one's own needs

export type {
  GeneratorDefinition,
  InputDefinition,
  ModelDefinition,
  ModelGraph,
  ModelOptions,
  OptimiserDefinition,
} from './models/definition.js';
export { type ImageFormat, type ImageSize, imageInput } from './models/images.js';
export { pix2pix } from './models/pix2pix.js';
export { registerModel } from './models/registry.js';
export {
  defineStep,
  type Outputs,
  type PartSelection,
  type StepDefinition,
  TrainingStep,
} from './models/stepDefinition.js';
export { type CreateSettings, createModel } from './training/createModel.js';
export type { LossSum } from './training/model/epochLoss.js';
export type { MemoryUse } from './training/model/fitMemory.js';
export { Model } from './training/model/model.js';
export type { ModelInput } from './training/model/modelInput.js';
export type { SetupSettings, TranslationSettings } from './training/model/modelSettings.js';
export { type Pix2PixLoss, Pix2PixModel, type Pix2PixVisual } from './training/model/pix2pixModel.js';
export type { LoadedFrom } from './training/model/savedModel.js';
export type { Place, SavedProgress as Progress } from './training/model/savedProgress.js';
export type {
  LearningRatePolicy,
  Schedule,
  ScheduleOptions,
  ScheduleState,
} from './training/model/schedule.js';

// Whole trainings and tests, as the commands make them

export { type ProgressFigures, ProgressLine, type ProgressStream } from './records/writing/progressLine.js';
export { type RemoteTrackerFactory, registerRemoteTracker } from './records/writing/remote/registry.js';
export {
  type RemoteFile,
  type RemoteImage,
  RemoteRefusal,
  type RemoteRun,
  type RemoteTracker,
  type RunEnd,
  type RunFacts,
  type ScalarPoint,
} from './records/writing/remote/remoteTracker.js';
export { type SyncOptions, syncRun } from './records/writing/remote/syncRun.js';
export type {
  DatasetRecord,
  LayerRecord,
  MachineRecord,
  NetworkRecord,
  RunExit,
  RunPlan,
  RunRecord,
  RunSession,
} from './records/writing/runRecord.js';
export type { Scalars, StepTime, TrackPoint } from './records/writing/tracker.js';
export type {
  StepReport,
  TrainingEvent,
  TrainingRunFacts,
  TrainingStart,
  TrainingSummary,
  TrainingSurroundings,
} from './training/report/trainingEvents.js';
export { type TestSummary, type TestSurroundings, test } from './training/testCommand.js';
export { type TrainSettings, train } from './training/train.js';
export { trainingLoop } from './training/trainingLoop.js';
export type { BestValidation } from './training/validation/bestValidation.js';
export type { ValidationResult } from './training/validation/validate.js';

// A trained generator: translating with it, and writing it for use elsewhere

export type { NumberDepth } from './data/raster/toUnits.js';
export type { Boundary, Precision } from './engine/onnx/modelForm.js';
export type { ImageFormat as TranslationFormat } from './inference/encodeImage.js';
export {
  type Exported,
  type ExportFormat,
  type ExportOptions,
  exportGenerator,
} from './inference/export/exportGenerator.js';
export type { Difference } from './inference/export/selfCheck.js';
export type { ReadOptions } from './inference/generatorFiles.js';
export type { RunChoice, SourceOptions } from './inference/generatorSource.js';
export type { InferenceDeviceOptions } from './inference/inferenceDevice.js';
export { type ImageFile, type LoadOptions, loadGenerator } from './inference/loadGenerator.js';
export type { DeepImageBatch, Generator, TranslateOptions } from './inference/portable/generator.js';
export type { GeneratorInfo, NormMode } from './inference/portable/generatorInfo.js';
export type { ServedModel } from './inference/serve/modelCatalogue.js';
export type { RequestLine } from './inference/serve/requestLog.js';
export { type Service, startService } from './inference/serve/service.js';
export type { ServiceLimits, ServiceSettings } from './inference/serve/settings.js';
export { type TranslationFailure, translateFiles } from './inference/translateFiles.js';
export type { TranslateFilesOptions, TranslationJob } from './inference/translationJob.js';

// Metrics

export { type ImageMetrics, imageMetrics } from './data/metrics/imageMetrics.js';
export { ConfusionMatrix, type LabelMetrics } from './data/metrics/labelMetrics.js';
export { type MeanMetrics, MetricMeans } from './data/metrics/metricMeans.js';
export type { Measures, MetricName } from './data/metrics/metrics.js';
export { ssim } from './data/metrics/ssim.js';

// Checkpoints and the safetensors format

export type { WrittenFile } from './base/files/durableFile.js';
export type { FileSystem } from './base/files/fileSystem.js';
export type { Checkpoint, CheckpointFacts, TrainingState } from './checkpoints/format/checkpointParts.js';
export type {
  ArrayOf,
  DType as StoredDType,
  NamedSources,
  NamedTensors,
  StoredTensor,
  TensorData,
  TensorSource,
} from './checkpoints/format/dtype.js';
export type { Manifest, ManifestFile } from './checkpoints/format/manifestText.js';
export type { TensorInfo } from './checkpoints/format/safetensorsHeader.js';
export type { ListedCheckpoint } from './checkpoints/listedCheckpoint.js';
export type {
  LoadedCheckpoint,
  LoadedState,
  LoadOptions as CheckpointLoadOptions,
} from './checkpoints/loading.js';
export { acquireRunLock, type HeldLock, type RunLock } from './checkpoints/runLock.js';
export {
  openSafetensors,
  readSafetensors,
  type SafetensorsFile,
  writeSafetensors,
} from './checkpoints/safetensors.js';
export { CheckpointStore, type CheckpointStoreOptions } from './checkpoints/store.js';

// Weights of other implementations: PyTorch's state dicts, web models of the TensorFlow port

export {
  type DetectedDiscriminator,
  type DetectedGenerator,
  detectDiscriminator,
  detectGenerator,
  type ImportedNetwork,
  importRun,
  readNetworkState,
  readStateDict,
  readWeights,
  type Shapes as TensorShapes,
  toFloats,
  toNetworkState,
  writeStateDict,
} from './interop/index.js';

// The engine, in groups

export { grad } from './engine/autodiff/grad.js';
export * as runtime from './engine/devices/index.js';
export * as ir from './engine/ir/index.js';
export * as ops from './engine/ops/index.js';
export * as nn from './models/layers/index.js';
export * as networks from './models/networks/index.js';
