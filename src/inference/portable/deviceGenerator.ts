import type { FloatImages } from '../../data/batch/floatImages.js';
import { elementCount } from '../../engine/ir/tensorType.js';
import type { Device } from '../../engine/runtime/device.js';
import type { Executable } from '../../engine/runtime/executable.js';
import type { NormMode } from './generatorInfo.js';
import { INPUT, traceGenerator } from './generatorProgram.js';
import type { TrainedGenerator } from './trainedGenerator.js';

/** Sizes of images whose programs stay compiled. */
const KEPT_PROGRAMS = 3;

/**
 * A generator as training and `pix2pix test` run it on a device, without dropout and every image by itself. Calls must not
 * overlap.
 */
export class DeviceGenerator {
  /** By the images' size, the one used last at the end. */
  private readonly programs = new Map<string, Executable>();

  private constructor(
    private readonly generator: Omit<TrainedGenerator, 'weights'>,
    private readonly normMode: NormMode,
    private readonly device: Device,
  ) {}

  /**
   * Gives the weights to the device, and keeps no other copy of them.
   * @throws Pix2PixError when it has not enough memory
   */
  static async load(
    { weights, ...generator }: TrainedGenerator,
    normMode: NormMode,
    device: Device,
  ): Promise<DeviceGenerator> {
    await device.allocate(generator.network.states);
    for (const [state, data] of weights) await device.upload(state, data);
    return new DeviceGenerator(generator, normMode, device);
  }

  /** Images -1 ... 1 of a size that the generator takes. */
  async translate({ data, shape: [count, channels, height, width] }: FloatImages): Promise<FloatImages> {
    const executable = await this.programFor(height, width);
    const size = channels * height * width;
    const results: Float32Array[] = [];
    for (let i = 0; i < count; i++) {
      const image = data.slice(i * size, (i + 1) * size);
      const tensors = { [INPUT]: image, ...keepingAll(executable) };
      results.push((await (await executable.run({ tensors })).fetch('output')) as Float32Array);
    }
    const { outputNc } = this.generator;
    const all = new Float32Array(count * outputNc * height * width);
    for (const [i, result] of results.entries()) all.set(result, i * result.length);
    return { data: all, shape: [count, outputNc, height, width] };
  }

  private async programFor(height: number, width: number): Promise<Executable> {
    const key = `${height} ${width}`;
    const known = this.programs.get(key);
    this.programs.delete(key);
    for (const [other, oldest] of [...this.programs].slice(0, -(KEPT_PROGRAMS - 1))) {
      this.programs.delete(other);
      await oldest.dispose();
    }
    const executable =
      known ??
      (await this.device.compile(traceGenerator(this.generator, this.normMode, { height, width }).program));
    this.programs.set(key, executable);
    return executable;
  }
}

/** Masks with which dropout drops nothing. */
function keepingAll({ program }: Executable): Record<string, Float32Array> {
  const masks = [...program.dropoutMasks.keys()].map((name) => {
    const mask = new Float32Array(elementCount(program.inputs.get(name)!.shape));
    return [name, mask.fill(1)] as const;
  });
  return Object.fromEntries(masks);
}
