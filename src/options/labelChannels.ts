import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { OptionScalar } from './spec.js';

/**
 * A side of labels has as many channels as there are classes: `--label_nc` sets `--input_nc`, `--output_nc`, or both.
 * @param values are changed
 * @throws Pix2PixError where another number was given
 */
export function applyLabelChannels(values: Record<string, OptionScalar>, given: Set<string>): void {
  const { label_nc: classes, label_side: side } = values;
  if (!(Number(classes) > 0)) return;
  if (side !== 'output') apply('input_nc', Number(classes), values, given);
  if (side !== 'input') apply('output_nc', Number(classes), values, given);
}

function apply(
  flag: 'input_nc' | 'output_nc',
  classes: number,
  values: Record<string, OptionScalar>,
  given: Set<string>,
): void {
  if (given.has(flag) && values[flag] !== classes) {
    throw new Pix2PixError(
      'labels have a channel for each class',
      { label_nc: classes, [flag]: Number(values[flag]) },
      `leave out --${flag}, which --label_nc sets`,
    );
  }
  values[flag] = classes;
  given.add(flag);
}
