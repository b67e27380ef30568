import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { makeFolder } from '../../base/files/makeFolder.js';
import { encodePng } from './encodePng.js';
import { type Html, html } from './html.js';
import { type Figure, figures, page } from './page.js';
import type { NamedImages, TrackPoint } from './tracker.js';

/** A visual's name is part of a file's name, and so a plain word. */
const PICTURE = /^epoch(\d{3,})_([\w.-]+)\.png$/;

/**
 * The page that shows a run's progress: `web/index.html` in the run's folder, with `web/images/epoch001_real_A.png` as
 * in the reference. Newest epoch first; within an epoch later images replace earlier ones. Epochs of earlier
 * sessions stay. The page loads itself again while training lasts.
 */
export class Gallery {
  private readonly webDirectory: string;
  private readonly imageDirectory: string;
  /** Visuals as the model orders them, with their size in pixels. */
  private readonly visuals = new Map<string, { width: number; height: number }>();
  private latest: TrackPoint | undefined;

  /**
   * @param directory the run's folder
   * @param name the experiment's name, for the title
   * @param refreshSeconds how often the page loads itself again
   */
  constructor(
    directory: string,
    private readonly name: string,
    private readonly refreshSeconds = 10,
  ) {
    this.webDirectory = join(directory, 'web');
    this.imageDirectory = join(this.webDirectory, 'images');
  }

  /** Saves the first image of each batch as the epoch's and writes the page anew. */
  async images(at: TrackPoint, images: NamedImages): Promise<void> {
    const epoch = String(at.epoch).padStart(3, '0');
    for (const [visual, batch] of Object.entries(images)) {
      const label = visual.replace(/[^\w.-]/g, '_');
      const [, height, width] = batch.shape;
      this.visuals.set(label, { width, height });
      writeFileAtomic(join(this.imageDirectory, `epoch${epoch}_${label}.png`), await encodePng(batch), {
        durable: false,
      });
    }
    this.latest = at;
    this.write(this.refreshSeconds);
  }

  /** Writes the page a last time, without the reloading. */
  close(): void {
    if (this.latest) this.write(undefined);
  }

  private write(refreshSeconds: number | undefined): void {
    const { epoch, step } = this.latest!;
    const state = refreshSeconds === undefined ? 'training has ended' : `reloads every ${refreshSeconds} s`;
    const document = page({
      title: `Experiment name = ${this.name}`,
      summary: `epoch ${epoch}, ${step} images seen; ${state}`,
      refreshSeconds,
      body: html`${this.epochs().map(epochSection)}`,
    });
    writeFileAtomic(join(this.webDirectory, 'index.html'), document);
  }

  /** The images in the folder up to this epoch, newest first: later ones belong to an earlier run of the same name. */
  private epochs(): [epoch: number, pictures: Figure[]][] {
    makeFolder(this.imageDirectory);
    const epochs = new Map<number, Figure[]>();
    for (const file of readdirSync(this.imageDirectory).sort()) {
      const [, number, label] = PICTURE.exec(file) ?? [];
      const epoch = Number(number);
      if (number === undefined || epoch > this.latest!.epoch) continue;
      if (!epochs.has(epoch)) epochs.set(epoch, []);
      epochs.get(epoch)!.push({ file, label, ...this.visuals.get(label) });
    }
    const order = [...this.visuals.keys()];
    const place = ({ label }: Figure) => (order.includes(label) ? order.indexOf(label) : order.length);
    for (const pictures of epochs.values()) pictures.sort((a, b) => place(a) - place(b));
    return [...epochs].sort(([a], [b]) => b - a);
  }
}

function epochSection([epoch, pictures]: [epoch: number, pictures: Figure[]]): Html {
  return html`<section>
<h2>epoch [${epoch}]</h2>
${figures(pictures)}
</section>
`;
}
