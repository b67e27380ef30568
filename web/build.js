// Bundles the script of web exports, and puts beside it what it needs: `npm run build` runs this into dist/web.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'dist', 'web');
const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));

/** ONNX Runtime for the processor. */
const RUNTIME_FILES = ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: [join(here, 'pix2pix.ts')],
  outdir: out,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  conditions: ['onnxruntime-web-use-extern-wasm'],
  logLevel: 'warning',
});
for (const file of RUNTIME_FILES) copyFileSync(join(runtime, file), join(out, file));
copyFileSync(join(here, 'index.html'), join(out, 'index.html'));
for (const name of ['LICENSE', 'ThirdPartyNotices.txt'])
  copyFileSync(
    join(here, '..', 'release', 'onnxruntime', name),
    join(out, `onnxruntime-${name.replace('.txt', '')}.txt`),
  );
// The same for Node, where no native build loads. In a folder, so that web exports leave it out.
mkdirSync(join(out, 'node'));
copyFileSync(join(runtime, 'ort.node.min.js'), join(out, 'node', 'onnxRuntime.cjs'));
