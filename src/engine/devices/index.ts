// Execution: a device, states in its memory, and programs that it executes.
export { chooseByRule } from '../runtime/algorithmRules.js';
export type { Collective } from '../runtime/collective.js';
export type { Device, DeviceSettings, StateData } from '../runtime/device.js';
export { downloadFloats } from '../runtime/device.js';
export type { CompileOptions, Executable, RunInputs, RunResults } from '../runtime/executable.js';
export { type InitialiseSettings, initialise } from '../runtime/initialise.js';
export type { LossScaling } from '../runtime/lossScaling.js';
export type { MemoryModel, MemoryNeeds, MemoryStrategy } from '../runtime/memoryModel.js';
export type {
  Accumulation,
  AdamSettings,
  KeptLossScaling,
  Optimiser,
  OptimiserQuantity,
} from '../runtime/optimiser.js';
export type { NodeTime, Profile } from '../runtime/profile.js';
export type { RandomDraw } from '../runtime/randomInputs.js';
export type { Drawing, DrawnTensor, DrawTensors, StartingTensor } from '../runtime/startingValues.js';
export type { PredictOptions, StepTime } from '../runtime/stepTime.js';
export type { TensorArray } from '../runtime/tensorArray.js';
export type { DecidedAlgorithms, TunedChoices, TunedChoicesStore } from '../runtime/tunedChoices.js';
export { openDevice } from './openDevice.js';
export { DEFAULT_DEVICE, DEVICE_NAMES, type DeviceChoice, type DeviceName } from './registry.js';
