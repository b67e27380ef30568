import type { FlagValues, OptionTable } from './spec.js';

/** What stands in a record where a secret was given. */
const HIDDEN = '***';

/** The words of a command line without the values of secret options, however these were written. */
export function withoutSecrets(
  words: readonly string[],
  values: FlagValues,
  table: OptionTable,
): readonly string[] {
  const secrets = Object.entries(values)
    .filter(([flag, value]) => isSecret(flag, table) && value !== '' && value !== undefined)
    .map(([, value]) => String(value));
  return words.map((word) => {
    const secret = secrets.find((each) => word === each || word.endsWith(`=${each}`));
    return secret === undefined ? word : word.slice(0, -secret.length) + HIDDEN;
  });
}

/** Whether the value of an option is kept nowhere. */
export function isSecret(flag: string, table: OptionTable): boolean {
  const spec = Object.hasOwn(table, flag) ? table[flag] : undefined;
  return spec?.kind === 'string' && spec.isSecret === true;
}
