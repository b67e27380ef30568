import { type PathList, pathAt } from '../listing/pathList.js';
import type { KeptFacts } from './imageFacts.js';
import type { Examples } from './inspection.js';
import { examplesOf } from './tally.js';

/** Files that are equal, each with the first one that it equals: places are sorted by hash, so that no table is needed. */
export function findDuplicates(images: PathList, { hashes, widths }: KeptFacts): Examples {
  const order = new Uint32Array(images.length)
    .map((_, i) => i)
    .sort((a, b) => (hashes[a] < hashes[b] ? -1 : hashes[a] > hashes[b] ? 1 : a - b));
  const equal: [first: number, second: number][] = [];
  let first = order[0];
  for (const place of order.subarray(1)) {
    if (hashes[place] === hashes[first] && widths[place] > 0) equal.push([first, place]);
    else first = place;
  }
  const { count, shown } = examplesOf(equal.sort(([a, x], [b, y]) => a - b || x - y));
  return { count, shown: shown.map(([a, b]) => `${pathAt(images, a)} = ${pathAt(images, b)}`) };
}
