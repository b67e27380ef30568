import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/**
 * Refuses to be one of several processes of torchrun, as the reference's are: nothing would connect them, and each would
 * train the same run.
 *
 * @throws Pix2PixError with the launcher to take
 */
export function refuseTorchrun({ TORCHELASTIC_RUN_ID, WORLD_SIZE }: NodeJS.ProcessEnv): void {
  if (TORCHELASTIC_RUN_ID === undefined || !(Number(WORLD_SIZE) > 1)) return;
  throw new Pix2PixError(
    'torchrun starts processes for PyTorch to connect; here MPI connects them',
    { WORLD_SIZE: `${WORLD_SIZE} processes` },
    `mpirun -n ${WORLD_SIZE} npx pix2pix-ts train ...`,
  );
}
