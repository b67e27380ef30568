import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { browserPath, openPage, SOFTWARE_GPU, serve } from '../test/browser.js';
import { HOW_TO_INSTALL } from '../test/findBrowser.js';
import { CONTENDERS, type Contender, downloaded, layOutPages } from './browserPages.js';
import { comparePixels, type PixelDifference } from './browserPixels.js';
import { describeMachine } from './machine.js';
import { median } from './measure.js';
import type { Bench } from './pages/bench.js';
import { formatColumns } from './report.js';

/**
 * Measures pages in headless Chromium: `npm run bench:browser`. What is downloaded, the time from opening the page to its first
 * translation, and translations a second, of the same model by our scripts, ONNX Runtime Web and TensorFlow.js; and how far the
 * browser's pictures are from Node's. Rounds of all contenders alternate. The server is on this machine: no network is in the times.
 */
const { values } = parseArgs({
  options: {
    /** As `pix2pix export` takes it. A U-Net with batch norm: others have no page of TensorFlow.js. */
    model: { type: 'string', default: 'demo:facades' },
    rounds: { type: 'string', default: '3' },
    /** Of translations, for each contender in each round. */
    seconds: { type: 'string', default: '5' },
    /** `software`: SwiftShader, which Chromium brings; `hardware`: the machine's. */
    gpu: { type: 'string', default: 'software' },
    /** With the headers that let pages have threads. */
    isolated: { type: 'boolean', default: false },
    out: { type: 'string', default: 'bench/results/browser.json' },
  },
});
/** A first translation in software may take long; nothing takes longer than this. */
const PATIENCE_MS = 300_000;
const HARDWARE_GPU = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--ignore-gpu-blocklist'];
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const args = values.gpu === 'hardware' ? HARDWARE_GPU : [...SOFTWARE_GPU, '--use-angle=swiftshader'];

interface Measured {
  readonly bytes: number;
  readonly firstMs: number;
  /** Absent for the playground, whose translations are started by hand. */
  readonly frameMs?: number;
  /** From Node's translation, the largest of all bytes. */
  readonly difference?: number;
}

if (browserPath === undefined) throw new Error(`there is no browser: ${HOW_TO_INSTALL}`);
const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
try {
  const input = await layOutPages(folder, values.model);
  const wanted = await translateInNode(input);
  console.error('pictures, in the browser and in Node');
  const pixels = await measurePixels();
  const measured = new Map<string, Measured[]>();
  const failures = new Map<string, string>();
  const add = (name: string, one: Measured) => measured.set(name, [...(measured.get(name) ?? []), one]);
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const contender of CONTENDERS) {
      console.error(`round ${round} of ${values.rounds}: ${contender.name}`);
      if (failures.has(contender.name)) continue;
      try {
        const one = await measure(contender, wanted);
        add(contender.name, one);
        console.error(`  ${JSON.stringify(one)}`);
      } catch (error) {
        failures.set(contender.name, (error as Error).message.split('\n')[0]);
      }
    }
    console.error(`round ${round} of ${values.rounds}: the playground`);
    for (const backend of ['webgpu', 'wasm'])
      add(`the playground, ${backend === 'wasm' ? 'WASM' : 'WebGPU'}`, await measurePlayground(backend));
  }
  console.log(tableOf(measured, failures));
  console.log(`\n${tableOfPixels(pixels)}\n`);
  const machine = { ...describeMachine(), gpu: values.gpu, isolated: values.isolated, model: values.model };
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  );
  mkdirSync('bench/results', { recursive: true });
  const raw = { measured: Object.fromEntries(measured), failures: Object.fromEntries(failures), pixels };
  writeFileSync(values.out, `${JSON.stringify({ machine, ...raw }, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function translateInNode(input: {
  data: Uint8Array;
  shape: readonly [number, number, number, number];
}) {
  await using generator = await loadGenerator(values.model, { device: 'cpu' });
  return (await generator.translate(input)).data;
}

/** Opens a page in a browser that has nothing of it yet. */
async function inPage<T>(
  page: string,
  address: string,
  use: (opened: Awaited<ReturnType<typeof openPage>>, requests: readonly string[]) => Promise<T>,
): Promise<T> {
  const server = await serve(join(folder, page), values.isolated ? ISOLATION : {});
  const opened = await openPage(`${server.url}${address}`, args);
  opened.page.setDefaultTimeout(PATIENCE_MS);
  try {
    return await use(opened, server.requests);
  } finally {
    await opened.close();
    server.close();
  }
}

function measure({ page, backend }: Contender, wanted: Uint8Array): Promise<Measured> {
  return inPage(page, `bench.html?backend=${backend}`, async ({ page: shown, errors }, requests) => {
    const isThere = await shown
      .waitForFunction('window.bench', undefined, { timeout: 20_000 })
      .catch(() => undefined);
    if (isThere === undefined) throw new Error(errors.join('; ') || 'the page has not started');
    const { milliseconds, pixels } = (await shown.evaluate('bench.first')) as Awaited<Bench['first']>;
    const bytes = downloaded(join(folder, page), requests);
    const times = (await shown.evaluate(`bench.frames(${Number(values.seconds)})`)) as number[];
    const colours = pixels.filter((_, i) => i % 4 !== 3);
    const difference = colours.reduce((most, byte, i) => Math.max(most, Math.abs(byte - wanted[i])), 0);
    return { bytes, firstMs: milliseconds, frameMs: median(times), difference };
  });
}

/** The page that people see, from its opening until the first translation is there. */
function measurePlayground(backend: string): Promise<Measured> {
  return inPage('ours', `?backend=${backend}`, async ({ page: shown }, requests) => {
    await shown.getByText(/\d ms\b/).waitFor();
    const firstMs = Number(await shown.evaluate('performance.now()'));
    return { bytes: downloaded(join(folder, 'ours'), requests), firstMs };
  });
}

function measurePixels(): Promise<PixelDifference[]> {
  return inPage('decoder', 'bench.html', async ({ page }) => {
    await page.waitForFunction('window.pixelsOf');
    return comparePixels(page);
  });
}

function tableOf(measured: ReadonlyMap<string, readonly Measured[]>, failures: ReadonlyMap<string, string>) {
  const heading = ['', 'downloaded', 'first translation', 'translations a second', 'from Node, at most'];
  const rows = [...measured].map(([name, all]) => {
    const of = (figure: 'firstMs' | 'frameMs') => all.flatMap((one) => one[figure] ?? []);
    const [first, frames] = [of('firstMs'), of('frameMs')];
    const largest = Math.max(...all.map(({ difference = 0 }) => difference));
    return [
      name,
      `${(all[0].bytes / 1e6).toFixed(2)} MB`,
      `${(median(first) / 1000).toFixed(2)} s`,
      frames.length === 0 ? '' : (1000 / median(frames)).toFixed(2),
      frames.length === 0 ? '' : `${largest}/255`,
    ];
  });
  const failed = [...failures].map(([name, message]) => [name, 'does not run here', message, '', '']);
  return formatColumns([heading, ...rows, ...failed]);
}

function tableOfPixels(pixels: readonly PixelDifference[]): string {
  const rows = pixels.map(({ what, mean, largest }) => [what, `${mean.toFixed(2)}`, `${largest}`]);
  return formatColumns([['from Node, in 255ths', 'mean', 'largest'], ...rows]);
}
