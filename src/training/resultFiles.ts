import { join, parse } from 'node:path';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { makeFolder } from '../base/files/makeFolder.js';
import type { FloatImages } from '../data/batch/floatImages.js';
import type { Batch } from '../data/batch/sample.js';
import { formatsOf } from '../data/batch/sideFormat.js';
import { encodeNumbers, type NumberFormat } from '../data/raster/encodeNumbers.js';
import { toUnits } from '../data/raster/toUnits.js';
import { usualDepth } from '../data/raster/usualDepth.js';
import type { TestOptions } from '../options/testOptions.js';

/** The type of pictures, whose range is that of results where none was measured. */
const PICTURE = new Uint8Array();

/**
 * Writes what comes out of a test as files of its own, `--result_format`: in the units of the training's images, each under
 * the name of its target.
 */
export class ResultFiles {
  private readonly folder: string;
  private readonly format: NumberFormat;

  /** @param page the folder of the results page */
  constructor(
    page: string,
    private readonly opt: TestOptions & { readonly resultFormat: NumberFormat },
  ) {
    this.folder = join(page, 'results');
    this.format = opt.resultFormat;
    makeFolder(this.folder);
  }

  /** @param made f32[1, C, H, W] in -1 ... 1 */
  add(made: FloatImages, { APaths, BPaths }: Batch): void {
    const { output } = formatsOf(this.opt);
    const depth = usualDepth(this.format, output);
    const raster = toUnits(made, { format: output, input: PICTURE, palette: this.opt.labelPalette, depth });
    const [target] = this.opt.direction === 'AtoB' ? BPaths : APaths;
    writeFileAtomic(
      join(this.folder, `${parse(target).name}.${this.format}`),
      encodeNumbers(raster, this.format),
      {
        durable: false,
      },
    );
  }
}
