/**
 * How one command-line option is declared. Tables of these are the single source of the parser, `--help`, `--config`
 * and the typed options object; models and data sets bring tables of their own.
 *
 * Flags are spelled as the reference spells them (`--n_epochs`); in code the same option is `opt.nEpochs`.
 */
export type OptionSpec = {
  /** One line for `--help`. */
  readonly help: string;
  /** Heading under which `--help` lists it. */
  readonly group: string;
} & (
  | { readonly kind: 'string'; readonly default: string | undefined; readonly required?: boolean }
  | { readonly kind: 'int' | 'float'; readonly default: number; readonly min?: number; readonly max?: number }
  | { readonly kind: 'flag' } // absent is false, present is true
  | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[] }
);

/** Options keyed by the flag's name without dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** `n_epochs` is `nEpochs`, `lambda_L1` is `lambdaL1`, `netG` stays. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type OptionValue<S> = S extends { kind: 'int' | 'float' }
  ? number
  : S extends { kind: 'flag' }
    ? boolean
    : S extends { kind: 'choice'; choices: readonly (infer C)[] }
      ? C
      : S extends { kind: 'string'; default: string } | { kind: 'string'; required: true }
        ? string
        : string | undefined;

/** The typed options object that a table describes. */
export type OptionValues<T> = { -readonly [K in keyof T & string as CamelCase<K>]: OptionValue<T[K]> };

/** `n_epochs` → `nEpochs`. */
export function camelCase<S extends string>(flag: S): CamelCase<S> {
  return flag.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<S>;
}
