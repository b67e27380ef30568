import { readFileSync } from 'node:fs';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { fileError } from '../../../base/files/systemError.js';
import { type Images, InferenceSession } from '../../../engine/devices/cpu/inferenceSession.js';
import type { ImageBatch } from '../../batch/imageBatch.js';
import { resizeBilinear } from './bilinear.js';
import { type FeatureDescription, readDescription } from './featureDescription.js';
import { perceptualDistance } from './perceptualDistance.js';

/** All outputs of a network for one image, by name. */
export type Outputs = Readonly<Record<string, Images>>;

/**
 * A network by whose features images are compared, in an ONNX file of anyone's with a description beside it. It takes one
 * image at a time, f32[1,3,H,W].
 */
export class FeatureNetwork {
  private constructor(
    readonly path: string,
    readonly description: FeatureDescription,
    private readonly session: InferenceSession,
  ) {}

  /** @throws Pix2PixError when the file or its description cannot be used */
  static async open(path: string, threads = 0): Promise<FeatureNetwork> {
    const description = readDescription(path);
    let file: Uint8Array;
    try {
      file = readFileSync(path);
    } catch (error) {
      throw fileError(error, 'this feature network cannot be read', path);
    }
    try {
      return new FeatureNetwork(path, description, await InferenceSession.open(file, { threads }));
    } catch (error) {
      const facts = { file: path, reason: (error as Error).message };
      throw new Pix2PixError('this is no network that ONNX Runtime can run', facts, 'export it again');
    }
  }

  get givesFeatures(): boolean {
    return this.description.features !== undefined;
  }

  get givesLayers(): boolean {
    return this.description.layers !== undefined;
  }

  /**
   * What the network makes of an image of a batch.
   * @throws Pix2PixError when it takes no such image, or its outputs are not those of the description
   */
  async outputsOf(images: ImageBatch, index = 0): Promise<Outputs> {
    const input = inputOf(images, index, this.description);
    let outputs: Outputs;
    try {
      outputs = await this.session.runAll(input);
    } catch (error) {
      throw this.unfit({
        given: `f32[${input.shape}]`,
        reason: (error as Error).message.split('\n')[0],
      });
    }
    const { features, layers = {} } = this.description;
    const expected = [...(features === undefined ? [] : [[features, 2] as const]), ...names(layers)];
    for (const [name, rank] of expected) this.requireOutput(outputs, name, rank);
    return outputs;
  }

  /** The features that sets of images are compared by. */
  featuresOf(outputs: Outputs): Float32Array {
    return outputs[this.description.features!].data as Float32Array;
  }

  /** LPIPS of two images. */
  distance(x: Outputs, y: Outputs): number {
    const layers = Object.entries(this.description.layers ?? {});
    return perceptualDistance(
      layers.map(([name, weights]) => ({ x: x[name], y: y[name], weights: weights ?? undefined })),
    );
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  private requireOutput(outputs: Outputs, name: string, rank: number): void {
    const output = outputs[name];
    if (output === undefined)
      throw this.unfit({ 'has no output': name, outputs: Object.keys(outputs).join(', ') });
    const isSound =
      output.data instanceof Float32Array && output.shape.length === rank && output.shape[0] === 1;
    const expected = rank === 2 ? 'f32[1,D]' : 'f32[1,C,H,W]';
    if (!isSound) throw this.unfit({ output: name, is: `[${output.shape}]`, expected });
    const weights = this.description.layers?.[name];
    if (rank === 4 && weights && weights.length !== output.shape[1])
      throw this.unfit({ layer: name, channels: output.shape[1], weights: weights.length });
  }

  private unfit(facts: Readonly<Record<string, string | number>>): Pix2PixError {
    return new Pix2PixError(
      'this feature network does not fit its description',
      { network: this.path, ...facts },
      'it is to take images f32[1,3,H,W] of the described size, and to have the outputs that are named: docs/evaluation.md',
    );
  }
}

const names = (layers: object) => Object.keys(layers).map((name) => [name, 4] as const);

/** f32[1,3,H,W] of bytes [h, w, c]; of one channel, thrice. */
export function inputOf(images: ImageBatch, index: number, description: FeatureDescription): Images {
  const [, height, width, channels] = images.shape;
  if (channels !== 1 && channels !== 3) {
    throw new Pix2PixError(
      'feature networks look at images of 1 or 3 channels',
      { channels },
      'leave --features out, or evaluate images of three channels made of these',
    );
  }
  const { size, range: [low, high] = [0, 1], mean = [0, 0, 0], std = [1, 1, 1] } = description;
  const pixels = height * width;
  const bytes = images.data.subarray(index * pixels * channels, (index + 1) * pixels * channels);
  const planes = new Float32Array(3 * pixels);
  for (let c = 0, at = 0; c < 3; c++) {
    const channel = channels === 1 ? 0 : c;
    for (let i = 0; i < pixels; i++, at++)
      planes[at] = low + (bytes[i * channels + channel] / 255) * (high - low);
  }
  const resized = size === undefined ? planes : resizeBilinear(planes, { height, width }, size);
  const shape = [1, 3, size ?? height, size ?? width];
  const plane = resized.length / 3;
  for (let i = 0; i < resized.length; i++) {
    const c = Math.floor(i / plane);
    resized[i] = (resized[i] - mean[c]) / std[c];
  }
  return { data: resized, shape };
}
