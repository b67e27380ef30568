import type { Gpu } from '../src/engine/devices/webgpu/gpu.js';
import { kernelLimitsOf, scheduleOptions } from '../src/engine/devices/webgpu/kernelLimits.js';
import { keyOf } from '../src/engine/devices/webgpu/kernelTiles.js';
import {
  type ContractionShape,
  contractionShape,
} from '../src/engine/devices/webgpu/shaders/contractionShape.js';
import { pointsOf } from '../src/engine/devices/webgpu/shaders/countedAxes.js';
import type { Kernel } from '../src/engine/loops/kernel.js';
import { scheduleOf } from '../src/engine/loops/schedule.js';
import { trainingStep } from './trainingStep.js';

/** The options of benchmarks of a step's contractions, for `parseArgs`. */
export const CONTRACTION_OPTIONS = {
  batch: { type: 'string', default: '1' },
  /** Side of the images. */
  size: { type: 'string', default: '256' },
  /** A part of the GPU's name. */
  gpu: { type: 'string' },
  /** A part of the names of those that are measured. */
  only: { type: 'string', default: '' },
} as const;

/** A contraction of a training step, and how often the step has it. */
export interface Contraction {
  readonly kernel: Kernel;
  readonly shape: ContractionShape;
  readonly name: string;
  readonly count: number;
}

/** Every contraction of a step by these flags of `pix2pix train` once. @param only part of their names */
export function contractionsOf(gpu: Gpu, flags: readonly string[], side: number, only = ''): Contraction[] {
  const { tasks } = scheduleOf(trainingStep(flags, side), scheduleOptions(kernelLimitsOf(gpu)));
  const found = new Map<string, Contraction>();
  for (const task of tasks) {
    const shape = task.kind === 'kernel' ? contractionShape(task.kernel) : undefined;
    if (task.kind !== 'kernel' || shape === undefined || !task.name.includes(only)) continue;
    const key = keyOf(task.kernel);
    const known = found.get(key) ?? { kernel: task.kernel, shape, name: task.name, count: 0 };
    found.set(key, { ...known, count: known.count + 1 });
  }
  return [...found.values()];
}

/** `3 × 2 · 256×1024×4096 G.unet.1.3.1.conv2d/contraction`: how often, products, rows × columns × terms. */
export function describeContraction({ shape, name, count }: Contraction): string {
  const { rows, columns, terms, batch } = shape;
  return `${count} × ${pointsOf(batch)} · ${rows.points}×${columns.points}×${terms} ${name}`;
}

/** Of one of them. */
export function operationsOf({ rows, columns, terms, batch }: ContractionShape): number {
  return 2 * rows.points * columns.points * terms * pointsOf(batch);
}
