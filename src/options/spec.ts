import type { PixelSize } from './pixelSize.js';

/**
 * How one command-line option is declared. Tables of these are the single source of the parser, `--help`, `--config`,
 * the options in a checkpoint and the typed options object; models and data sets bring tables of their own.
 *
 * Flags are spelled as the reference spells them (`--n_epochs`); in code the same option is `opt.nEpochs`.
 */
export type OptionSpec = {
  /** Its effect, in a line or two, for `--help`. */
  readonly help: string;
  /** Heading under which `--help` lists it. */
  readonly group: string;
  /** How it is treated when a checkpoint is loaded. Default: `resume`. */
  readonly stored?: StoredRole;
} & (
  | StringSpec
  | NumberSpec
  | SizeSpec
  | { readonly kind: 'flag'; readonly default?: boolean } // present is true; `--flag=false` undoes a default
  | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[] }
);

/** Of text: names, folders, addresses. */
export interface StringSpec {
  readonly kind: 'string';
  readonly default: string | undefined;
  /** Must be given by the command line, the configuration file or a checkpoint; until then it is `''`. */
  readonly required?: boolean;
  /** The placeholder for the value in `--help`: `DIR`. */
  readonly metavar?: string;
  /** Says nothing of the machine or the person, so that what is given away may say it; paths and addresses do. */
  readonly isPublic?: boolean;
  /** Lets whoever knows it do something: the value is kept in no record and no checkpoint. */
  readonly isSecret?: boolean;
  /** A value that stands for what a training finds out once: that of its checkpoint wins over it. */
  readonly undecided?: string;
  /** Says what is wrong with a value, or nothing. */
  readonly check?: (text: string) => string | undefined;
}

/** Of numbers, and the range that they lie in. */
export interface NumberSpec {
  readonly kind: 'int' | 'float';
  readonly default: number;
  /** Smallest and largest value allowed. */
  readonly min?: number;
  readonly max?: number;
  /** The value must be larger than this one: `lr` is above 0. */
  readonly above?: number;
  /** The value must be smaller than this one: `beta1` is below 1. */
  readonly below?: number;
  /** `inf` is a value too: no limit. */
  readonly infinite?: boolean;
}

/** Of images: one number for a square, or `512x256`, width and height. */
export interface SizeSpec {
  readonly kind: 'size';
  readonly default: PixelSize;
  /** Largest side, in pixels. */
  readonly max: number;
}

/**
 * How a checkpoint treats an option that the command line leaves out, and one that contradicts it:
 *
 * | role            | left out                        | contradicts                              |
 * |-----------------|---------------------------------|------------------------------------------|
 * | `generator`     | taken from the checkpoint       | error: its weights have another shape    |
 * | `discriminator` | taken when training continues   | error when training continues            |
 * | `always`        | taken from the checkpoint       | the command line wins                    |
 * | `resume`        | taken when training continues   | the command line wins                    |
 * | `never`         | its default                     | the command line wins                    |
 */
export type StoredRole = 'generator' | 'discriminator' | 'always' | 'resume' | 'never';

/** Options keyed by the flag's name without dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** A value that an option can have. */
export type OptionScalar = string | number | boolean | undefined;

/** Values keyed by the flag's name without dashes; what is missing was not given. */
export type FlagValues = Readonly<Record<string, OptionScalar>>;

/** `n_epochs` is `nEpochs`, `lambda_L1` is `lambdaL1`, `netG` stays. */
export type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** The type of the values of an option that is declared so. */
export type OptionValue<S> = S extends { kind: 'int' | 'float' }
  ? number
  : S extends { kind: 'size' }
    ? PixelSize
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

/** The value of an option that nobody has given. */
export function defaultOf(spec: OptionSpec): OptionScalar {
  return spec.kind === 'flag' ? (spec.default ?? false) : spec.default;
}
