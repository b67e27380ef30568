import type { NamedTensors, StoredTensor } from '../checkpoints/format/dtype.js';
import { OP } from './opcodes.js';
import { STORAGES } from './torchObjects.js';

/** Names of the storage classes by element type. */
const STORAGE_CLASSES = new Map([...STORAGES].map(([name, dtype]) => [dtype, name.replace('torch.', '')]));

/**
 * The pickle of an OrderedDict of tensors, as `torch.save` writes it (protocol 2), without a memo. The n-th tensor is the
 * whole of storage n.
 *
 * @throws RangeError for an element type that PyTorch has no storage class for
 */
export function pickleStateDict(tensors: NamedTensors): Buffer {
  const parts = [Buffer.of(OP.PROTO, 2), emptyOrderedDict()];
  let key = 0;
  for (const [name, tensor] of tensors) {
    parts.push(text(name), rebuiltTensor(tensor, `${key++}`), Buffer.of(OP.SETITEM));
  }
  return Buffer.concat([...parts, Buffer.of(OP.STOP)]);
}

/** torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, requires_grad=False, backward_hooks=OrderedDict()). */
function rebuiltTensor({ dtype, shape, data }: StoredTensor, key: string): Buffer {
  const storageClass = STORAGE_CLASSES.get(dtype);
  if (storageClass === undefined) throw new RangeError(`PyTorch has no storage of ${dtype}`);
  return Buffer.concat([
    global('torch._utils', '_rebuild_tensor_v2'),
    tuple([
      Buffer.concat([
        tuple([text('storage'), global('torch', storageClass), text(key), text('cpu'), integer(data.length)]),
        Buffer.of(OP.BINPERSID),
      ]),
      integer(0),
      tuple(shape.map(integer)),
      tuple(rowMajorStrides(shape).map(integer)),
      Buffer.of(OP.NEWFALSE),
      emptyOrderedDict(),
    ]),
    Buffer.of(OP.REDUCE),
  ]);
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * Math.max(shape[axis + 1], 1);
  }
  return strides;
}

function emptyOrderedDict(): Buffer {
  return Buffer.concat([global('collections', 'OrderedDict'), Buffer.of(OP.EMPTY_TUPLE, OP.REDUCE)]);
}

function global(module: string, name: string): Buffer {
  return Buffer.concat([Buffer.of(OP.GLOBAL), Buffer.from(`${module}\n${name}\n`)]);
}

function tuple(items: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(OP.MARK), ...items, Buffer.of(OP.TUPLE)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(OP.BINUNICODE), uint32(bytes.length), bytes]);
}

/** A size below 2^53, in the shorter of two forms. */
function integer(value: number): Buffer {
  if (value < 2 ** 31) return Buffer.concat([Buffer.of(OP.BININT), uint32(value)]);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return Buffer.concat([Buffer.of(OP.LONG1, 8), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
