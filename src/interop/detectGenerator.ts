import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { NormType } from '../models/layers/norm.js';

/** Tensors by the reference's names; only their shapes are used. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** The options that build a generator, as far as its state dict knows them. */
export interface DetectedGenerator {
  /** `unet_256`, `resnet_9blocks`. */
  readonly netG: string;
  readonly ngf: number;
  readonly inputNc: number;
  readonly outputNc: number;
  readonly norm: NormType;
  /** Undefined for a U-Net, where dropout leaves no trace in the names. */
  readonly useDropout: boolean | undefined;
}

/**
 * The generator of the reference (models/networks.py), or of pix2pixHD, that a state dict belongs to, by its names and shapes:
 * the depth of a U-Net, halvings and blocks of a ResNet, channels, and the norm: a batch norm has running statistics, before an
 * instance norm convolutions have a bias.
 *
 * @param state as `toNetworkState` gives it
 * @throws Pix2PixError when it is no such generator
 */
export function detectGenerator(state: Shapes): DetectedGenerator {
  const found = detectUnet(state) ?? detectEnhancer(state) ?? detectResnet(state);
  if (found !== undefined) return found;
  throw new Pix2PixError(
    'the weights are of no known generator',
    { tensors: state.size, first: firstNames(state) },
    [...state.keys()].some((name) => name.includes('.exp_avg.'))
      ? 'this is the state of optimisers; the generator lies beside it, in latest_net_G.safetensors'
      : 'give the state dict of a U-Net, ResNet or pix2pixHD generator: a file called ..._net_G.pth or .safetensors',
  );
}

/** The beginning of the names, for a message. */
export function firstNames(state: Shapes): string {
  const names = [...state]
    .slice(0, 4)
    .map(([name, { shape }]) => `${name.slice(0, 80)} [${shape.join(',')}]`);
  return names.join(', ') || 'none';
}

/** The shape of a tensor, where it is there, has so many axes and is not empty. */
export function shapeOf(state: Shapes, name: string, rank: number): readonly number[] | undefined {
  const shape = state.get(name)?.shape;
  return shape?.length === rank && !shape.includes(0) ? shape : undefined;
}

/** The norm after the convolution at `layer`, whose own place is `next`. */
export function detectNorm(state: Shapes, layer: string, next: string): NormType {
  if (state.has(`${next}.running_mean`)) return 'batch';
  return state.has(`${layer}.bias`) ? 'instance' : 'none';
}

/** Blocks are nested: `model.model.1` holds the second, whose `model.3` holds the third, and so on. */
function detectUnet(state: Shapes): DetectedGenerator | undefined {
  const first = shapeOf(state, 'model.model.0.weight', 4);
  const last = shapeOf(state, 'model.model.3.weight', 4);
  if (first === undefined || last === undefined) return undefined;
  const [second, middle] = ['model.model.1', 'model.model.1.model.3'];
  let downs = 1;
  let block = second;
  while (state.has(`${block}.model.1.weight`)) {
    downs++;
    block = `${block}.model.3`;
  }
  if (!state.has(`${middle}.model.1.weight`)) return undefined;
  const innermost = block.slice(0, -'.model.3'.length);
  // The TensorFlow port has a norm in the innermost block, which shifts the indices of the layers after it.
  const isPort = shapeOf(state, `${innermost}.model.4.weight`, 4) !== undefined;
  return {
    netG: `${isPort ? 'tf_' : ''}unet_${2 ** downs}`,
    ngf: first[0],
    inputNc: first[1],
    outputNc: last[1],
    norm: isPort ? 'batch' : detectNorm(state, `${second}.model.1`, `${second}.model.2`),
    useDropout: isPort ? false : undefined,
  };
}

/** How often residual generators halve an image. */
const [REFERENCE_LEVELS, HD_LEVELS] = [2, 4];
const [HD_BLOCKS, HD_LOCAL_BLOCKS] = [9, 3];

