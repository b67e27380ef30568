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
 * The generator of the reference (models/networks.py) that a state dict belongs to, by its names and shapes: the depth
 * of a U-Net, the number of blocks of a ResNet, channels, and the norm: a batch norm has running statistics, before an
 * instance norm convolutions have a bias.
 *
 * @param state as `toNetworkState` gives it
 * @throws Pix2PixError when it is no such generator
 */
export function detectGenerator(state: Shapes): DetectedGenerator {
  const found = detectUnet(state) ?? detectResnet(state);
  if (found !== undefined) return found;
  throw new Pix2PixError(
    'the weights are of no known generator',
    { tensors: state.size, first: firstNames(state) },
    [...state.keys()].some((name) => name.includes('.exp_avg.'))
      ? 'this is the state of optimisers; the generator lies beside it, in latest_net_G.safetensors'
      : 'give the state dict of a U-Net or ResNet generator: a file called ..._net_G.pth or .safetensors',
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

/** Layers of `model`: padding, 7×7, norm, ReLU; two halvings of three layers; the blocks, from 10 on; two doublings. */
function detectResnet(state: Shapes): DetectedGenerator | undefined {
  const first = shapeOf(state, 'model.1.weight', 4);
  const FIRST_BLOCK = 10;
  let blocks = 0;
  while (state.has(`model.${FIRST_BLOCK + blocks}.conv_block.1.weight`)) blocks++;
  // After the blocks: two times transposed convolution, norm, ReLU; padding; 7×7.
  const last = shapeOf(state, `model.${FIRST_BLOCK + blocks + 7}.weight`, 4);
  if (first === undefined || last === undefined || blocks === 0) return undefined;
  return {
    netG: `resnet_${blocks}blocks`,
    ngf: first[0],
    inputNc: first[1],
    outputNc: last[0],
    norm: detectNorm(state, 'model.1', 'model.2'),
    // Dropout stands between the two convolutions of a block and moves the second from 5 to 6.
    useDropout: shapeOf(state, `model.${FIRST_BLOCK}.conv_block.6.weight`, 4) !== undefined,
  };
}
