import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { exportGenerator } from '../src/inference/export/exportGenerator.js';
import { encodePng } from '../src/records/writing/encodePng.js';
import { root } from '../test/tinyRun.js';

/** One way to translate in a page. */
export interface Contender {
  readonly name: string;
  /** Below the folder of all pages. */
  readonly page: string;
  /** Of `backend` in the page's address. */
  readonly backend: string;
}

/** One model by several programs, the same processor or GPU side by side. */
export const CONTENDERS: readonly Contender[] = [
  { name: 'pix2pix-ts, WebGPU', page: 'ours', backend: 'webgpu' },
  { name: 'ONNX Runtime Web, WebGPU', page: 'ortWebGpu', backend: 'webgpu' },
  { name: 'TensorFlow.js, WebGL', page: 'tfjs', backend: 'webgl' },
  { name: 'pix2pix-ts, WASM', page: 'ours', backend: 'wasm' },
  { name: 'ONNX Runtime Web, WASM', page: 'ortWasm', backend: 'wasm' },
  { name: 'TensorFlow.js, WASM', page: 'tfjs', backend: 'wasm' },
  { name: 'TensorFlow.js, JavaScript', page: 'tfjs', backend: 'cpu' },
];

const SIDE = 256;
const HTML = '<!doctype html><title>bench</title><canvas width="256" height="256"></canvas>';
const require = createRequire(import.meta.url);
const distOf = (module: string) => dirname(require.resolve(module));

/**
 * Lays out the pages of all contenders, each a folder of static files with the model in the form that it takes.
 *
 * @param model as `pix2pix export` takes it
 * @returns the input that all of them translate
 */
export async function layOutPages(folder: string, model: string) {
  const { label } = renderFacade(77, 5, SIDE);
  const input = { data: label, shape: [1, SIDE, SIDE, 3] as const };
  const png = await encodePng(input);
  for (const page of ['ours', 'ortWasm', 'ortWebGpu', 'tfjs', 'decoder']) {
    mkdirSync(join(folder, page));
    writeFileSync(join(folder, page, 'input.png'), png);
    writeFileSync(
      join(folder, page, 'bench.html'),
      `${HTML}<script type="module" src="${page}.js"></script>`,
    );
    await bundle(page, join(folder, page));
  }
  const inFolder = (page: string, name: string) => join(folder, page, name);
  await exportGenerator(model, { format: 'web', precision: 'int8', out: inFolder('ours', 'site') });
  cpSync(inFolder('ours', 'site'), join(folder, 'ours'), { recursive: true });
  const onnx = inFolder('ortWasm', 'generator.onnx');
  await exportGenerator(model, { format: 'onnx', precision: 'int8', out: onnx });
  copyFileSync(onnx, inFolder('ortWebGpu', 'generator.onnx'));
  const tensors = inFolder('tfjs', 'generator.safetensors');
  await exportGenerator(model, { format: 'safetensors', precision: 'int8', out: tensors });
  copyMatching(distOf('onnxruntime-web'), join(folder, 'ortWasm'), 'ort-wasm-simd-threaded', ['']);
  copyMatching(distOf('onnxruntime-web'), join(folder, 'ortWebGpu'), 'ort-wasm-simd-threaded', [
    '.asyncify',
    '.jsep',
  ]);
  const wasm = join(distOf('@tensorflow/tfjs-backend-wasm/package.json'), 'dist');
  for (const kind of ['', '-simd', '-threaded-simd'])
    copyFileSync(
      join(wasm, `tfjs-backend-wasm${kind}.wasm`),
      join(folder, 'tfjs', `tfjs-backend-wasm${kind}.wasm`),
    );
  return input;
}

function copyMatching(from: string, to: string, name: string, kinds: readonly string[]): void {
  for (const kind of kinds)
    for (const ending of ['mjs', 'wasm'])
      copyFileSync(join(from, `${name}${kind}.${ending}`), join(to, `${name}${kind}.${ending}`));
}

async function bundle(page: string, outdir: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'bench', 'pages', `${page}.ts`)],
    outdir,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['onnxruntime-web-use-extern-wasm'],
    // what TensorFlow.js asks for in Node alone
    external: [
      'node-fetch',
      'util',
      'string_decoder',
      'fs',
      'path',
      'crypto',
      'perf_hooks',
      'worker_threads',
      'os',
    ],
    logLevel: 'error',
  });
}

/** Bytes of what a page has asked for, without its input; compressed as static hosts send them, weights as they are. */
export function downloaded(folder: string, requests: readonly string[]): number {
  const paths = [...new Set(requests)].filter((path) => !/\.png$|favicon/.test(path));
  return paths.reduce((sum, path) => {
    const file = readFileSync(join(folder, path));
    return sum + (/\.(bin|onnx|safetensors)$/.test(path) ? file.length : gzipSync(file).length);
  }, 0);
}
