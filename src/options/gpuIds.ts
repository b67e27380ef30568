import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { OptionScalar } from './spec.js';

/** The options that say where to compute, by flag. */
interface Flags {
  device?: OptionScalar;
  gpu?: OptionScalar;
  gpu_ids?: OptionScalar;
}

/** Says what is wrong with a value of `--gpu_ids`, or nothing. */
export function gpuIdsFault(text: string): string | undefined {
  return /^(-1|\d{1,3}(,\d{1,3})*)$/.test(text) ? undefined : 'it is -1 for the processor, or 0 for the GPU';
}

/** Says what is wrong with a value of `--gpu`, or nothing. */
export function gpuNameFault(text: string): string | undefined {
  if (text.trim() === '') return "it is a part of a GPU's name, which pix2pix devices lists";
  return /^-?\d+(,\d+)*$/.test(text)
    ? 'GPUs are chosen by a part of their names, which pix2pix devices lists; --gpu_ids takes numbers'
    : undefined;
}

/**
 * What `--gpu_ids`, the reference's way, and `--gpu` mean for `--device`: -1 is the processor, 0 the GPU, and who names a
 * GPU wants one, unless it is said what computes. Of several, a test takes the first, as the reference does in effect: it
 * has one image at a time.
 *
 * @param values changed where they say so
 * @param given flags that were given; the device is added to them
 * @throws Pix2PixError for several GPUs of a training, for one by another number, and where `--gpu_ids` contradicts `--device`
 */
export function applyGpuChoice(values: Flags, given: Set<string>, isTrain = true): void {
  const { device, gpu, gpu_ids: ids } = values;
  const isOpen = !given.has('device') || device === 'auto';
  const wanted =
    ids === undefined ? (gpu === undefined ? undefined : 'webgpu') : deviceOfIds(String(ids), isTrain);
  if (wanted === undefined) return;
  if (ids !== undefined && !isOpen && device !== wanted) {
    throw new Pix2PixError(
      `--device ${device} and --gpu_ids ${ids} contradict each other`,
      { [`--gpu_ids ${ids}`]: `means --device ${wanted}` },
      'leave one of them out',
    );
  }
  if (isOpen) values.device = wanted;
  given.add('device');
}

function deviceOfIds(ids: string, isTrain: boolean): string {
  if (ids === '-1') return 'cpu';
  const [first, ...others] = ids.split(',');
  const count = 1 + others.length;
  if (count > 1 && isTrain) {
    throw new Pix2PixError(
      'a training uses one GPU',
      { '--gpu_ids': `${ids}: ${count} GPUs` },
      `leave --gpu_ids out and start a process for each: mpirun -n ${count} npx pix2pix-ts train ...`,
    );
  }
  if (Number(first) === 0) return 'webgpu';
  throw new Pix2PixError(
    'GPUs have no numbers here',
    { '--gpu_ids': ids },
    'choose by a part of its name: --gpu NAME; pix2pix devices lists them',
  );
}
