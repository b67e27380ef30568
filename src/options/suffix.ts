import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { folderNameFault } from './folderName.js';
import { nearestName } from './nearest.js';
import { pythonText } from './pythonText.js';
import type { FlagValues, OptionTable } from './spec.js';

/**
 * The run's name with its suffix: `name` `facades`, `suffix` `{netG}_size{load_size}` is `facades_unet_256_size286`
 * (`BaseOptions.parse` in the reference, where the suffix is a Python format string; `{{` is a brace).
 *
 * @throws Pix2PixError when the suffix names an option that does not exist or leads out of the folder of runs
 */
export function nameWithSuffix(values: FlagValues, table: OptionTable): string {
  const name = String(values.name);
  const suffix = String(values.suffix ?? '');
  if (suffix === '') return name;
  const expanded = suffix.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (whole, flag: string | undefined) => {
    if (whole === '{{' || whole === '}}') return whole[0];
    if (flag !== undefined && Object.hasOwn(values, flag)) {
      return pythonText(values[flag], table[flag]?.kind);
    }
    const near = nearestName(flag ?? '', Object.keys(values));
    throw new Pix2PixError(
      `--suffix holds ${whole}, which is no option`,
      { suffix },
      near === undefined ? 'write a brace that stands for itself twice: {{' : `did you mean {${near}}?`,
    );
  });
  const full = `${name}_${expanded}`;
  const fault = folderNameFault(full);
  if (fault !== undefined) {
    throw new Pix2PixError(`--suffix makes the name ${full}`, { because: fault }, 'leave paths out of it');
  }
  return full;
}
