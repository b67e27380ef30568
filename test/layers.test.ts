/**
 * The rules of the architecture that a compiler does not check. The documents' tables are compared with the lists here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from './repository.js';
import { readSources, readTexts, type Source } from './sources.js';

/** The folders of src: a file imports from its own folder or from one before it. */
const LAYERS = [
  ...['base', 'engine', 'options', 'checkpoints', 'models', 'data', 'interop', 'records'],
  ...['training', 'inference', 'evaluation', 'cli', 'index.ts'],
];

/** Those of src/engine, likewise. Beside them it imports from base/ alone. */
const ENGINE = ['ir', 'loops', 'ops', 'autodiff', 'onnx', 'runtime', 'devices'];

/** Where a browser runs it too: nothing of Node's, neither directly nor by what is imported. */
const PORTABLE = [
  ...['base/errors/', 'base/random/', 'engine/', 'models/', 'options/', 'checkpoints/format/'],
  ...['data/batch/', 'training/model/', 'inference/portable/'],
];
/** The files of these folders that are for Node alone. */
const FOR_NODE = [
  ...['engine/devices/cpu/', 'engine/devices/openDevice.ts', 'engine/devices/index.ts'],
  ...['engine/devices/webgpu/openWebGpu.ts', 'engine/devices/webgpu/webGpuPackage.ts'],
  ...['engine/devices/webgpu/listAdapters.ts', 'engine/devices/webgpu/systemGpus.ts'],
  ...['engine/devices/webgpu/findHardwareGpu.ts', 'engine/devices/webgpu/surveyGpus.ts'],
  'options/configFile.ts',
];

const MAX_LINES = 300;

const isTest = ({ path }: Source) => path.endsWith('.test.ts');
const isGenerated = ({ path }: Source) => path.endsWith('_pb.ts');
const sources = readSources('src');
const product = sources.filter((source) => !isTest(source));
const web = readSources('web');
const byPath = new Map(product.map((source) => [source.path, source]));

/** Below src: 'engine/ir/value.ts'. */
const below = (path: string) => path.slice('src/'.length);
/** 'engine' of 'src/engine/ir/value.ts', 'index.ts' of 'src/index.ts'. */
const layerOf = (path: string) => path.split('/')[1];
/** 'ir' of 'src/engine/ir/value.ts'. */
const engineFolderOf = (path: string) => (layerOf(path) === 'engine' ? path.split('/')[2] : undefined);
/** Every import of one file of src by another, those of types included. */
const imports = product.flatMap(({ path, imports }) =>
  imports.flatMap(({ file }) => (file === undefined ? [] : [{ path, file }])),
);
const inWords = ({ path, file }: { path: string; file: string }) => `${path} imports ${file}`;

test('every folder of src and of src/engine has its place in the order', () => {
  const folders = new Set(product.map(({ path }) => layerOf(path)));
  const engine = new Set(product.flatMap(({ path }) => engineFolderOf(path) ?? []));
  assert.deepEqual([...folders].sort(), [...LAYERS].sort());
  assert.deepEqual([...engine].sort(), [...ENGINE].sort());
});

test('files import from their own layer or from one below', () => {
  const upwards = imports.filter(
    ({ path, file }) => LAYERS.indexOf(layerOf(file)) > LAYERS.indexOf(layerOf(path)),
  );
  assert.deepEqual(upwards.map(inWords), []);
});

test('the engine imports nothing but base/, and within it each folder only from those before it', () => {
  const wrong = imports.filter(({ path, file }) => {
    const [from, to] = [engineFolderOf(path), engineFolderOf(file)];
    if (from === undefined) return false;
    return to === undefined ? layerOf(file) !== 'base' : ENGINE.indexOf(to) > ENGINE.indexOf(from);
  });
  assert.deepEqual(wrong.map(inWords), []);
});

/** The folders that a document lists, in order: what stands in backquotes at the beginning of a table's rows. */
function foldersIn(document: string, heading: string): string[] {
  const text = readFileSync(join(repositoryRoot, document), 'utf8');
  const [, after] = text.split(`\n${heading}\n`);
  assert.ok(after !== undefined, `${document} has no heading ${heading}`);
  const section = after.split(/\n#+ /)[0];
  return [...section.matchAll(/^\| `([\w./]+?)\/?` +\|/gm)].map(([, folder]) => folder);
}

test('the documents list the folders in this order', () => {
  assert.deepEqual(foldersIn('docs/architecture.md', '## Layers'), LAYERS);
  assert.deepEqual(foldersIn('docs/architecture.md', '### Inside the engine'), ENGINE);
  assert.deepEqual(foldersIn('CONTRIBUTING.md', '## What is where'), LAYERS);
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

test('no file imports itself by way of others, also not for a type alone', () => {
  assert.deepEqual(
    cycles((source) => source.imports.map(({ file }) => file)),
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

test('ONNX Runtime is imported by the CPU device alone', () => {
  const importers = product.filter(({ imports }) =>
    imports.some(({ specifier }) => /^onnxruntime/.test(specifier)),
  );
  assert.ok(importers.length > 0);
  assert.deepEqual(
    importers.filter(({ path }) => !path.startsWith('src/engine/devices/cpu/')).map(({ path }) => path),
    [],
  );
});

test('a device is seen through its interface; of the CPU’s own files only the session that translates is used elsewhere', () => {
  const own = imports.filter(
    ({ path, file }) => !path.startsWith('src/engine/devices/') && file.startsWith('src/engine/devices/cpu/'),
  );
  const wrong = own.filter(({ file }) => file !== 'src/engine/devices/cpu/inferenceSession.ts');
  assert.ok(own.length > 0);
  assert.deepEqual(wrong.map(inWords), []);
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
  const isIn =
    (places: readonly string[]) =>
    ({ path }: Source) =>
      places.some((place) => below(path).startsWith(place));
  for (const place of [...PORTABLE, ...FOR_NODE])
    assert.ok(product.some(isIn([place])), `nothing is in ${place}`);
  const roots = product.filter(isIn(PORTABLE)).filter((source) => !isIn(FOR_NODE)(source));
  const portable = reachableFrom([...roots, ...importedByPages()]);
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

/** The files of src that the pages import. */
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
  const code = ['src', 'web', 'test', 'bench', 'examples', 'release']
    .flatMap((folder) => readSources(folder))
    .filter((source) => !isGenerated(source));
  const all = [...code, ...readTexts('web', /\.(css|html|js)$/)];
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
