import { readFileSync } from 'node:fs';
import { Pix2PixError } from '../../../base/errors/pix2pixError.js';
import { fileError } from '../../../base/files/systemError.js';

/**
 * What is said of a feature network in the JSON file beside it (`vgg.json` of `vgg.onnx`): how an image becomes its input,
 * and what its outputs are good for. It needs at least one of `features` and `layers`.
 */
export interface FeatureDescription {
  /** The network and where its weights are from. A distance is to be compared with those by the same network alone. */
  readonly name: string;
  /** Side of the square that images are resized to, bilinearly; without it they stay as large as they are. */
  readonly size?: number;
  /** To which values 0 and 255 are brought. Default: [0, 1]. */
  readonly range?: readonly [low: number, high: number];
  /** Subtracted from each of the three channels, which are then divided by `std`. Default: 0 and 1. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** The output f32[1,D] that FID, KID, precision and recall compare. */
  readonly features?: string;
  /** The outputs f32[1,C,H,W] that LPIPS compares, and the weight of each channel; null: all count alike. */
  readonly layers?: Readonly<Record<string, readonly number[] | null>>;
}

/** Reads what is said of a network. @throws Pix2PixError when nothing is, or what cannot be */
export function readDescription(network: string): FeatureDescription {
  const path = network.replace(/\.onnx$/i, '.json');
  const fix = 'describe the network there: docs/evaluation.md says how';
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw fileError(error, 'this file cannot be read', path);
    throw new Pix2PixError('nothing is said of this feature network', { network, expected: path }, fix);
  }
  const wrong = (what: string) =>
    new Pix2PixError('the description of a feature network is wrong', { file: path, problem: what }, fix);
  let described: unknown;
  try {
    described = JSON.parse(text);
  } catch {
    throw wrong('it is no JSON');
  }
  const fault = faultOf(described);
  if (fault !== undefined) throw wrong(fault);
  return described as FeatureDescription;
}

function faultOf(described: unknown): string | undefined {
  if (typeof described !== 'object' || described === null) return 'it is no object';
  const { name, size, range, mean, std, features, layers } = described as Record<string, unknown>;
  const areNumbers = (value: unknown, count?: number) =>
    Array.isArray(value) && value.every(Number.isFinite) && (count === undefined || value.length === count);
  if (typeof name !== 'string') return 'name is no text';
  if (size !== undefined && !(Number.isInteger(size) && Number(size) >= 1 && Number(size) <= 4096))
    return 'size is no whole number from 1 to 4096';
  if (range !== undefined && !areNumbers(range, 2)) return 'range is not two numbers';
  for (const [key, value] of Object.entries({ mean, std }))
    if (value !== undefined && !areNumbers(value, 3)) return `${key} is not three numbers`;
  if (features !== undefined && typeof features !== 'string') return 'features is not the name of an output';
  if (features === undefined && layers === undefined) return 'it has neither features nor layers';
  if (layers === undefined) return undefined;
  const isWeights = (value: unknown) => value === null || areNumbers(value);
  const isSound = typeof layers === 'object' && layers !== null && Object.values(layers).every(isWeights);
  return isSound ? undefined : 'layers is not an object of outputs with a list of weights, or null, for each';
}