/**
 * Layers of `model`: padding, 7×7, norm, ReLU; halvings of three layers each, from 4 on, two in the reference and four in
 * pix2pixHD; the blocks; as many doublings of three layers; padding, 7×7.
 */
function detectResnet(state: Shapes): DetectedGenerator | undefined {
  const first = shapeOf(state, 'model.1.weight', 4);
  const { levels, firstBlock, blocks } = residualMaps(state);
  const last = shapeOf(state, `model.${firstBlock + blocks + 3 * levels + 1}.weight`, 4);
  if (first === undefined || last === undefined || blocks === 0) return undefined;
  const common = { ngf: first[0], inputNc: first[1], outputNc: last[0] };
  if (levels === REFERENCE_LEVELS)
    return {
      ...{ netG: `resnet_${blocks}blocks`, ...common, norm: detectNorm(state, 'model.1', 'model.2') },
      // Dropout stands between the two convolutions of a block and moves the second from 5 to 6.
      useDropout: shapeOf(state, `model.${firstBlock}.conv_block.6.weight`, 4) !== undefined,
    };
  requireHD({ n_downsample_global: levels, n_blocks_global: blocks });
  return { netG: 'global', ...common, norm: normOfHD(state, 'model.2'), useDropout: false };
}

/** pix2pixHD's enhancer: `model1_1` before the maps of the generator `model` are added, and `model1_2` after it. */
function detectEnhancer(state: Shapes): DetectedGenerator | undefined {
  const first = shapeOf(state, 'model1_1.1.weight', 4);
  const localBlocks = countWhile((i) => state.has(`model1_2.${i}.conv_block.1.weight`));
  // After the blocks: transposed convolution, norm, ReLU; padding; 7×7.
  const last = shapeOf(state, `model1_2.${localBlocks + 4}.weight`, 4);
  const { levels, blocks } = residualMaps(state);
  if (first === undefined || (last === undefined && !state.has('model2_1.1.weight'))) return undefined;
  requireHD({
    ...{ n_downsample_global: levels, n_blocks_global: blocks, n_blocks_local: localBlocks },
    n_local_enhancers: countWhile((i) => state.has(`model${i + 1}_1.1.weight`)),
  });
  const channels = { ngf: first[0], inputNc: first[1], outputNc: last![0] };
  return { netG: 'local', ...channels, norm: normOfHD(state, 'model1_1.2'), useDropout: false };
}

/** The halvings and blocks that the names in `model` show. */
function residualMaps(state: Shapes): { levels: number; firstBlock: number; blocks: number } {
  const levels = countWhile((level) => state.has(`model.${4 + 3 * level}.weight`));
  const firstBlock = 4 + 3 * levels;
  const blocks = countWhile((i) => state.has(`model.${firstBlock + i}.conv_block.1.weight`));
  return { levels, firstBlock, blocks };
}

/** Its convolutions have a bias before any norm, and it has two norms. */
const normOfHD = (state: Shapes, place: string): NormType =>
  state.has(`${place}.running_mean`) ? 'batch' : 'instance';

/** Throws Pix2PixError where options of pix2pixHD, by its own names, are others than the generators here have. */
function requireHD(found: Readonly<Record<string, number>>): void {
  const defaults: Readonly<Record<string, number>> = {
    ...{ n_downsample_global: HD_LEVELS, n_blocks_global: HD_BLOCKS },
    ...{ n_blocks_local: HD_LOCAL_BLOCKS, n_local_enhancers: 1 },
  };
  const other = Object.entries(found).filter(([name, count]) => count !== defaults[name]);
  if (other.length === 0) return;
  const [name] = other[0];
  throw new Pix2PixError(
    'this generator of pix2pixHD has other layers than its defaults, which alone are read',
    Object.fromEntries(other),
    `give one that was trained with --${name} ${defaults[name]}`,
  );
}

function countWhile(holds: (i: number) => boolean): number {
  let count = 0;
  while (holds(count)) count++;
  return count;
}
