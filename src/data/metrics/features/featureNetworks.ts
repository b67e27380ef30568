import { createHash } from 'node:crypto';
import type { ImageBatch } from '../../batch/imageBatch.js';
import type { Measures } from '../metrics.js';
import { FeatureNetwork } from './featureNetwork.js';
import { featureSet } from './featureSet.js';
import { frechetDistance } from './frechetDistance.js';
import { kernelDistance } from './kernelDistance.js';
import { precisionRecall } from './precisionRecall.js';

/** The features of an image and of its target. */
export interface ComparedFeatures {
  readonly lpips?: number;
  /** The features by which sets are compared. */
  readonly made?: Float32Array;
  readonly wanted?: Float32Array;
}

/** Feature networks by which images are compared with their targets, whose features are remembered by their hash. */
export class FeatureNetworks {
  private readonly known = new Map<string, Float32Array>();

  private constructor(private readonly networks: readonly FeatureNetwork[]) {}

  /**
   * @param threads of the engine; 0: one a core
   * @throws Pix2PixError where a network cannot be used
   */
  static async open(paths: readonly string[], threads = 0): Promise<FeatureNetworks> {
    const networks: FeatureNetwork[] = [];
    for (const path of paths) networks.push(await FeatureNetwork.open(path, threads));
    return new FeatureNetworks(networks);
  }

  /** As their descriptions name them. */
  get names(): string[] {
    return this.networks.map(({ description }) => description.name);
  }

  /** Batches of one. Where several networks are for the same, the last one counts. */
  async compare(made: ImageBatch, wanted: ImageBatch): Promise<ComparedFeatures> {
    const compared: ComparedFeatures[] = [];
    for (const network of this.networks) {
      const outputs = await network.outputsOf(made);
      compared.push({
        ...(network.givesLayers && { lpips: network.distance(outputs, await network.outputsOf(wanted)) }),
        ...(network.givesFeatures && {
          made: network.featuresOf(outputs),
          wanted: await this.featuresOfTarget(network, wanted),
        }),
      });
    }
    return Object.assign({}, ...compared);
  }

  async dispose(): Promise<void> {
    for (const network of this.networks) await network.dispose();
  }

  private async featuresOfTarget(network: FeatureNetwork, target: ImageBatch): Promise<Float32Array> {
    const key = `${network.path} ${target.shape} ${createHash('sha1').update(target.data).digest('hex')}`;
    const features = this.known.get(key) ?? network.featuresOf(await network.outputsOf(target));
    this.known.set(key, features);
    return features;
  }
}

/** How far the set of what was made is from that of the targets; nothing where there are no features. */
export function setMeasures(made: readonly Float32Array[], wanted: readonly Float32Array[]): Measures {
  if (made.length === 0) return {};
  const [x, y] = [featureSet(made), featureSet(wanted)];
  return { FID: frechetDistance(x, y), KID: kernelDistance(x, y), ...precisionRecall(x, y) };
}
