import { dirname } from 'node:path';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { type FileSystem, nodeFileSystem } from '../base/files/fileSystem.js';
import { requireFreeSpace } from '../base/files/freeSpace.js';
import { makeFolder } from '../base/files/makeFolder.js';
import {
  arrayTypes,
  bytesOf,
  describeTensor,
  elementCount,
  type NamedTensors,
} from '../checkpoints/format/dtype.js';
import { pickleStateDict } from './pickleWriter.js';
import { archiveBytes, type FileToStore, writeZip } from './zipWriter.js';

/** Version of the format, as PyTorch has written it since 1.6 (caffe2/serialize/versions.h). */
const FORMAT_VERSION = '3\n';

/**
 * Writes a state dict that PyTorch reads with `torch.load(path, weights_only=True)` and a network takes with
 * `load_state_dict`: the zip format since PyTorch 1.6, each tensor on a storage of its own, under the given names.
 * The file is put in place as a whole; tensors are written from the given memory, without a copy.
 *
 * @throws Pix2PixError when the disk is full or the place cannot be written; RangeError for a tensor whose data does not
 * fit its type and shape, or that PyTorch has no storage for, and for more than 4 GiB
 */
export function writeStateDict(path: string, tensors: NamedTensors, fs: FileSystem = nodeFileSystem): void {
  for (const [name, tensor] of tensors) {
    const { dtype, shape, data } = tensor;
    if (data instanceof arrayTypes[dtype] && elementCount(shape) === data.length) continue;
    const found = `${data.constructor.name} of ${data.length}`;
    throw new RangeError(`state dict: ${name}: ${describeTensor(tensor)} does not fit its data, ${found}`);
  }
  const storages = [...tensors.values()].map(({ data }, key) => stored(`data/${key}`, bytesOf(data)));
  const files = [
    stored('data.pkl', pickleStateDict(tensors)),
    stored('byteorder', Buffer.from('little')),
    ...storages,
    stored('version', Buffer.from(FORMAT_VERSION)),
  ];
  makeFolder(dirname(path), fs);
  requireFreeSpace(dirname(path), archiveBytes(files), fs);
  writeFileAtomic(path, (file) => writeZip(files, (bytes) => file.write(bytes)), { fs });
}

/** PyTorch looks below one folder, whatever its name. */
function stored(name: string, bytes: Uint8Array): FileToStore {
  return { name: `archive/${name}`, bytes };
}
