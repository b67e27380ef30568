import { createHash } from 'node:crypto';
import type { ImageBatch } from '../../batch/imageBatch.js';
import type { Measures } from '../metrics.js';
import { FeatureNetwork } from './featureNetwork.js';
import { featureSet } from './featureSet.js';
import { frechetDistance } from './frechetDistance.js';
import { kernelDistance } from './kernelDistance.js';
import { precisionRecall } from './precisionRecall.js';

/** What networks see in an image and its target. */
export interface Look {
  readonly lpips?: number;
  /** The features by which sets are compared. */
  readonly made?: Float32Array;
  readonly wanted?: Float32Array;
}

/** Looks at images and their targets through feature networks. Targets that were seen are remembered, by their hash. */
export class FeatureLooks {
  private readonly seen = new Map<string, Float32Array>();

  private constructor(private readonly networks: readonly FeatureNetwork[]) {}

  /**
   * @param threads of the engine; 0: one a core
   * @throws Pix2PixError where a network cannot be used
   */
  static async open(paths: readonly string[], threads = 0): Promise<FeatureLooks> {
    const networks: FeatureNetwork[] = [];
    for (const path of paths) networks.push(await FeatureNetwork.open(path, threads));
    return new FeatureLooks(networks);
  }

  /** As their descriptions name them. */
  get names(): string[] {
    return this.networks.map(({ description }) => description.name);
  }

  /** Batches of one. Where several networks are for the same, the last one counts. */
  async look(made: ImageBatch, wanted: ImageBatch): Promise<Look> {
    const looks: Look[] = [];
    for (const network of this.networks) {
      const outputs = await network.look(made);
      looks.push({
        ...(network.givesLayers && { lpips: network.distance(outputs, await network.look(wanted)) }),
        ...(network.givesFeatures && {
          made: network.featuresOf(outputs),
          wanted: await this.featuresOfTarget(network, wanted),
        }),
      });
    }
    return Object.assign({}, ...looks);
  }

  async dispose(): Promise<void> {
    for (const network of this.networks) await network.dispose();
  }

  private async featuresOfTarget(network: FeatureNetwork, target: ImageBatch): Promise<Float32Array> {
    const key = `${network.path} ${target.shape} ${createHash('sha1').update(target.data).digest('hex')}`;
    const features = this.seen.get(key) ?? network.featuresOf(await network.look(target));
    this.seen.set(key, features);
    return features;
  }
}

/** How far the set of what was made is from that of the targets; nothing where there are no features. */
export function setMeasures(made: readonly Float32Array[], wanted: readonly Float32Array[]): Measures {
  if (made.length === 0) return {};
  const [x, y] = [featureSet(made), featureSet(wanted)];
  return { FID: frechetDistance(x, y), KID: kernelDistance(x, y), ...precisionRecall(x, y) };
}
