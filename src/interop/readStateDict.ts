import type { StoredTensor } from '../checkpoints/format/dtype.js';
import { InputFile } from './inputFile.js';
import { isLegacyFile, openLegacyFile } from './legacyFile.js';
import type { OpenedFile } from './openedFile.js';
import { Dict, describeValue, type PickleValue } from './pickleValues.js';
import { inFile, printable, Refusal } from './refusal.js';
import { checkTensors, viewTensor } from './tensorViews.js';
import { type StorageRef, TensorRef } from './torchObjects.js';
import { isZipFile, openZipFile } from './zipFile.js';

/** The first bytes that tell the formats apart. */
const PROBE_BYTES = 262;

/**
 * Reads a state dict that PyTorch wrote with `torch.save`, in the format since 1.6 or the one before, without running
 * anything that the file says. Memory is taken for what the file really holds; sizes are checked first.
 *
 * Names and their order are the file's. Elements are row-major, in the file's type: half floats keep their bits
 * (`toFloats`). Tensors that share a storage in the file share memory here.
 *
 * @throws Pix2PixError when the file is missing, cut off, changed, no state dict, or hostile, with its reason
 */
export function readStateDict(path: string): Map<string, StoredTensor> {
  return inFile(path, 'state dict of PyTorch', () => InputFile.use(path, readTensors));
}

function readTensors(file: InputFile): Map<string, StoredTensor> {
  const opened = openFile(file);
  const tensors = tensorsOf(opened.value);
  checkTensors(tensors, file.bytes);
  const storages = new Map<StorageRef, Uint8Array>();
  const result = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const { storage } = tensor;
    let bytes = storages.get(storage);
    if (bytes === undefined) {
      bytes = opened.readStorage(storage);
      storages.set(storage, bytes);
    }
    result.set(name, viewTensor(tensor, bytes));
  }
  return result;
}

function openFile(file: InputFile): OpenedFile {
  const probe = file.read(0, Math.min(PROBE_BYTES, file.bytes), 'the beginning');
  if (isZipFile(probe)) return openZipFile(file);
  if (isLegacyFile(probe)) return openLegacyFile(file);
  const again = 'save it again with a newer PyTorch: torch.save(torch.load(old), new)';
  if (isTar(probe)) throw new Refusal('it is a tar archive, as PyTorch wrote before 0.1.10', {}, again);
  throw new Refusal('it does not begin as a file of torch.save', { bytes: file.bytes });
}

function isTar(probe: Uint8Array): boolean {
  return new TextDecoder().decode(probe.subarray(257, 262)) === 'ustar';
}

function tensorsOf(value: PickleValue): Map<string, TensorRef> {
  const fix = 'save the state_dict() of the network alone: torch.save(net.state_dict(), path)';
  if (!(value instanceof Dict))
    throw new Refusal(`it holds ${describeValue(value)}, not a state dict`, {}, fix);
  const tensors = new Map<string, TensorRef>();
  const holds = [...value.entries.keys()].slice(0, 8).map(printable).join(', ');
  for (const [name, item] of value.entries) {
    if (typeof name !== 'string')
      throw new Refusal(`its keys are numbers (${printable(name)}), not names of tensors`, { holds }, fix);
    if (!(item instanceof TensorRef))
      throw new Refusal(`${printable(name)} is ${describeValue(item)}, not a tensor`, { holds }, fix);
    tensors.set(name, item);
  }
  return tensors;
}
