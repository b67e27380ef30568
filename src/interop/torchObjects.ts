import { bytesPerElement, type DType } from '../checkpoints/format/dtype.js';
import type { PickleWorld } from './pickleMachine.js';
import { Dict, describeValue, Global, PickleObject, type PickleValue, Tuple } from './pickleValues.js';
import { printable, Refusal } from './refusal.js';

/** Classes of PyTorch's storages and their elements. */
export const STORAGES: ReadonlyMap<string, DType> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

/** A run of memory outside the pickle, which tensors are views of. */
export class StorageRef extends PickleObject {
  readonly kind = 'a storage';

  constructor(
    readonly dtype: DType,
    /** Its name in the file: a number, as text. */
    readonly key: string,
    /** How many elements it has. */
    readonly elements: number,
  ) {
    super();
  }

  get bytes(): number {
    return this.elements * bytesPerElement(this.dtype);
  }
}

/** A view of a storage: element [i, j] lies at offset + i·strides[0] + j·strides[1]. Unchecked. */
export class TensorRef extends PickleObject {
  readonly kind = 'a tensor';

  constructor(
    readonly storage: StorageRef,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    super();
  }
}

type Constructor = (args: readonly PickleValue[]) => PickleValue;

/** The functions that may be called, and nothing else: torch/_utils.py has those of tensors. */
const CONSTRUCTORS: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor', rebuildTensor], // before 0.4
  ['torch._utils._rebuild_tensor_v2', rebuildTensor], // further arguments: requires_grad, hooks, metadata
  ['torch._utils._rebuild_parameter', ([tensor]) => requireTensor(tensor)],
]);

/**
 * The objects that a state dict of PyTorch may consist of: tensors on storages, and OrderedDict.
 * @param storages receives every storage by its key
 */
export function torchWorld(storages: Map<string, StorageRef>): PickleWorld {
  return { global: allowed, call, external: (id) => knownStorage(storageRef(id), storages), build };
}

function allowed(global: Global): Global {
  const name = `${global}`;
  if (CONSTRUCTORS.has(name) || STORAGES.has(name)) return global;
  throw new Refusal(
    `the pickle asks for ${name}`,
    { allowed: 'tensors, parameters and OrderedDict' },
    'do not load this file elsewhere unless you trust who made it: a pickle can run any program. ' +
      'From a model that you trust, save its state_dict()',
  );
}

function call(callable: PickleValue, args: readonly PickleValue[]): PickleValue {
  const make = CONSTRUCTORS.get(callable instanceof Global ? `${callable}` : '');
  if (make === undefined) throw new Refusal(`the pickle calls ${describeValue(callable)}`);
  return make(args);
}

/** OrderedDict(), or as Python 2 writes it, OrderedDict([[key, value], ...]). */
function orderedDict(args: readonly PickleValue[]): Dict {
  const dict = new Dict();
  if (args.length === 0) return dict;
  const [pairs] = args;
  if (args.length > 1 || !Array.isArray(pairs)) throw new Refusal('OrderedDict of something else than pairs');
  for (const pair of pairs) {
    const items = pair instanceof Tuple ? pair.items : pair;
    if (!Array.isArray(items) || items.length !== 2)
      throw new Refusal('OrderedDict of something else than pairs');
    dict.set(items[0], items[1]);
  }
  return dict;
}

function rebuildTensor(args: readonly PickleValue[]): TensorRef {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof StorageRef)) throw new Refusal(`a tensor of ${describeValue(storage)}`);
  return new TensorRef(storage, size(offset, 'offset'), sizes(shape, 'shape'), sizes(strides, 'strides'));
}

function requireTensor(value: PickleValue | undefined): TensorRef {
  if (value instanceof TensorRef) return value;
  throw new Refusal(`a parameter of ${describeValue(value)}`);
}

/** ('storage', class, key, location, elements), and before 1.6 a view of another storage or None. */
function storageRef(id: PickleValue): StorageRef {
  const items = id instanceof Tuple ? id.items : [];
  const [tag, type, key, location, elements, view = null] = items;
  if (tag !== 'storage')
    throw new Refusal(`the pickle refers to ${describeValue(tag)} outside, not to a storage`);
  const dtype = type instanceof Global ? STORAGES.get(`${type}`) : undefined;
  if (dtype === undefined) throw new Refusal(`a storage of ${describeValue(type)}`);
  if (typeof key !== 'string' || !/^\d{1,20}$/.test(key)) {
    throw new Refusal(`the storage key ${describeValue(key)} is no number`);
  }
  if (typeof location !== 'string') throw new Refusal(`storage ${key} is at ${describeValue(location)}`);
  if (view !== null) throw new Refusal(`storage ${key} is a view of another`);
  return new StorageRef(dtype, key, size(elements, `elements of storage ${key}`));
}

/** Tensors share a storage by naming it again, and then in the same way. */
function knownStorage(storage: StorageRef, storages: Map<string, StorageRef>): StorageRef {
  const known = storages.get(storage.key);
  if (known === undefined) {
    storages.set(storage.key, storage);
    return storage;
  }
  if (known.dtype === storage.dtype && known.elements === storage.elements) return known;
  throw new Refusal(`storage ${storage.key} is described twice`, {
    first: `${known.dtype}[${known.elements}]`,
    again: `${storage.dtype}[${storage.elements}]`,
  });
}

/** Versions of the modules, which a state dict carries as an attribute; nothing here depends on them. */
function build(target: PickleValue, state: PickleValue): void {
  if (!(target instanceof Dict)) throw new Refusal(`BUILD of ${describeValue(target)}`);
  const keys = state instanceof Dict ? [...state.entries.keys()] : undefined;
  if (keys === undefined || keys.some((key) => key !== '_metadata')) {
    throw new Refusal(`BUILD with ${printable(keys ?? describeValue(state))}, expected _metadata`);
  }
}

function sizes(value: PickleValue, what: string): number[] {
  if (!(value instanceof Tuple)) throw new Refusal(`the ${what} of a tensor is ${describeValue(value)}`);
  return value.items.map((item) => size(item, what));
}

function size(value: PickleValue | undefined, what: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Refusal(`${what} is ${describeValue(value)}, not a size`);
}
