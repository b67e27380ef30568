import { scheduleOptions } from '../../engine/devices/webgpu/kernelLimits.js';
import { kernelTexts } from '../../engine/devices/webgpu/kernelText.js';
import { contractionShape } from '../../engine/devices/webgpu/shaders/contractionShape.js';
import { tileByRule } from '../../engine/devices/webgpu/shaders/tileRules.js';
import { GUARANTEED } from '../../engine/devices/webgpu/shaders/tiles.js';
import { scheduleOf } from '../../engine/loops/schedule.js';
import { buildModel } from '../../models/buildModel.js';
import type { ModelOptions } from '../../models/definition.js';
import { findModel } from '../../models/registry.js';
import { stepOf } from '../../models/stepDefinition.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { croppedSize } from '../model/fitMemory.js';

/**
 * The kernels of a training step as a GPU with WebGPU's guaranteed limits runs them, as text with their WGSL: by tiles as the
 * rule has them, since which are fastest on a GPU is found on it.
 *
 * @throws Pix2PixError when the options contradict each other
 */
export function stepKernels(opt: TrainOptions): string {
  const graph = buildModel(findModel(opt.model), opt as unknown as ModelOptions);
  const size = croppedSize(opt);
  const options = scheduleOptions({ workgroup: GUARANTEED });
  const { tasks } = scheduleOf(stepOf(graph).program(size), options);
  return kernelTexts(tasks, (kernel) => {
    const shape = contractionShape(kernel);
    return shape && tileByRule(shape);
  });
}
