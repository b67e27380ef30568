import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import type { ImageMetrics } from '../../data/metrics/imageMetrics.js';
import { MetricMeans } from '../../data/metrics/metricMeans.js';
import { type EncodePngOptions, encodePng } from './encodePng.js';
import { type Html, html } from './html.js';
import { type Figure, figures, page } from './page.js';
import type { NamedImages } from './tracker.js';

/** File systems take names of 255 bytes; the visual's label and `.png` are part of them. */
const LONGEST_NAME = 180;

interface Result {
  readonly name: string;
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
  private readonly taken = new Set<string>();

  /**
   * @param directory where the page goes, `<results_dir>/<name>/<phase>_<epoch>`
   * @param options how pictures are saved
   */
  constructor(
    private readonly directory: string,
    private readonly title: string,
    private readonly options: EncodePngOptions = {},
  ) {}

  /**
   * Saves the first image of each batch.
   *
   * @param name the input's file name without its ending; one that was there already gets a number, so that `1.jpg`
   * and `1.png` both stay
   * @param metrics how far the output is from its target, where there is one
   */
  async add(name: string, images: NamedImages, metrics?: ImageMetrics): Promise<void> {
    const stem = this.fileStem(name);
    const pictures = await Promise.all(
      Object.entries(images).map(async ([label, batch]) => {
        const file = `${stem}_${plainFileName(label)}.png`;
        const [, height, width] = batch.shape;
        writeFileAtomic(join(this.directory, 'images', file), await encodePng(batch, 0, this.options), {
          durable: false,
        });
        return { file, label, width, height };
      }),
    );
    this.results.push({ name, pictures, metrics });
    if (metrics) this.means.add(metrics);
  }

  /** Writes the page for what was added so far and returns its path. */
  write(): string {
    const { count } = this.means.mean();
    const path = join(this.directory, 'index.html');
    const images = this.results.length === 1 ? '1 image' : `${this.results.length} images`;
    const document = page({
      title: this.title,
      summary: count > 0 ? `${images}; L1 in units of [-1, 1], PSNR in dB` : images,
      body: html`${count > 0 ? this.table() : undefined}${this.results.map(section)}`,
    });
    writeFileAtomic(path, document);
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

  private fileStem(name: string): string {
    const wanted = plainFileName(name);
    let stem = wanted;
    // compared without case, as the file systems of Windows and macOS compare
    for (let n = 2; this.taken.has(stem.toLowerCase()); n++) stem = `${wanted}-${n}`;
    this.taken.add(stem.toLowerCase());
    return stem;
  }
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

function section({ name, pictures, metrics }: Result, index: number): Html {
  const [l1, psnr, ssim] = metrics ? numbers(metrics) : [];
  return html`<section id="image-${index}">
<h2>${name}${metrics && html`<small>L1 ${l1} · PSNR ${psnr} · SSIM ${ssim}</small>`}</h2>
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
