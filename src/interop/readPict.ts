import { elementCount, type StoredTensor } from '../checkpoints/format/dtype.js';
import { parseStrictJson, type StrictJson } from '../checkpoints/format/strictJson.js';
import { InputFile } from './inputFile.js';
import { inFile, printable, Refusal } from './refusal.js';

const LENGTH_BYTES = 4;
const MAX_JSON_BYTES = 1 << 20;
/** A byte of the weights names one of so many values. */
const MAX_VALUES = 256;

/** A tensor of the port: its kernels are [height, width, channels, channels]. */
interface Described {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Reads the weights of a web model of the TensorFlow port (affinelayer/pix2pix-tensorflow,
 * server/tools/export-checkpoint.py): three parts, each after its length; names and shapes as JSON, a table of values,
 * and one byte per weight, which is a place in the table.
 *
 * @returns the port's own names and layouts: `toGenerator` makes them ours
 * @throws Pix2PixError when the file is missing, cut off, or its parts do not fit each other
 */
export function readPict(path: string): Map<string, StoredTensor> {
  return inFile(path, 'web model (.pict) of the TensorFlow port', () => InputFile.use(path, readTensors));
}

/** Whether the bytes may be the first of a .pict: a length, then a JSON array. */
export function isPict(probe: Uint8Array): boolean {
  return probe.length > LENGTH_BYTES && probe[0] === 0 && probe[LENGTH_BYTES] === 0x5b;
}

function readTensors(file: InputFile): Map<string, StoredTensor> {
  const [json, table, places] = readParts(file);
  if (table.length % 4 !== 0 || table.length > 4 * MAX_VALUES) {
    throw new Refusal('its table of values is no list of at most 256 floats', { bytes: table.length });
  }
  const values = new Float32Array(table.buffer, 0, table.length / 4);
  const described = parseShapes(json);
  const total = described.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  if (total !== places.length) {
    throw new Refusal('its shapes do not fit its weights', { shapes: total, weights: places.length });
  }
  const tensors = new Map<string, StoredTensor>();
  let start = 0;
  for (const { name, shape } of described) {
    const end = start + elementCount(shape);
    if (tensors.has(name)) throw new Refusal(`tensor ${printable(name)} occurs twice`);
    tensors.set(name, { dtype: 'F32', shape, data: decode(places.subarray(start, end), values) });
    start = end;
  }
  return tensors;
}

function readParts(file: InputFile): Uint8Array[] {
  let at = 0;
  const parts = ['shapes', 'values', 'weights'].map((what) => {
    const head = file.read(at, LENGTH_BYTES, `the length of its ${what}`);
    const length = new DataView(head.buffer).getUint32(0, false);
    if (what === 'shapes' && length > MAX_JSON_BYTES) {
      throw new Refusal('its shapes are too long', { bytes: length, limit: MAX_JSON_BYTES });
    }
    const part = file.read(at + LENGTH_BYTES, length, `the part of its ${what}`);
    at += LENGTH_BYTES + length;
    return part;
  });
  if (at !== file.bytes) throw new Refusal('it goes on after its weights', { ends: at, bytes: file.bytes });
  return parts;
}

function parseShapes(json: Uint8Array): Described[] {
  let list: StrictJson;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(json);
    list = parseStrictJson(text, { maxValues: 10_000, maxDepth: 4 });
  } catch (error) {
    throw new Refusal('its shapes are no valid JSON', { problem: (error as Error).message });
  }
  if (!Array.isArray(list)) throw new Refusal('its shapes are no list');
  return list.map((entry) => {
    const [name, shape] = entry instanceof Map ? [entry.get('name'), entry.get('shape')] : [];
    if (typeof name === 'string' && Array.isArray(shape) && !Number.isNaN(elementCount(shape as number[]))) {
      return { name, shape: shape as number[] };
    }
    throw new Refusal(`a tensor has no name or no shape: ${printable(name)}`);
  });
}

function decode(places: Uint8Array, values: Float32Array): Float32Array {
  if (places.some((place) => place >= values.length)) {
    throw new Refusal('a weight lies outside the table of values', { values: values.length });
  }
  return Float32Array.from(places, (place) => values[place]);
}
