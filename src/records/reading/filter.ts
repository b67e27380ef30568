import jsep from 'jsep';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { nearestName } from '../../options/nearest.js';
import { type FieldValue, fieldsOf, readField } from './fields.js';
import type { RunSummary } from './runSummary.js';

type Test = (run: RunSummary) => boolean;
type Compare = (value: FieldValue, wanted: string) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  '=': isEqual,
  '==': isEqual,
  '<': (value, wanted) => Number(value) < Number(wanted),
  '<=': (value, wanted) => Number(value) <= Number(wanted),
  '>': (value, wanted) => Number(value) > Number(wanted),
  '>=': (value, wanted) => Number(value) >= Number(wanted),
  '~': (value, wanted) => String(value).toLowerCase().includes(wanted.toLowerCase()),
};
/** They hold where their opposite does not, so also for a run that lacks the field. */
const OPPOSITES: Readonly<Record<string, string>> = { '!=': '=', '!~': '~' };
const NEEDS_NUMBER = new Set(['<', '<=', '>', '>=']);

jsep.removeAllBinaryOps();
jsep.removeAllUnaryOps();
jsep.removeAllLiterals();
jsep.this_str = '';
for (const word of ['or', 'OR', '||']) jsep.addBinaryOp(word, 1);
for (const word of ['and', 'AND', '&&']) jsep.addBinaryOp(word, 2);
for (const sign of [...Object.keys(COMPARISONS), ...Object.keys(OPPOSITES)]) jsep.addBinaryOp(sign, 3);
for (const word of ['not', 'NOT', '!']) jsep.addUnaryOp(word);
for (const letter of '/.-:@%#+*\\') jsep.addIdentifierChar(letter); // of tags, paths and dates

/** Where each piece of the filter ends, in letters from its start: jsep's nodes do not say. */
const ends = new WeakMap<jsep.Expression, number>();
jsep.hooks.add('after-token', function ({ node }) {
  if (node) ends.set(node, this.index); // it may be false: nothing stood there
});

/**
 * The runs that a filter lets through, in their order. A filter compares fields (see `readField`) with values by `=`,
 * `!=`, `<`, `<=`, `>`, `>=`, `~` (contains, in any case) and `!~`, joined by `and`, `or`, `not` and parentheses; words
 * beside each other are joined by `and`. A word alone is looked for in the name and the labels. Quotes hold what is not
 * one word. An empty filter lets all through.
 *
 *     lr > 1e-4 and netG = unet_256
 *     facades (best(val/L1) < 0.1 or not state = crashed)
 *
 * @throws Pix2PixError that says where a filter cannot be understood, or which field no run has
 */
export function filterRuns(runs: readonly RunSummary[], text: string): RunSummary[] {
  if (text.trim() === '') return [...runs];
  let known: ReadonlySet<string> | undefined;
  const checkField = (field: string, node: jsep.Expression) => {
    known ??= new Set(fieldsOf(runs));
    if (known.has(field) || known.has(field.replace(/^last\((.*)\)$/s, '$1')) || runs.length === 0) return;
    const nearest = nearestName(field, known);
    const fix =
      nearest === undefined ? 'use options, state, step, epoch, label or a tag' : `did you mean ${nearest}?`;
    throw refusal(`no run has ${field}`, text, startOf(node, text), fix);
  };
  return runs.filter(compile(parse(text), text, checkField));
}

function parse(text: string): jsep.Expression {
  if (text.length > LONGEST) throw refusal('the filter is too long', text.slice(0, 80), LONGEST, HINT);
  try {
    return jsep(text);
  } catch (error) {
    const { index, description } = error as { index?: number; description?: string };
    throw refusal(description ?? String(error), text, index ?? text.length, HINT);
  }
}

/** Words that join others, so that they are none themselves unless they stand in quotes. */
const JOINING = /^(and|or|not)$/i;
const LONGEST = 10_000; // letters; beyond that a recursive parser is not asked
const HINT = 'write it like: lr > 1e-4 and netG = unet_256; put quotes around what is not one word';

