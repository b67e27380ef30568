// A data set of one's own, drawn instead of read, registered as --dataset_mode discs: A is the outline of a disc, B the
// disc filled, and the larger it is the redder.
//
//   npm run build && node dist/examples/customDataset.js --netG unet_64 --crop_size 64 --ngf 16 --n_epochs 1
import {
  type DataOptions,
  type ImageBatch,
  parseTrainOptions,
  RandomStream,
  registerDataset,
  type SampleSource,
  sidesOf,
  train,
} from 'pix2pix-ts';

class Discs implements SampleSource {
  readonly length = 200;

  constructor(private readonly side: number) {}

  /** Every sample can be made again from its arguments, so that a training can be continued exactly. */
  get(index: number, { epoch, seed }: { epoch: number; seed: number }) {
    const random = new RandomStream(seed, 'discs', [epoch, index]);
    const { side } = this;
    const radius = side * (0.1 + 0.3 * random.uniform());
    const centre = [random.uniform(), random.uniform()].map((u) => radius + u * (side - 2 * radius));
    const red = Math.round((255 * radius) / (0.4 * side));
    const paint = (colour: (distance: number) => readonly number[]): ImageBatch => {
      const data = new Uint8Array(side * side * 3);
      for (let i = 0; i < side * side; i++) {
        const distance = Math.hypot((i % side) - centre[0], Math.floor(i / side) - centre[1]);
        data.set(colour(distance), 3 * i);
      }
      return { data, shape: [1, side, side, 3] };
    };
    return {
      A: paint((distance) => (Math.abs(distance - radius) < 1 ? [0, 0, 0] : [255, 255, 255])),
      B: paint((distance) => (distance < radius ? [red, 60, 255 - red] : [255, 255, 255])),
      APaths: [`disc-${index}`],
      BPaths: [`disc-${index}`],
    };
  }
}

registerDataset('discs', (opt: DataOptions) => new Discs(sidesOf(opt.cropSize).width));
const flags = ['--dataset_mode', 'discs', '--dataroot', 'none', '--name', 'discs', ...process.argv.slice(2)];
await train(parseTrainOptions(flags));
