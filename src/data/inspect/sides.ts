import { posix } from 'node:path';
import { type PathList, pathAt } from '../listing/pathList.js';
import type { KeptFacts } from './imageFacts.js';
import type { SidesReport } from './inspection.js';
import { examplesOf } from './tally.js';

/**
 * Folders whose images are the two sides of pairs, by how they are called: `trainA` and `trainB`, `train_A` and `train_B`,
 * `A/train` and `B/train`, `A` and `B`.
 *
 * @param folders places of their images
 */
export function matchSides(
  images: PathList,
  folders: ReadonlyMap<string, readonly number[]>,
  kept: KeptFacts,
): SidesReport[] {
  return [...folders.keys()].flatMap((a) => {
    const b = otherSide(a).find((name) => folders.has(name));
    return b === undefined ? [] : [report(a, b)];
  });

  function report(a: string, b: string): SidesReport {
    const [sideA, sideB] = [a, b].map((folder) => byName(images, folders.get(folder)!));
    const both = [...sideA].flatMap(([name, i]) => {
      const j = sideB.get(name);
      return j === undefined ? [] : [[name, i, j] as const];
    });
    const without = (side: Map<string, number>, other: Map<string, number>) =>
      examplesOf([...side.keys()].filter((name) => !other.has(name)));
    const size = (i: number) => `${kept.widths[i]} × ${kept.heights[i]}`;
    const differ = both.filter(([, i, j]) => kept.widths[i] * kept.widths[j] > 0 && size(i) !== size(j));
    return {
      ...{ a, b, pairs: both.length },
      onlyA: without(sideA, sideB),
      onlyB: without(sideB, sideA),
      misaligned: examplesOf(differ.map(([name, i, j]) => `${name}: ${size(i)}, ${size(j)}`)),
    };
  }
}

/** What the folder of B may be called, where this one is that of A; nothing where it is none. */
function otherSide(folder: string): string[] {
  const { dir, base } = posix.parse(folder);
  const beside = /^(.*[a-z_. -])?([Aa])$/.exec(base);
  const found =
    beside === null ? [] : [posix.join(dir, `${beside[1] ?? ''}${beside[2] === 'A' ? 'B' : 'b'}`)];
  const inside = /^([Aa])\/(.+)$/.exec(folder);
  return inside === null ? found : [...found, `${inside[1] === 'A' ? 'B' : 'b'}/${inside[2]}`];
}

function byName(images: PathList, places: readonly number[]): Map<string, number> {
  return new Map(places.map((i) => [posix.parse(pathAt(images, i)).name, i]));
}
