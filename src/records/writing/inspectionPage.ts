import { join } from 'node:path';
import sharp from 'sharp';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import type { Counts, Examples, FolderReport, Inspection } from '../../data/inspect/inspection.js';
import { inWords } from '../../data/listing/passedOver.js';
import { type Html, html } from './html.js';
import { type Figure, figures, page } from './page.js';

/** Pixels of a thumbnail's longer side. */
const SIDE = 256;

/**
 * Writes a contact sheet of a data set, `index.html` with thumbnails in `images`: what its folders hold, some of their images, and
 * what is wrong with others. Returns its path.
 */
export async function writeInspection(folder: string, inspection: Inspection): Promise<string> {
  const { root, images, folders, sides, broken, duplicates, passedOver, layout } = inspection;
  const sections: Html[] = [];
  for (const [i, report] of folders.entries())
    sections.push(section(report, await thumbnails(inspection, report, i, folder)));
  const faults = [
    list('cannot be decoded', broken),
    list('files that are equal', duplicates),
    ...sides.flatMap(({ a, b, onlyA, onlyB, misaligned }) => [
      list(`only in ${a}`, onlyA),
      list(`only in ${b}`, onlyB),
      list(`sides that differ in size, ${a} and ${b}`, misaligned),
    ]),
  ];
  const document = page({
    title: `Data set ${root}`,
    summary: [`${images} images; ${layout.found}`, layout.fix, inWords(passedOver)]
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
    const picture = await sharp(join(root, path))
      .rotate()
      .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      .png()
      .toBuffer({ resolveWithObject: true })
      .catch(() => undefined); // told among those that cannot be decoded, or of a format that libvips does not read
    if (picture === undefined) continue;
    const file = `${index}_${i}.png`;
    writeFileAtomic(join(out, 'images', file), picture.data, { durable: false });
    found.push({ file, label: path, width: picture.info.width, height: picture.info.height });
  }
  return found;
}

function section(
  { folder, images, formats, sizes, channels, depths }: FolderReport,
  pictures: readonly Figure[],
): Html {
  const ranges = depths.map(({ bits, low, high }) => `${bits} bits, levels ${low} to ${high}`);
  const facts = [told(sizes), `channels: ${told(channels)}`, ...ranges, told(formats)];
  return html`<section>
<h2>${folder || 'the folder itself'}<small>${images} images</small></h2>
<p>${facts.join('; ')}</p>
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
