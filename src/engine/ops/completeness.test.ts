/**
 * A new op without a check fails here. Every op that this folder defines must be part of a graph whose numbers a test
 * compares with PyTorch's, and so must the op's gradient rule.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixtureProgram } from '../../../test/checkOp.js';
import { opBuilders } from '../../../test/opBuilders.js';
import { opCases } from '../../../test/opCases.js';
import { repositoryRoot } from '../../../test/repository.js';
import { reachable } from '../ir/program.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { OpDefinition, Value } from '../ir/value.js';

/** In ops.safetensors for the losses and activations of later models; a defined one must leave this list. */
const NOT_OURS = ['maximum', 'minimum', 'pow', 'bceLoss'];
/** PyTorch has no op of its own for them: their tests give the numbers. */
const CHECKED_BY_HAND: Readonly<Record<string, string>> = {
  allReduce: 'engine/ops/allReduce.test.ts',
  cast: 'engine/ops/cast.test.ts',
  detach: 'engine/autodiff/grad.test.ts',
};
/** Gradient rules that PyTorch's cases do not reach: differences of first derivatives check them. */
const BY_DIFFERENCES: Readonly<Record<string, string>> = { convWeightGradient: 'engine/ops/conv.test.ts' };
/** Layers of several ops; their tests bring the builder along. */
const LAYERS = ['batchNorm', 'instanceNorm', 'mseLoss'];

const read = (path: string) => readFileSync(join(repositoryRoot, 'src', path), 'utf8');
const files = (folder: string) =>
  readdirSync(join(repositoryRoot, 'src', folder), { recursive: true }).map(String);
const sources = files('engine/ops').filter((name) => !name.endsWith('.test.ts'));

const DEFINITION =
  /(?<!function )\b(?:defineOp(?:<.*>)?\(\{\s*name: '(?<op>\w+)'|(?:unary|binary)\('(?<made>\w+)')/g;
const definedIn = (source: string) =>
  [...read(`engine/ops/${source}`).matchAll(DEFINITION)].map(({ groups }) => groups!.op ?? groups!.made);
const defined = sources.flatMap(definedIn);

/** Ops of graphs whose values are compared with PyTorch, and ops through which a compared gradient flows. */
const compared = new Map<string, OpDefinition>();
const differentiated = new Set<string>();
for (const known of opCases.filter(({ op }) => op in opBuilders && !(op === 'slice'))) collect(known);
for (const known of opCases.filter(({ op, attrs }) => op === 'slice' && attrs.step === 1)) collect(known);

function collect(known: (typeof opCases)[number]): void {
  const { program, built } = fixtureProgram([known], opBuilders[known.op], known.op !== 'clamp');
  for (const op of opsOf([...program.outputs.values()])) compared.set(op.name, op);
  if (known.upstream !== null && known.op !== 'clamp') {
    for (const op of opsOf([built[0]])) differentiated.add(op.name);
  }
}

function opsOf(roots: readonly Value[]): OpDefinition[] {
  return reachable(roots).flatMap(({ source }) => (source.kind === 'op' ? [source.op] : []));
}

test('every definition in the sources is recognised', () => {
  const calls = sources.flatMap((source) => [
    ...read(`engine/ops/${source}`).matchAll(/(?<!import \{ )defineOp[<(]/g),
  ]);
  const factories = [...read('engine/ops/elementwise.ts').matchAll(/^function (unary|binary)\(/gm)].length;
  const fromFactories = [...read('engine/ops/elementwise.ts').matchAll(/ (?:unary|binary)\('/g)].length;
  assert.equal(factories, 2);
  assert.equal(
    defined.length,
    calls.length - factories + fromFactories,
    'defineOp is called in an unknown way',
  );
  assert.equal(new Set(defined).size, defined.length, 'two ops have one name');
});

test('every op is compared with numbers from outside', () => {
  const missing = defined.filter((name) => !compared.has(name) && !(name in CHECKED_BY_HAND));
  assert.deepEqual(missing, [], 'add a case to test/fixtures/ops.py and a builder to test/opBuilders.ts');
});

test('every gradient rule is compared with numbers from outside, unless it lets nothing through', () => {
  const withoutGradient = [...compared.values()].filter(letsNothingThrough).map(({ name }) => name);
  assert.deepEqual(withoutGradient.sort(), ['clamp', 'floor', 'sign']);
  const elsewhere = { ...CHECKED_BY_HAND, ...BY_DIFFERENCES };
  const missing = defined.filter(
    (name) => !differentiated.has(name) && !withoutGradient.includes(name) && !(name in elsewhere),
  );
  for (const path of Object.values(BY_DIFFERENCES))
    assert.match(read(path), /checkByDifferences\(gradientOf\(/);
  assert.deepEqual(missing, [], 'add a case that differentiates it, twice if it is itself a gradient');
});

function letsNothingThrough(op: OpDefinition): boolean {
  const value = new Trace(true).input('x', f32(1, 1, 1, 1));
  const attributes = { axes: [0], size: [1, 1], kernel: [1, 1], shape: [1], order: [0, 1, 2, 3], axis: 0 };
  const context = { inputs: [value, value], output: value, dy: value, wanted: [true, true] };
  try {
    return op.gradient({ ...context, attributes }).every((part) => part === null);
  } catch {
    return false; // the stand-in does not suit it: it does compute something
  }
}

test('every case of PyTorch is claimed by a test beside the code', () => {
  const tests = files('.').filter((name) => name.endsWith('.test.ts') && !name.includes('completeness'));
  const claims = tests.map(read).filter((text) => text.includes('checkAgainstPyTorch('));
  const unclaimed = [...new Set(opCases.map(({ op }) => op))].filter(
    (op) => !NOT_OURS.includes(op) && !claims.some((text) => text.includes(`'${op}'`)),
  );
  assert.deepEqual(unclaimed, []);
  const known = [...Object.keys(opBuilders), ...LAYERS, ...NOT_OURS];
  assert.deepEqual(
    [...new Set(opCases.map(({ op }) => op))].filter((op) => !known.includes(op)),
    [],
    'test/opBuilders.ts lacks them',
  );
  assert.deepEqual(
    NOT_OURS.filter((name) => defined.includes(name)),
    [],
  );
});

test('every file that defines ops has its test beside it', () => {
  const definers = sources.filter((source) => definedIn(source).length > 0);
  const missing = definers
    .map((name) => name.replace(/\.ts$/, '.test.ts'))
    .filter((name) => !files('engine/ops').includes(name));
  assert.deepEqual(missing, []);
  for (const [name, path] of Object.entries(CHECKED_BY_HAND))
    assert.match(read(path), new RegExp(`${name}\\(`));
});
