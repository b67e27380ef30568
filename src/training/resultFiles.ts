import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/files/atomicFile.js';
import { makeFolder } from '../base/files/makeFolder.js';
import type { FloatImages } from '../data/batch/floatImages.js';
import type { Batch } from '../data/batch/sample.js';
import { formatsOf, type SideFormat } from '../data/batch/sideFormat.js';
import type { ImageFolder } from '../data/pair/imageFolder.js';
import { nameInFolders } from '../data/pair/nameInFolders.js';
import { encodeNumbers, type NumberFormat } from '../data/raster/encodeNumbers.js';
import { type NumberDepth, toUnits } from '../data/raster/toUnits.js';
import { roundingOf, usualDepth } from '../data/raster/usualDepth.js';
import type { TestOptions } from '../options/testOptions.js';

/** The type of pictures, whose range is that of results where none was measured. */
const PICTURE = { data: new Uint8Array() };

/**
 * Writes what comes out of a test as files of its own, `--result_format`: in the units of the training's images, each under
 * the name of its target, in the folders where that lies in the data set. Of targets that differ in their endings alone,
 * `1.jpg` and `1.png`, the second becomes `1-2`.
 */
export class ResultFiles {
  private readonly folder: string;
  private readonly format: NumberFormat;
  private readonly output: SideFormat;
  private readonly depth: NumberDepth;
  /** In lower case, as the file systems of Windows and macOS compare names. */
  private readonly taken = new Set<string>();

  /**
   * @param page the folder of the results page
   * @param folders those of the data set
   * @param say told where the format leaves little of the results
   */
  constructor(
    page: string,
    private readonly folders: readonly Pick<ImageFolder, 'folder'>[],
    private readonly opt: TestOptions & { readonly resultFormat: NumberFormat },
    say: (text: string) => void,
  ) {
    this.folder = join(page, 'results');
    this.format = opt.resultFormat;
    this.output = formatsOf(opt).output;
    this.depth = usualDepth(this.format, this.output);
    const rounding = roundingOf(this.output, this.depth);
    if (rounding !== undefined) say(`warning: ${rounding}; --result_format tiff and npy keep fractions`);
  }

  /** @param made f32[1, C, H, W] in -1 ... 1 */
  add(made: FloatImages, { APaths, BPaths }: Batch): void {
    const { output: format, depth } = this;
    const raster = toUnits(made, { format, input: PICTURE, palette: this.opt.labelPalette, depth });
    const [target] = this.opt.direction === 'AtoB' ? BPaths : APaths;
    const path = join(this.folder, `${this.freeName(target)}.${this.format}`);
    makeFolder(dirname(path));
    writeFileAtomic(path, encodeNumbers(raster, this.format), { durable: false });
  }

  private freeName(target: string): string {
    const wanted = nameInFolders(target, this.folders);
    let name = wanted;
    for (let n = 2; this.taken.has(name.toLowerCase()); n++) name = `${wanted}-${n}`;
    this.taken.add(name.toLowerCase());
    return name;
  }
}
