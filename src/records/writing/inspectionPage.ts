import { join } from 'node:path';
import sharp, { type OutputInfo, type Sharp } from 'sharp';
import { counted } from '../../base/counted.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { isPicture } from '../../data/decode/isPicture.js';
import type { Counts, Examples, FolderReport, Inspection } from '../../data/inspect/inspection.js';
import { inWords } from '../../data/listing/passedOver.js';
import { pictureOfNumbers } from '../../data/raster/pictureOfNumbers.js';
import { readRaster } from '../../data/raster/readRaster.js';
import { type Html, html } from './html.js';
import { type Figure, figures, page } from './page.js';

/** Pixels of a thumbnail's longer side. */
const SIDE = 256;

/**
 * Writes a contact sheet of a data set, `index.html` with thumbnails in `images`: what its folders hold, some of their images, and
 * what is wrong with others. Returns its path.
 */
export async function writeInspection(folder: string, inspection: Inspection): Promise<string> {
  const { root, images, folders, sides, broken, notFinite, duplicates, passedOver, layout } = inspection;
  const sections: Html[] = [];
  for (const [i, report] of folders.entries())
    sections.push(section(report, await thumbnails(inspection, report, i, folder)));
  const faults = [
    list('cannot be decoded', broken),
    list('NaN or infinity', notFinite),
    list('files that are equal', duplicates),
    ...sides.flatMap(({ a, b, onlyA, onlyB, misaligned }) => [
      list(`only in ${a}`, onlyA),
      list(`only in ${b}`, onlyB),
      list(`sides that differ in size, ${a} and ${b}`, misaligned),
    ]),
  ];
  const document = page({
    title: `Data set ${root}`,
    summary: [`${counted(images, 'image')}; ${layout.found}`, layout.fix, inWords(passedOver)]
      .filter(Boolean)
      .join('. '),
    body: html`${faults}${sections}`,
  });
  const path = join(folder, 'index.html');
  writeFileAtomic(path, document);
  return path;
}

/** Of those that can be decoded. */
async function thumbnails(
  { root }: Inspection,
  { samples }: FolderReport,
  index: number,
  out: string,
): Promise<Figure[]> {
  const found: Figure[] = [];
  for (const [i, path] of samples.entries()) {
    const picture = await thumbnail(join(root, path)).catch(() => undefined); // told among those that cannot be decoded
    if (picture === undefined) continue;
    const file = `${index}_${i}.png`;
    writeFileAtomic(join(out, 'images', file), picture.data, { durable: false });
    found.push({ file, label: path, width: picture.info.width, height: picture.info.height });
  }
  return found;
}

async function thumbnail(path: string): Promise<{ data: Buffer; info: OutputInfo }> {
  const header = await sharp(path)
    .metadata()
    .catch(() => undefined);
  const image = header !== undefined && isPicture(header) ? sharp(path).rotate() : await ofNumbers(path);
  return image
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
}

async function ofNumbers(path: string): Promise<Sharp> {
  const { data, width, height, channels } = pictureOfNumbers(await readRaster(path, path));
  return sharp(data, { raw: { width, height, channels: channels as 1 | 3 } });
}

function section(
  { folder, images, formats, sizes, channels, depths }: FolderReport,
  pictures: readonly Figure[],
): Html {
  const ranges = depths.map(({ type, low, high }) =>
    type.endsWith('bits') ? `${type}, levels ${low} to ${high}` : `${type}, ${low} to ${high}`,
  );
  const facts = [told(sizes), told(channels), ...ranges, told(formats)];
  return html`<section>
<h2>${folder || 'the folder itself'}<small>${counted(images, 'image')}</small></h2>
<p>${facts.filter((fact) => fact !== '').join('; ')}</p>
${figures(pictures)}
</section>
`;
}

function told(counts: Counts): string {
  return counts.length === 1
    ? counts[0][0]
    : counts.map(([value, count]) => `${value} (${count})`).join(', ');
}

function list(title: string, { count, shown }: Examples): Html | undefined {
  if (count === 0) return undefined;
  const more = count > shown.length ? html`<li>and ${count - shown.length} more</li>` : undefined;
  return html`<section>
<h2>${title}<small>${count}</small></h2>
<ul>${shown.map((text) => html`<li>${text}</li>`)}${more}</ul>
</section>
`;
}
