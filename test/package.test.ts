import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeDataset, root, TINY, temporaryFolder } from './tinyRun.js';

// The package as its users get it: packed, unpacked into a project of its own, type-checked and run there.

const folder = temporaryFolder();
const modules = join(folder, 'node_modules');
const installed = join(modules, 'pix2pix-ts');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const settings = { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' } as const;
const npmPack = spawnSync('npm', ['pack', '--ignore-scripts', '--json', root], settings);
const skip = npmPack.status === 0 ? false : `npm pack does not run here: ${npmPack.stderr.slice(0, 200)}`;

before(() => {
  if (skip) return;
  const [{ filename }] = JSON.parse(npmPack.stdout);
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', filename], { cwd: folder });
  cpSync(join(folder, 'package'), installed, { recursive: true });
  const packages = [...Object.keys(manifest.dependencies), 'onnxruntime-node', '@types/node', 'undici-types'];
  for (const name of packages) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});

/** The loop of the documentation, as strict TypeScript. What it exports needs types whose names can be imported. */
const PROGRAM = `
import { createDataset, createModel, type FloatImages, parseTrainOptions, Pix2PixError, Pix2PixModel } from 'pix2pix-ts';
import { grad, ir, networks, nn, ops, runtime } from 'pix2pix-ts';

export const opt = parseTrainOptions(process.argv.slice(2));
const lambda: number = opt.lambdaL1;
export const dataset = await createDataset(opt);
export const model = await createModel(opt);     // Pix2PixModel for --model pix2pix, with its own option defaults
export const { folders } = dataset;
export const { memoryUse, schedule, loadedFrom } = model;
await model.setup(opt);                          // load or initialise, print networks, create schedules
let steps = 0;
for (let epoch = opt.epochCount; epoch <= opt.nEpochs + opt.nEpochsDecay; epoch++) {
  for await (const data of dataset) {            // { A, B, APaths, BPaths }
    model.setInput(data);                        // respects opt.direction
    await model.optimizeParameters();            // forward, D step, G step
    const losses: Record<string, number> = await model.getCurrentLosses();
    const visuals: Record<string, FloatImages> = await model.getCurrentVisuals();
    if (Object.keys(losses).join() !== 'G_GAN,G_L1,D_real,D_fake') throw new Error('losses');
    if (Object.keys(visuals).join() !== 'real_A,fake_B,real_B') throw new Error('visuals');
    if (data.APaths.length !== 1 || data.BPaths.length !== 1) throw new Error('paths');
    steps++;
  }
  await model.updateLearningRate();
}
if (!(model instanceof Pix2PixModel)) throw new Error('no Pix2PixModel');
await dataset.close();
await model.dispose();
const groups: object[] = [grad, ir, networks, nn, ops, runtime, Pix2PixError];
console.log('steps', steps, 'lambda', lambda, 'groups', groups.length);
`;

test('a strict TypeScript program that uses it compiles and runs', { skip }, async () => {
  await makeDataset(join(folder, 'data'), { train: 3 });
  writeFileSync(join(folder, 'main.ts'), PROGRAM);
  const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck'];
  const target = ['--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
  const output = ['--declaration', '--pretty', 'false'];
  const compiled = spawnSync(
    process.execPath,
    [compiler, ...strict, ...target, ...output, 'main.ts'],
    settings,
  );
  assert.deepEqual([compiled.status, compiled.stdout], [0, '']);
  const argv = ['main.js', '--dataroot', 'data', ...TINY, '--n_epochs', '1', '--n_epochs_decay', '1'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, settings);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^steps 6 lambda 100 groups 7$/m);
});

test('its command runs, threads and all', { skip }, () => {
  const program = join(installed, manifest.bin.pix2pix);
  const argv = ['train', '--dataroot', 'data', ...TINY, '--num_threads', '2', '--max_steps', '2'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv], settings);
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /^saved and stopped after 2 steps/m);
});

/** The files of the package. */
function packedPaths(): string[] {
  const [{ files }] = JSON.parse(npmPack.stdout) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

test('no file is named that a person who installed it does not have', { skip }, () => {
  const paths = packedPaths();
  const programs = paths.filter((path) => path.endsWith('.js'));
  const named = programs.flatMap((path) =>
    (readFileSync(join(installed, path), 'utf8').match(/\b(?:docs|examples)\/[\w/]+\.\w+/g) ?? []).map(
      (file) => `${file}, by ${path}`,
    ),
  );
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((each) => !paths.includes(each.split(',')[0])),
    [],
  );
});

test('bundlers find every file that a script of a page names beside itself, and leave alone what it fetches', {
  skip,
}, () => {
  const web = join(installed, 'dist', 'web');
  const scripts = readdirSync(web).filter((name) => name.endsWith('.js'));
  const named = scripts.flatMap((name) => {
    const text = readFileSync(join(web, name), 'utf8');
    assert.doesNotMatch(text, /[^\w.]import\((?!"|\/\*webpackIgnore:true\*\/\/\*@vite-ignore\*\/)/, name);
    return [...text.matchAll(/new \w+\("([^"]+)",import\.meta\.url\)/g)].map(([, file]) => file);
  });
  assert.deepEqual(named.sort(), ['./ort-wasm-simd-threaded.mjs', './ort-wasm-simd-threaded.wasm']);
  for (const file of named) assert.ok(existsSync(join(web, file)), file);
});

test('a server that renders pages may import what is for browsers; it translates nothing there', {
  skip,
}, async () => {
  const moduleOf = (name: string) => pathToFileURL(join(installed, 'dist', 'web', name)).href;
  await import(moduleOf('element.js'));
  const { pix2pix } = await import(moduleOf('pix2pix.js'));
  const generator = pix2pix('/model/'); // as a module does that a page and its server share
  await assert.rejects(
    generator.ready(),
    /translates in a browser, and this is none\n {2}fix {2}.*onMounted/,
  );
});

test('it holds what runs, and no tests', { skip }, () => {
  assert(existsSync(join(installed, 'LICENSE')));
  const paths = packedPaths();
  assert(paths.includes('dist/src/index.d.ts'));
  assert.deepEqual(
    paths.filter((path) => path.includes('.test.') || path.startsWith('dist/test')),
    [],
  );
});
