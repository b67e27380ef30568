import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { nearestName } from './nearest.js';
import { type PixelSize, parsePixelSize, sidesOf } from './pixelSize.js';
import { pythonText } from './pythonText.js';
import type { OptionScalar, OptionSpec } from './spec.js';

/**
 * Reads the text after a flag as the reference's argparse reads it: whole numbers are digits only (`5.0` and `1e3` are
 * refused), other numbers as in Python, `inf` where the option has no limit.
 *
 * @param source where the text stands, for the message: `--lr`, `config.json: lr`
 * @throws Pix2PixError that names the source, what was given and what is allowed
 */
export function readText(spec: OptionSpec, text: string, source: string): OptionScalar {
  switch (spec.kind) {
    case 'string':
    case 'choice':
    case 'size':
      return checkValue(spec, text, source);
    case 'flag':
      if (text === 'true' || text === 'false') return text === 'true';
      throw refusal(spec, text, source);
    default:
      return checkValue(spec, readNumber(spec.kind, text), source, text);
  }
}

/**
 * Checks a value that already has a type: from JSON, from a checkpoint, from a program. `'inf'` is Infinity, because
 * JSON has no other way to say it.
 *
 * @param given how the person wrote it, when that differs from `value`
 * @throws Pix2PixError as `readText` does
 */
export function checkValue(
  spec: OptionSpec,
  value: unknown,
  source: string,
  given = String(value),
): OptionScalar {
  switch (spec.kind) {
    case 'flag':
      if (typeof value === 'boolean') return value;
      break;
    case 'string':
      if (typeof value !== 'string') break;
      if (spec.check?.(value) === undefined) return value;
      break;
    case 'size': {
      const size =
        typeof value === 'string' || typeof value === 'number' ? parsePixelSize(`${value}`) : undefined;
      if (size !== undefined && isWithin(size, spec.max)) return size;
      break;
    }
    case 'choice':
      if (spec.choices.includes(value as string)) return value as string;
      break;
    default: {
      const number = value === 'inf' ? Number.POSITIVE_INFINITY : value;
      if (typeof number === 'number' && allows(spec, number)) return number;
    }
  }
  throw refusal(spec, value, source, given);
}

function isWithin(size: PixelSize, max: number): boolean {
  return Object.values(sidesOf(size)).every((side) => side >= 1 && side <= max);
}

function readNumber(kind: 'int' | 'float', text: string): number {
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  const form = kind === 'int' ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  return form.test(text) ? Number(text) : Number.NaN;
}

function allows(spec: OptionSpec & { kind: 'int' | 'float' }, value: number): boolean {
  if (value === Number.POSITIVE_INFINITY) return spec.infinite === true;
  if (!Number.isFinite(value)) return false;
  if (spec.kind === 'int' && !Number.isSafeInteger(value)) return false;
  return (
    (spec.min === undefined || value >= spec.min) &&
    (spec.max === undefined || value <= spec.max) &&
    (spec.above === undefined || value > spec.above) &&
    (spec.below === undefined || value < spec.below)
  );
}

function refusal(spec: OptionSpec, value: unknown, source: string, given = String(value)): Pix2PixError {
  const fault = spec.kind === 'string' && typeof value === 'string' ? spec.check?.(value) : undefined;
  const facts: Record<string, string> = fault ? { because: fault } : { takes: describe(spec) };
  const near = spec.kind === 'choice' ? nearestName(String(value), spec.choices) : undefined;
  return new Pix2PixError(`${source} cannot be ${printable(given)}`, facts, fixFor(spec, near));
}

/** The text as a person can read it, whatever it holds: a checkpoint's options may come from a stranger. */
export function printable(text: string): string {
  if (text === '') return 'empty';
  const short = text.length > 100 ? `${text.slice(0, 100)}...` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f]/.test(short) ? JSON.stringify(short) : short;
}

function fixFor(spec: OptionSpec, near: string | undefined): string | undefined {
  if (near !== undefined) return `did you mean ${near}?`;
  if (spec.kind === 'flag') return 'it stands alone; =false undoes it';
  const standard = spec.default === undefined || spec.default === '' ? undefined : pythonText(spec.default);
  return standard && `the default is ${standard}`;
}

/** The values that an option takes, in words: `a whole number, at least 1`. */
function describe(spec: OptionSpec): string {
  if (spec.kind === 'flag') return 'no value';
  if (spec.kind === 'string') return 'a text';
  if (spec.kind === 'choice') return spec.choices.join(', ');
  if (spec.kind === 'size')
    return `a side in pixels, at least 1 and at most ${spec.max}, or width and height: 512x256`;
  const limits = [
    spec.min !== undefined && `at least ${spec.min}`,
    spec.above !== undefined && `above ${spec.above}`,
    spec.max !== undefined && `at most ${spec.max}`,
    spec.below !== undefined && `below ${spec.below}`,
  ].filter((limit) => limit !== false);
  const range = limits.length > 0 ? `, ${limits.join(' and ')}` : '';
  return `${spec.kind === 'int' ? 'a whole number' : 'a number'}${range}${spec.infinite ? ', or inf' : ''}`;
}
