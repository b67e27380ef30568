import { camelCase, type FlagValues, type OptionScalar, type OptionTable } from './spec.js';

/** The properties of every options object besides its options. */
export interface OptionMarks<Train extends boolean = boolean> {
  /** Whether these are options of a training or of a test. */
  readonly isTrain: Train;
  /** The flags that a person gave; a checkpoint may fill in the others. */
  given: readonly string[];
}

/** Makes the object that programs use (`opt.nEpochs`) from values keyed by flag (`n_epochs`). */
export function toOptions<T extends OptionMarks>(
  values: FlagValues,
  given: readonly string[],
  isTrain: boolean,
): T {
  const entries = Object.entries(values).map(([flag, value]) => [camelCase(flag), value]);
  return { ...Object.fromEntries(entries), isTrain, given } as T;
}

/** The way back: the values of the table's options, keyed by flag; those that the object lacks are left out. */
export function toFlagValues(opt: object, table: OptionTable): Record<string, OptionScalar> {
  const own = opt as Readonly<Record<string, OptionScalar>>;
  const values: Record<string, OptionScalar> = {};
  for (const flag of Object.keys(table)) {
    const key = camelCase(flag);
    if (Object.hasOwn(own, key)) values[flag] = own[key];
  }
  return values;
}
