import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { type FloatImages, toFloatImages } from '../../data/batch/floatImages.js';
import type { Precision } from '../../engine/onnx/modelForm.js';
import type { Device } from '../../engine/runtime/device.js';
import { floatEngine } from '../portable/boundaryEngines.js';
import { DeviceGenerator } from '../portable/deviceGenerator.js';
import { sampleSide } from '../portable/generatorProgram.js';
import type { ModelForm } from '../portable/onnxModel.js';
import type { Engine } from '../portable/tensorTranslator.js';
import type { TrainedGenerator } from '../portable/trainedGenerator.js';
import { sampleImage } from './sampleImages.js';

/** How far an exported generator is from the one that was trained, in levels of 0 ... 255. */
export interface Difference {
  readonly max: number;
  readonly mean: number;
}

interface Tolerance {
  readonly measure: keyof Difference;
  /** In levels of 0 ... 255. */
  readonly limit: number;
  readonly text: string;
}

/**
 * The largest difference that each precision may cause: for fp32 1e-4 of the generator's -1 ... 1, for the others whole
 * levels.
 */
export const TOLERANCES: Readonly<Record<Precision, Tolerance>> = {
  fp32: { measure: 'max', limit: 1e-4 * 127.5, text: '1e-4 of -1 ... 1' },
  fp16: { measure: 'max', limit: 1, text: '1/255' },
  int8: { measure: 'mean', limit: 4, text: '4/255' },
};

/** A graph that takes and gives bytes rounds them. */
const ROUNDING = 0.5 + 1e-3;

/**
 * Compares an exported generator with the graph that training and `pix2pix test` run, without dropout: on a single
 * image, and on a batch of two of another size; on one image of the size that the file is for.
 *
 * @param engine a session of the exported file
 * @param device runs the trained one
 * @returns the largest difference and the mean one, beyond the rounding to bytes where the file has it
 */
export async function compareWithTraining(
  generator: TrainedGenerator,
  engine: Engine,
  { normMode, boundary, fixedSize }: ModelForm,
  device: Device,
): Promise<Difference> {
  const exported = floatEngine(engine, boundary);
  const trained = await DeviceGenerator.load(generator, normMode, device);
  const side = sampleSide(generator);
  let [max, sum, count] = [0, 0, 0];
  const open = [
    { width: side, height: side, batch: 1 },
    { width: 2 * side, height: side, batch: 2 },
  ];
  for (const { width, height, batch } of fixedSize === undefined ? open : [{ ...fixedSize, batch: 1 }]) {
    const images = stacked(
      Array.from({ length: batch }, (_, seed) =>
        toFloatImages(sampleImage(width, height, generator.inputNc, seed)),
      ),
    );
    const expected = await trained.translate(images);
    const { data } = await exported.run(images);
    for (let i = 0; i < data.length; i++) {
      const rounding = boundary === 'uint8' ? ROUNDING : 0;
      const levels = Math.max(0, Math.abs(data[i] - expected.data[i]) * 127.5 - rounding);
      max = levels > max || Number.isNaN(levels) ? levels : max;
      sum += levels;
    }
    count += data.length;
  }
  return { max, mean: sum / count };
}

/** @throws Pix2PixError when the difference is above the tolerance */
export function requireWithinTolerance(difference: Difference, precision: Precision, file: string): void {
  const { measure, limit, text } = TOLERANCES[precision];
  if (difference[measure] <= limit) return;
  throw new Pix2PixError(
    'the exported generator differs too much from the trained one: nothing was written',
    { file, [`${measure} difference`]: `${difference[measure]}/255`, tolerance: text },
    precision === 'fp32' ? 'report it' : 'export it with a higher --precision',
  );
}

function stacked(images: readonly FloatImages[]): FloatImages {
  const [, c, h, w] = images[0].shape;
  const data = new Float32Array(images.length * images[0].data.length);
  for (const [i, image] of images.entries()) data.set(image.data, i * image.data.length);
  return { data, shape: [images.length, c, h, w] };
}
