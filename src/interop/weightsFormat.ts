import { statSync } from 'node:fs';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { formatOf } from '../data/decode/format.js';
import { InputFile } from './inputFile.js';
import { isPict } from './readPict.js';
import { inFile, Refusal } from './refusal.js';

/** Files of weights that are read: PyTorch's, the TensorFlow port's web models, and safetensors, ours or others'. */
export type WeightsFormat = 'torch' | 'pict' | 'safetensors';

const PROBE_BYTES = 64;

/**
 * The format of a file of weights, by its beginning. Whatever is not known to be anything else is taken for PyTorch's,
 * whose reader says what is wrong with it.
 *
 * @throws Pix2PixError where it cannot be read, or is a file of another kind, with what to do with that
 */
export function weightsFormat(path: string): WeightsFormat {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw isFolder(path);
  return inFile(path, 'file of weights', () =>
    InputFile.use(path, (file) => {
      const beginning = file.read(0, Math.min(PROBE_BYTES, file.bytes), 'the beginning');
      if (isPict(beginning)) return 'pict';
      if (isSafetensors(beginning, file.bytes)) return 'safetensors';
      const other = OTHERS.find(({ is }) => is(beginning, path));
      if (other !== undefined) throw new Refusal(other.what, {}, other.fix);
      return 'torch';
    }),
  );
}

function isFolder(folder: string): Pix2PixError {
  return new Pix2PixError(
    'a file of weights was expected, and this is a folder',
    { folder },
    'name the file in it: latest_net_G.pth, or latest_net_G.safetensors',
  );
}

/** Eight bytes say how long the header is, which is JSON. */
function isSafetensors(beginning: Uint8Array, bytes: number): boolean {
  if (beginning.length < 9 || beginning[8] !== 0x7b) return false;
  const view = new DataView(beginning.buffer, beginning.byteOffset);
  return view.getBigUint64(0, true) <= bytes - 8;
}

interface OtherKind {
  is(beginning: Uint8Array, path: string): boolean;
  readonly what: string;
  readonly fix: string;
}

const begins = (bytes: Uint8Array, text: string) =>
  Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text;

/** Files that people give, which hold no weights or hold them in a way that is not read. */
const OTHERS: readonly OtherKind[] = [
  {
    is: (bytes) => begins(bytes, '{'),
    what: 'it is JSON',
    fix: 'give the file of weights: the manifest of a checkpoint, such as latest.json, has latest_net_G.safetensors beside it',
  },
  {
    is: (bytes) => formatOf(Buffer.from(bytes)) !== undefined,
    what: 'it is an image',
    fix: 'give a file of weights: latest_net_G.pth, or .safetensors',
  },
  {
    is: (_, path) => /\.onnx$/i.test(path),
    what: 'it is an ONNX model, whose weights are parts of a graph',
    fix: 'translate takes it as it is (--model FILE.onnx); to train on, import the .pth or .safetensors that it was made from',
  },
  {
    is: (bytes) => begins(bytes, '\x89HDF'),
    what: 'it is HDF5, as Keras keeps weights',
    fix: "PyTorch's state dicts, safetensors with the same names, and the TensorFlow port's .pict are read",
  },
];
