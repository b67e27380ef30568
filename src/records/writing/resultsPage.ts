import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { counted } from '../../base/counted.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import type { ImageMetrics } from '../../data/metrics/imageMetrics.js';
import { MetricMeans } from '../../data/metrics/metricMeans.js';
import { type EncodePngOptions, encodePng } from './encodePng.js';
import { type Html, html } from './html.js';
import { type Figure, figures, page } from './page.js';
import type { NamedImages } from './tracker.js';

/** File systems take names of 255 bytes; the visual's label and `.png` are part of them. */
const LONGEST_NAME = 180;

/** How pictures are saved, and with which model they were made. */
export interface ResultsPageOptions extends EncodePngOptions {
  /** `--model`, for whoever asks `modelOfPage`. */
  readonly model?: string;
}

/** The other image of a sample, of models that translate in both directions: some pictures are of it. */
export interface OtherImage {
  /** As that of the input. */
  readonly name: string;
  /** The pictures that are named after it. */
  readonly labels: readonly string[];
}

interface Result {
  readonly name: string;
  readonly other?: string;
  readonly pictures: readonly Figure[];
  readonly metrics?: ImageMetrics;
}

/**
 * The page that `pix2pix test` writes: `index.html` with a table of metrics and all pictures, which lie beside it as
 * `images/<name>_<visual>.png`. Pictures are written as they come; the page when `write` is called.
 *
 * ```
 * const results = new ResultsPage('results/facades/test_latest', 'Experiment = facades, Phase = test, Epoch = latest');
 * await results.add('1', { real_A, fake_B, real_B }, metrics);
 * console.log(results.write());
 * ```
 */
export class ResultsPage {
  private readonly results: Result[] = [];
  private readonly means = new MetricMeans();
  private readonly taken = { input: new Set<string>(), other: new Set<string>() };

  /**
   * @param directory where the page goes, `<results_dir>/<name>/<phase>_<epoch>`
   */
  constructor(
    private readonly directory: string,
    private readonly title: string,
    private readonly options: ResultsPageOptions = {},
  ) {}

  /**
   * Saves the first image of each batch.
   *
   * @param name the input's file name without its ending; one that was there already gets a number, so that `1.jpg`
   * and `1.png` both stay
   * @param metrics how far the output is from its target, where there is one
   */
  async add(name: string, images: NamedImages, metrics?: ImageMetrics, other?: OtherImage): Promise<void> {
    const stem = fileStem(name, this.taken.input);
    const otherStem = other && fileStem(other.name, this.taken.other);
    const pictures = await Promise.all(
      Object.entries(images).map(async ([label, batch]) => {
        const isOther = other?.labels.includes(label);
        const file = `${isOther ? otherStem : stem}_${plainFileName(label)}.png`;
        const [, height, width] = batch.shape;
        writeFileAtomic(join(this.directory, 'images', file), await encodePng(batch, 0, this.options), {
          durable: false,
        });
        return { file, label, width, height };
      }),
    );
    this.results.push({ name, other: other?.name, pictures, metrics });
    if (metrics) this.means.add(metrics);
  }

  /** Writes the page for what was added so far, removes the pictures of the page that it replaces, and returns its path. */
  write(): string {
    const { count } = this.means.mean();
    const path = join(this.directory, 'index.html');
    const before = picturesOf(path);
    const images = counted(this.results.length, 'image');
    const document = page({
      title: this.title,
      model: this.options.model,
      summary: count > 0 ? `${images}; L1 in units of [-1, 1], PSNR in dB` : images,
      body: html`${count > 0 ? this.table() : undefined}${this.results.map(section)}`,
    });
    writeFileAtomic(path, document);
    const kept = new Set(
      this.results.flatMap(({ pictures }) => pictures.map(({ file }) => file.toLowerCase())),
    );
    for (const file of before)
      if (!kept.has(file.toLowerCase())) rmSync(join(this.directory, 'images', file), { force: true });
    return path;
  }

  private table(): Html {
    const mean = this.means.mean();
    const equal = mean.identical > 0 ? ` (PSNR without ${mean.identical} equal to their targets)` : '';
    return html`<div class="table" tabindex="0"><table>
<thead><tr><th>image</th><th>L1</th><th>PSNR</th><th>SSIM</th></tr>
<tr><th>mean of ${mean.count}${equal}</th>${numbers(mean).map((text) => html`<th>${text}</th>`)}</tr></thead>
<tbody>${this.results.map(row)}</tbody>
</table></div>
`;
  }
}

function fileStem(name: string, taken: Set<string>): string {
  const wanted = plainFileName(name);
  let stem = wanted;
  // compared without case, as the file systems of Windows and macOS compare
  for (let n = 2; taken.has(stem.toLowerCase()); n++) stem = `${wanted}-${n}`;
  taken.add(stem.toLowerCase());
  return stem;
}

/** The pictures that a page shows, by their file names in `images`; none where there is no page yet. */
function picturesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const links = readFileSync(path, 'utf8').matchAll(/<img src="images\/((?:[\w.~-]|%[0-9a-f]{2})+\.png)"/gi);
  return [...links].flatMap(([, address]) => {
    try {
      return basename(decodeURIComponent(address));
    } catch {
      return []; // no address of ours
    }
  });
}

/** The model that the page in a folder was made with, '' where it does not say, undefined where there is no page. */
export function modelOfPage(directory: string): string | undefined {
  const path = join(directory, 'index.html');
  if (!existsSync(path)) return undefined;
  return /<meta name="model" content="(\w*)">/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
}

/** The name with what no file system takes replaced, and shortened where it is too long to have a label added. */
function plainFileName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const plain = name.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, '_').replace(/^\.+/, '_');
  if (Buffer.byteLength(plain) <= LONGEST_NAME) return plain;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  const start = new TextDecoder()
    .decode(Buffer.from(plain).subarray(0, LONGEST_NAME - 13))
    .replace(/\ufffd$/, '');
  return `${start}-${digest}`;
}

function section({ name, other, pictures, metrics }: Result, index: number): Html {
  const [l1, psnr, ssim] = metrics ? numbers(metrics) : [];
  const both = other === undefined || other === name ? name : `${name}, ${other}`;
  return html`<section id="image-${index}">
<h2>${both}${metrics && html`<small>L1 ${l1} · PSNR ${psnr} · SSIM ${ssim}</small>`}</h2>
${figures(pictures)}
</section>
`;
}

function row({ name, metrics }: Result, index: number): Html {
  const cells = metrics ? numbers(metrics) : ['', '', ''];
  return html`<tr><td><a href="#image-${index}">${name}</a></td>${cells.map((text) => html`<td>${text}</td>`)}</tr>
`;
}

function numbers({ l1, psnr, ssim }: ImageMetrics): string[] {
  return [
    l1.toFixed(4),
    Number.isFinite(psnr) ? psnr.toFixed(2) : '∞',
    Number.isNaN(ssim) ? '–' : ssim.toFixed(4),
  ];
}
