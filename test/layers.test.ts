/** The house rules that a compiler does not know. What is said here is what holds; documentation points here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, type Source } from './sources.js';

/**
 * The folders of src from the ground up: a file imports from its own folder or from one before it. Each line is a
 * storey: what is described, how it is differentiated and built up, how it is run, what it is fed, what uses it.
 */
const LAYERS = [
  ...['errors', 'random', 'options', 'files'],
  ...['ir', 'ops', 'autodiff', 'nn', 'networks', 'models', 'onnx', 'wasm'],
  'runtime',
  ...['data', 'metrics', 'checkpoints', 'tracking', 'interop'],
  ...['translation', 'training', 'inference', 'runs', 'server', 'cli', 'index'],
];

/** They run in a browser as they are: nothing of Node's, also not by way of what they import. */
const PORTABLE = ['ir', 'ops', 'autodiff', 'nn', 'networks', 'models', 'onnx', 'wasm', 'translation'];

const MAX_LINES = 300;

const isTest = ({ path }: Source) => path.endsWith('.test.ts');
const isGenerated = ({ path }: Source) => path.endsWith('_pb.ts');
const sources = readSources('src');
const product = sources.filter((source) => !isTest(source));
const web = readSources('web');
const byPath = new Map(product.map((source) => [source.path, source]));

/** 'ir' of 'src/engine/ir/value.ts', 'index' of 'src/index.ts'. */
const layerOf = (path: string) => path.split('/')[1].replace(/\.ts$/, '');

test('every folder of src has its place among the layers', () => {
  const folders = new Set(product.map(({ path }) => layerOf(path)));
  assert.deepEqual(
    [...folders].filter((folder) => !LAYERS.includes(folder)),
    [],
    'add it to LAYERS',
  );
});

test('files import from their own layer or from one below', () => {
  const wrong = product.flatMap(({ path, imports }) =>
    imports
      .filter(
        ({ file }) => file !== undefined && LAYERS.indexOf(layerOf(file)) > LAYERS.indexOf(layerOf(path)),
      )
      .map(({ file }) => `${path} imports ${file}`),
  );
  assert.deepEqual(wrong, []);
});

test('every import leads to a file of src', () => {
  assert.ok(
    byPath.get('src/engine/ir/trace.ts')!.imports.some(({ file }) => file === 'src/engine/ir/value.ts'),
  );
  const wrong = product.flatMap(({ path, imports }) =>
    imports
      .filter(({ file }) => file !== undefined && !byPath.has(file))
      .map(({ file }) => `${path}: ${file}`),
  );
  assert.deepEqual(wrong, []);
});

test('no file imports itself by way of others', () => {
  assert.deepEqual(
    cycles((source) => source.imports.filter(({ typeOnly }) => !typeOnly).map(({ file }) => file)),
    [],
  );
});

/** Every circle of files that `next` leads around, once. */
function cycles(next: (source: Source) => readonly (string | undefined)[]): string[] {
  const [found, finished, way] = [new Set<string>(), new Set<string>(), [] as string[]];
  const walk = (path: string): void => {
    if (way.includes(path)) found.add([...way.slice(way.indexOf(path)), path].join(' → '));
    const source = byPath.get(path);
    if (source === undefined || finished.has(path) || way.includes(path)) return;
    way.push(path);
    for (const file of next(source)) if (file !== undefined) walk(file);
    way.pop();
    finished.add(path);
  };
  for (const { path } of product) walk(path);
  return [...found];
}

test('ONNX Runtime is imported by the runtime alone', () => {
  const importers = product.filter(({ imports }) =>
    imports.some(({ specifier }) => /^onnxruntime/.test(specifier)),
  );
  assert.ok(importers.length > 0);
  assert.deepEqual(
    importers.filter(({ path }) => layerOf(path) !== 'runtime').map(({ path }) => path),
    [],
  );
});

test('the command line alone reads process.argv and ends the process', () => {
  const users = product.filter(({ text }) => /\bprocess\.(argv|exit|exitCode)\b/.test(text));
  assert.ok(users.length > 0);
  assert.deepEqual(
    users.filter(({ path }) => layerOf(path) !== 'cli').map(({ path }) => path),
    [],
  );
});

test('where a browser runs it nothing of Node’s is used, also not by what is imported', () => {
  const layers = product.filter(({ path }) => PORTABLE.includes(layerOf(path)));
  const portable = reachableFrom([...layers, ...importedByPages()]);
  assert.ok(portable.some(({ path }) => layerOf(path) === 'errors'));
  const wrong = portable.flatMap(({ path, text, imports }) => {
    const packages = imports.filter(({ file, typeOnly }) => file === undefined && !typeOnly);
    const foreign = packages.filter(({ specifier }) => !/^(@bufbuild\/protobuf(\/|$)|jsep$)/.test(specifier));
    const globals = [
      ...text.matchAll(/(?<![\w.'`])(process|Buffer|__dirname|require|setImmediate)\b(?=[.(])/g),
    ];
    return [...foreign.map(({ specifier }) => specifier), ...globals.map(([name]) => name)].map(
      (what) => `${path}: ${what}`,
    );
  });
  assert.deepEqual(wrong, []);
});

/** What the pages take from src. */
function importedByPages(): Source[] {
  const files = web.flatMap(({ imports }) => imports.filter(({ typeOnly }) => !typeOnly));
  return files.flatMap(({ file }) => byPath.get(file ?? '') ?? []);
}

/** These files and all that they need when they run. */
function reachableFrom(roots: readonly Source[]): Source[] {
  const seen = new Set<Source>();
  const pending = [...roots];
  for (let source = pending.pop(); source !== undefined; source = pending.pop()) {
    if (seen.has(source)) continue;
    seen.add(source);
    for (const { file, typeOnly } of source.imports) {
      if (file !== undefined && !typeOnly) pending.push(byPath.get(file)!);
    }
  }
  return [...seen];
}

test(`no file has more than ${MAX_LINES} lines`, () => {
  const all = ['src', 'web', 'test', 'bench', 'examples']
    .flatMap(readSources)
    .filter((source) => !isGenerated(source));
  const long = all
    .filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES)
    .map(({ path }) => path);
  assert.deepEqual(long, []);
});

test('nothing that is shipped imports tests or their material', () => {
  const wrong = product.filter(({ imports }) =>
    imports.some(({ specifier }) => /\.test\.js$|\/test\/|fast-check|^node:test/.test(specifier)),
  );
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});
