import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import type { Sides } from '../../base/sides.js';
import { type Boundary, boundaries, type Precision, precisions } from '../../engine/onnx/modelForm.js';

/**
 * By which statistics a generator's batch norms normalise: those of the image itself, as `pix2pix test` and the
 * reference do, or the running ones of the training, as with `--eval`. Without batch norm the two are the same.
 */
export const normModes = ['batch', 'running'] as const;
/** One of `normModes`. */
export type NormMode = (typeof normModes)[number];

/** The facts that are needed to use an exported generator, kept in the metadata of the file. */
export interface GeneratorInfo {
  /** The run or file that it comes from. */
  readonly name: string;
  readonly inputNc: number;
  readonly outputNc: number;
  /** Width and height of what it takes must be multiples of this. */
  readonly unit: number;
  readonly normMode: NormMode;
  readonly precision: Precision;
  readonly boundary: Boundary;
  /** The one size that its graph takes. Default: any. */
  readonly fixedSize?: Sides;
  /** The options of its training, by flag, but for paths and addresses. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The program that wrote the file: version of pix2pix-ts, and its commit where that is known. */
  readonly version: string;
  readonly commit: string;
}

const MAX_CHANNELS = 1024;
const MAX_UNIT = 4096;
const MAX_SIDE = 2 ** 16;

/**
 * Reads and checks what a file says of itself.
 * @param place the file, for the message
 * @throws Pix2PixError when it says what cannot be
 */
export function parseInfo(text: string, place: string): GeneratorInfo {
  let info: Partial<GeneratorInfo> | null;
  try {
    info = JSON.parse(text);
  } catch {
    info = null;
  }
  const isCount = (value: unknown, max: number) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max;
  const isSize = ({ width, height }: Partial<Sides>) => isCount(width, MAX_SIDE) && isCount(height, MAX_SIDE);
  const isValid =
    typeof info === 'object' &&
    info !== null &&
    isCount(info.inputNc, MAX_CHANNELS) &&
    isCount(info.outputNc, MAX_CHANNELS) &&
    isCount(info.unit, MAX_UNIT) &&
    normModes.includes(info.normMode as NormMode) &&
    precisions.includes(info.precision as Precision) &&
    boundaries.includes(info.boundary as Boundary) &&
    (info.fixedSize === undefined || isSize(info.fixedSize)) &&
    [info.name, info.version, info.commit].every((entry) => typeof entry === 'string');
  if (isValid) return { ...(info as GeneratorInfo), options: { ...(info as GeneratorInfo).options } };
  throw new Pix2PixError(
    'the metadata of this generator do not hold together',
    { file: place },
    'export it again',
  );
}
