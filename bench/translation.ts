import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { synthesizeFacades } from '../src/data/make/synthesizeFacades.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';
import { translateFiles } from '../src/inference/translateFiles.js';
import type { TranslationJob } from '../src/inference/translationJob.js';
import { peakRss } from './peakRss.js';

const program = fileURLToPath(new URL('../../bin/pix2pix.js', import.meta.url));
const SIDE = 256;
const POLL_MILLISECONDS = 200;

/** One generator, and a folder of label maps to translate. */
export class TranslationBench {
  private constructor(
    private readonly folder: string,
    private readonly run: string,
    private readonly jobs: readonly TranslationJob[],
    private readonly generator: Awaited<ReturnType<typeof loadGenerator>>,
    private readonly threads: number,
  ) {}

  static async prepare(
    folder: string,
    run: string,
    images: number,
    threads: number,
  ): Promise<TranslationBench> {
    await synthesizeFacades({ out: join(folder, 'pairs'), count: Math.max(20, images), size: SIDE });
    mkdirSync(join(folder, 'labels'));
    const pairs = readdirSync(join(folder, 'pairs', 'train')).slice(0, images);
    const jobs: TranslationJob[] = [];
    for (const name of pairs) {
      const source = join(folder, 'labels', name);
      const half = { left: SIDE, top: 0, width: SIDE, height: SIDE };
      await sharp(join(folder, 'pairs', 'train', name))
        .extract(half)
        .toFile(source);
      jobs.push({ source, name, output: join(folder, 'out', name.replace(/\.\w+$/, '.png')), format: 'png' });
    }
    const generator = await loadGenerator(run, { checkpointsDir: folder, threads });
    await translateFiles(generator, jobs.slice(0, 2));
    return new TranslationBench(folder, run, jobs, generator, threads);
  }

  /** Milliseconds an image, from file to file, where decoding and encoding overlap with the engine. */
  async folderMilliseconds(): Promise<number> {
    const start = performance.now();
    await translateFiles(this.generator, this.jobs);
    return (performance.now() - start) / this.jobs.length;
  }

  /** An image that is in memory already. */
  async bareMilliseconds(): Promise<number> {
    const image = { data: new Uint8Array(SIDE * SIDE * 3).fill(100), shape: [1, SIDE, SIDE, 3] as const };
    const start = performance.now();
    for (let i = 0; i < this.jobs.length; i++) await this.generator.translate(image);
    return (performance.now() - start) / this.jobs.length;
  }

  /** The whole command on one image. */
  async secondsToFirstResult(): Promise<number> {
    const start = performance.now();
    await this.command(this.jobs[0].source as string, 'first.png');
    return (performance.now() - start) / 1000;
  }

  /** Bytes; undefined where the system does not tell. */
  async peakOfLargeImage(side: number): Promise<number | undefined> {
    const large = join(this.folder, 'large.png');
    await sharp(this.jobs[0].source as string)
      .resize(side, side)
      .png({ compressionLevel: 1 })
      .toFile(large);
    return this.command(large, 'large_out.png', '--tile', '512', '--norm_mode', 'running');
  }

  dispose(): Promise<void> {
    return this.generator.dispose();
  }

  private command(input: string, output: string, ...more: string[]): Promise<number | undefined> {
    const model = [
      '--model',
      this.run,
      '--checkpoints_dir',
      this.folder,
      '--intra_threads',
      `${this.threads}`,
    ];
    const argv = [program, 'translate', ...model, ...more, input, join(this.folder, output)];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
    let peak: number | undefined;
    const timer = setInterval(() => {
      peak = peakRss(child.pid!) ?? peak;
    }, POLL_MILLISECONDS);
    return new Promise((resolve, reject) => {
      child.on('close', (code) => {
        clearInterval(timer);
        if (code === 0) resolve(peak);
        else reject(new Error(`pix2pix translate ended with ${code}`));
      });
    });
  }
}
