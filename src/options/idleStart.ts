import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { FlagValues } from './spec.js';

/** @throws Pix2PixError for options of a training's beginning that would have no effect */
export function refuseIdleStart({
  continue_train: continues,
  init_from: from,
  init_partial: isPartial,
}: FlagValues): void {
  if (continues && from)
    throw new Pix2PixError(
      'a run that continues has weights of its own',
      { '--continue_train': 'goes on with them', '--init_from': String(from) },
      'leave out --init_from; or leave out --continue_train and begin a new run, under another --name',
    );
  if (isPartial && !from)
    throw new Pix2PixError(
      '--init_partial is about the weights of --init_from',
      { '--init_from': 'was not given' },
      'pass --init_from RUN, or leave out --init_partial',
    );
}
