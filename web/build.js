// Bundles the scripts of web exports, and puts beside them what they need: `npm run build` runs this into dist/web.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'dist', 'web');
const { version } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));
const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));

/** ONNX Runtime for the processor. */
const RUNTIME_FILES = ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'];

mkdirSync(out, { recursive: true });
removeFormerOutputs();
const page = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.css': 'text' },
  conditions: ['onnxruntime-web-use-extern-wasm'],
  logLevel: 'warning',
};
await build({
  ...page,
  entryPoints: {
    pix2pix: join(here, 'pix2pix.ts'),
    element: join(here, 'playground', 'element.tsx'),
    playground: join(here, 'playground', 'main.ts'),
  },
  outdir: out,
  splitting: true,
});
prepareForBundlers();
// By itself: a service worker is no module in every browser.
await build({
  ...page,
  entryPoints: [join(here, 'playground', 'serviceWorker.js')],
  outdir: out,
  format: 'iife',
});
// The training page, a folder of its own that any static host serves.
await build({
  ...page,
  entryPoints: ['main.tsx', 'worker.ts'].map((name) => join(here, 'train', name)),
  outdir: join(out, 'train'),
  splitting: true,
  define: { PRODUCT_VERSION: JSON.stringify(version) },
});
for (const file of ['index.html', 'train.css'])
  copyFileSync(join(here, 'train', file), join(out, 'train', file));
for (const file of RUNTIME_FILES) copyFileSync(join(runtime, file), join(out, file));
copyFileSync(join(here, 'playground', 'index.html'), join(out, 'index.html'));
for (const folder of [out, join(out, 'train')])
  copyFileSync(join(here, 'colours.css'), join(folder, 'colours.css'));
for (const name of ['LICENSE', 'ThirdPartyNotices.txt'])
  copyFileSync(
    join(here, '..', 'release', 'onnxruntime', name),
    join(out, `onnxruntime-${name.replace('.txt', '')}.txt`),
  );
// The same for Node, where no native build loads. In a folder, so that web exports leave it out.
mkdirSync(join(out, 'node'), { recursive: true });
copyFileSync(join(runtime, 'ort.node.min.js'), join(out, 'node', 'onnxRuntime.cjs'));

/** Those of other names would stay. What others write here is left: tsc the types, and Vite the dashboard. */
function removeFormerOutputs() {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isOfOthers = path.endsWith('.d.ts') || path.startsWith(join(out, 'dashboard'));
    if (entry.isFile() && !isOfOthers) rmSync(path);
  }
}

/**
 * What ONNX Runtime tells bundlers of itself is of its own package: that its module is fetched by an address that is known
 * later, in comments that minifying removes, and a file beside it that is not here. webpack ends with an error without this.
 */
function prepareForBundlers() {
  const path = join(
    out,
    readdirSync(out).find((name) => name.startsWith('wasmEngine-')),
  );
  let script = readFileSync(path, 'utf8');
  const changes = [
    [/\bimport\((\w+)\)/g, 'import(/*webpackIgnore:true*//*@vite-ignore*/$1)'],
    [/new URL\(new \w+\("ort\.wasm\.min\.mjs",import\.meta\.url\)\.href,\w+\)\.href/g, 'import.meta.url'],
  ];
  for (const [found, replacement] of changes) {
    if (script.match(found)?.length !== 1) throw new Error(`${path} does not have ${found} once`);
    script = script.replace(found, replacement);
  }
  writeFileSync(path, script);
}
