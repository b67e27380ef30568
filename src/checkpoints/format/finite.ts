import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/** Whether all of these are numbers: neither NaN nor infinite. */
export function areFinite(data: Float32Array): boolean {
  // In double precision, which no sum of f32 numbers overflows: it is finite where all of them are.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return Number.isFinite(sum);
}

/**
 * Refuses weights that would make of every image a black one.
 *
 * @param tensor the name of the weights
 * @param file where they are from
 * @throws Pix2PixError when one of them is NaN or infinite
 */
export function requireFinite(data: Float32Array, tensor: string, file: string): void {
  if (areFinite(data)) return;
  const count = data.reduce((sum, value) => sum + Number(!Number.isFinite(value)), 0);
  throw new Pix2PixError(
    'the weights of this model are not all numbers: every image would become black',
    { file, tensor, values: `${count} of ${data.length} are NaN or infinite` },
    'take another checkpoint, such as an earlier one by --epoch; the training diverged before this one was written',
  );
}
