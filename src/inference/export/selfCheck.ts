import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { type FloatImages, toFloatImages } from '../../data/batch/floatImages.js';
import { openDevice } from '../../engine/devices/openDevice.js';
import { elementCount } from '../../engine/ir/tensorType.js';
import { INPUT } from '../../engine/onnx/inferenceGraph.js';
import type { Precision } from '../../engine/onnx/weightStorage.js';
import { type ModelForm, sampleSide, traceGenerator } from '../inferenceModel.js';
import { floatEngine } from '../portable/boundaryEngines.js';
import type { NormMode } from '../portable/generatorInfo.js';
import type { Engine } from '../portable/tensorTranslator.js';
import type { TrainedGenerator } from '../trainedGenerator.js';
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
 * image, and on a batch of two of another size.
 *
 * @param engine a session of the exported file
 * @returns the largest difference and the mean one, beyond the rounding to bytes where the file has it
 */
export async function compareWithTraining(
  generator: TrainedGenerator,
  engine: Engine,
  { normMode, boundary }: ModelForm,
): Promise<Difference> {
  const exported = floatEngine(engine, boundary);
  const side = sampleSide(generator);
  let [max, sum, count] = [0, 0, 0];
  for (const { width, batch } of [
    { width: side, batch: 1 },
    { width: 2 * side, batch: 2 },
  ]) {
    const images = Array.from({ length: batch }, (_, seed) =>
      toFloatImages(sampleImage(width, side, generator.inputNc, seed)),
    );
    const expected = await runTraining(generator, normMode, images);
    const { data } = await exported.run(stacked(images));
    for (let i = 0; i < data.length; i++) {
      const rounding = boundary === 'uint8' ? ROUNDING : 0;
      const levels = Math.max(0, Math.abs(data[i] - expected[i]) * 127.5 - rounding);
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

/** Every image by itself, as `pix2pix test` translates. */
async function runTraining(
  generator: TrainedGenerator,
  normMode: NormMode,
  images: readonly FloatImages[],
): Promise<Float32Array> {
  const [, , height, width] = images[0].shape;
  const { program } = traceGenerator(generator, normMode, { height, width });
  const device = await openDevice();
  try {
    await device.allocate(generator.network.states);
    for (const [state, data] of generator.weights) await device.upload(state, data);
    const executable = await device.compile(program);
    const keepAll = [...program.dropoutMasks.keys()].map((name) => {
      const mask = new Float32Array(elementCount(program.inputs.get(name)!.shape));
      return [name, mask.fill(1)] as const;
    });
    const results: number[][] = [];
    for (const image of images) {
      const outputs = await executable.run({
        tensors: { [INPUT]: image.data, ...Object.fromEntries(keepAll) },
      });
      results.push(Array.from((await outputs.fetch('output')) as Float32Array));
    }
    return Float32Array.from(results.flat());
  } finally {
    await device.dispose();
  }
}

function stacked(images: readonly FloatImages[]): FloatImages {
  const [, c, h, w] = images[0].shape;
  const data = new Float32Array(images.length * images[0].data.length);
  for (const [i, image] of images.entries()) data.set(image.data, i * image.data.length);
  return { data, shape: [images.length, c, h, w] };
}
