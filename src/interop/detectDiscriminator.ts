import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { NormType } from '../models/layers/norm.js';
import { detectNorm, firstNames, type Shapes, shapeOf } from './detectGenerator.js';

/** The options that build a discriminator, as far as its state dict knows them. */
export interface DetectedDiscriminator {
  /** `basic`, `n_layers` or `pixel`. */
  readonly netD: string;
  readonly ndf: number;
  /** Channels of its input: in pix2pix those of A and B together. */
  readonly inputNc: number;
  /** Undefined for `pixel`. */
  readonly nLayersD: number | undefined;
  readonly norm: NormType;
}

/** Names in the discriminators of pix2pixHD, of several scales, with features or without. */
const OF_HD = /^(scale\d+_)?layer\d+\.\d+\.weight$/;

/** Whether it is of pix2pixHD's discriminators, which are not read. */
export const isOfHD = (state: Shapes): boolean => [...state.keys()].some((name) => OF_HD.test(name));

/**
 * The discriminator of the reference (models/networks.py) that a state dict belongs to, by its names and shapes.
 *
 * @param state as `toNetworkState` gives it
 * @throws Pix2PixError when it is no such discriminator
 */
export function detectDiscriminator(state: Shapes): DetectedDiscriminator {
  const found = detectPixel(state) ?? detectPatchGAN(state);
  if (found !== undefined) return found;
  throw new Pix2PixError(
    'the weights are of no known discriminator',
    { tensors: state.size, first: firstNames(state) },
    isOfHD(state)
      ? "this is pix2pixHD's, which is not read: without the file, discriminators start afresh"
      : 'give the state dict of a PatchGAN or pixel discriminator: a file called ..._net_D.pth',
  );
}

/** Convolutions at 0, 2, 5, 8, ...: each but the first is followed by a norm and an activation; the last has one output. */
function detectPatchGAN(state: Shapes): DetectedDiscriminator | undefined {
  const first = shapeOf(state, 'model.0.weight', 4);
  let at = 2;
  while (shapeOf(state, `model.${at}.weight`, 4) !== undefined) at += 3;
  const last = shapeOf(state, `model.${at - 3}.weight`, 4);
  const nLayersD = (at - 5) / 3; // without the first and the last
  if (first === undefined || last?.[0] !== 1 || nLayersD < 1) return undefined;
  return {
    netD: nLayersD === 3 ? 'basic' : 'n_layers',
    ndf: first[0],
    inputNc: first[1],
    nLayersD,
    norm: detectNorm(state, 'model.2', 'model.3'),
  };
}

function detectPixel(state: Shapes): DetectedDiscriminator | undefined {
  const first = shapeOf(state, 'net.0.weight', 4);
  if (first === undefined || shapeOf(state, 'net.5.weight', 4) === undefined) return undefined;
  const norm = detectNorm(state, 'net.2', 'net.3');
  return { netD: 'pixel', ndf: first[0], inputNc: first[1], nLayersD: undefined, norm };
}