function compile(
  node: jsep.Expression,
  text: string,
  check: (field: string, at: jsep.Expression) => void,
): Test {
  const inner = (part: unknown) => compile(part as jsep.Expression, text, check);
  switch (node.type) {
    case 'Compound': {
      const tests = (node.body as jsep.Expression[]).map(inner);
      return (run) => tests.every((test) => test(run));
    }
    case 'UnaryExpression': {
      const test = inner(node.argument);
      return (run) => !test(run);
    }
    case 'BinaryExpression': {
      const operator = String(node.operator).toLowerCase();
      const isEither = operator === 'or' || operator === '||';
      if (isEither || operator === 'and' || operator === '&&') {
        const [left, right] = [inner(node.left), inner(node.right)];
        return isEither ? (run) => left(run) || right(run) : (run) => left(run) && right(run);
      }
      return comparison(node as jsep.BinaryExpression, text, check);
    }
    default: {
      const word = wordOf(node, text).toLowerCase();
      return (run) =>
        ['name', 'label'].some((field) =>
          readField(run, field).some((value) => String(value).toLowerCase().includes(word)),
        );
    }
  }
}

function comparison(
  { operator, left, right }: jsep.BinaryExpression,
  text: string,
  check: (field: string, at: jsep.Expression) => void,
): Test {
  // jsep binds `not` to the word behind it; it means the comparison.
  if (left.type === 'UnaryExpression') {
    const inner = { type: 'BinaryExpression', operator, left: left.argument, right } as jsep.BinaryExpression;
    const test = comparison(inner, text, check);
    return (run) => !test(run);
  }
  const field = fieldOf(left, text);
  const wanted = wordOf(right, text);
  check(field, left);
  const sign = OPPOSITES[operator] ?? operator;
  if (NEEDS_NUMBER.has(sign) && !isNumber(wanted)) {
    throw refusal(`${operator} compares with a number, not with ${wanted}`, text, startOf(right, text), HINT);
  }
  const test: Test = (run) => readField(run, field).some((value) => COMPARISONS[sign](value, wanted));
  return sign === operator ? test : (run) => !test(run);
}

/** `lr`, `"a tag with blanks"`, `best(val/L1)` */
function fieldOf(node: jsep.Expression, text: string): string {
  if (node.type !== 'CallExpression') return wordOf(node, text);
  const { callee, arguments: given } = node as jsep.CallExpression;
  const name = wordOf(callee, text);
  if ((name !== 'best' && name !== 'last') || given.length !== 1) {
    throw refusal(
      `there is no ${name}() of ${given.length}`,
      text,
      startOf(node, text),
      'write best(TAG) or last(TAG)',
    );
  }
  return `${name}(${wordOf(given[0], text)})`;
}

/** A word, a number as it was written, or what stands between quotes. */
function wordOf(node: jsep.Expression, text: string): string {
  if (node.type === 'Identifier' && !JOINING.test(String(node.name))) return String(node.name);
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : String(node.raw);
  throw refusal('a word or a number is missing', text, startOf(node, text), HINT);
}

function isEqual(value: FieldValue, wanted: string): boolean {
  if (typeof value !== 'number' || !isNumber(wanted)) return String(value) === wanted;
  return value === Number(wanted);
}

function isNumber(word: string): boolean {
  return word.trim() !== '' && Number.isFinite(Number(word));
}

function startOf(node: jsep.Expression, text: string): number {
  const name = node.name ?? (node.callee as jsep.Expression | undefined)?.name;
  const words = String(node.raw ?? name ?? '');
  return Math.max(0, text.lastIndexOf(words, (ends.get(node) ?? 0) - words.length)); // blanks may come before the end
}

/** `at` counts letters from 0; people count from 1. */
function refusal(summary: string, text: string, at: number, fix: string): Pix2PixError {
  return new Pix2PixError(summary, { filter: text, at: `letter ${at + 1}` }, fix);
}
