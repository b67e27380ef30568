import type { PathList } from './listing/pathList.js';
import { sortNames } from './listing/sortNames.js';

/** The partner in B of each name of A, by their places in the lists; and the places of names that have none. */
export interface NameMatch {
  readonly partners: Uint32Array<SharedArrayBuffer>;
  readonly aloneA: readonly number[];
  readonly aloneB: readonly number[];
}

const DOT = '.'.charCodeAt(0);

/**
 * Finds partners: equal names, and of the others those with equal stems (`1.jpg` and `1.png`). A name of B is given
 * once, and not at all where another one of the same stem could be meant as well.
 */
export function matchNames(a: PathList, b: PathList): NameMatch {
  const partners = new Uint32Array(new SharedArrayBuffer(4 * a.length));
  const [restA, restB, aloneA, aloneB]: number[][] = [[], [], [], []];
  const all = ({ length }: PathList) => new Uint32Array(length).map((_, i) => i);
  for (const [i, j] of merged(
    { list: a, places: all(a), end: nameEnd },
    { list: b, places: all(b), end: nameEnd },
  )) {
    if (i.length > 0 && j.length > 0) partners[i[0]] = j[0];
    else {
      restA.push(...i);
      restB.push(...j);
    }
  }
  for (const [i, j] of merged(byStem(a, restA), byStem(b, restB))) {
    if (j.length === 1 && i.length > 0) partners[i[0]] = j[0];
    else aloneB.push(...j);
    aloneA.push(...(j.length === 1 ? i.slice(1) : i));
  }
  const ascending = (places: number[]) => places.sort((x, y) => x - y);
  return { partners, aloneA: ascending(aloneA), aloneB: ascending(aloneB) };
}

/** Names of a list in an order of their own, each up to its `end`. */
interface Sorted {
  readonly list: PathList;
  readonly places: Uint32Array;
  readonly end: (list: PathList, place: number) => number;
}

function byStem(list: PathList, places: readonly number[]): Sorted {
  const starts = Uint32Array.from(places, (place) => list.offsets[place]);
  const ends = Uint32Array.from(places, (place) => stemEnd(list, place));
  const order = sortNames(list.bytes, starts, places.length, ends);
  return { list, places: order.map((i) => places[i]), end: stemEnd };
}

function nameEnd({ offsets }: PathList, place: number): number {
  return offsets[place + 1];
}

/** Where a name's extension begins. */
function stemEnd({ bytes, offsets }: PathList, place: number): number {
  return bytes.subarray(offsets[place], offsets[place + 1]).lastIndexOf(DOT) + offsets[place];
}

/** Goes through both in their order: at each step the places, in both, of all that are equal and come next. */
function* merged(a: Sorted, b: Sorted): Generator<[a: number[], b: number[]], void, void> {
  let [i, j] = [0, 0];
  while (i < a.places.length || j < b.places.length) {
    const order = i === a.places.length ? 1 : j === b.places.length ? -1 : Buffer.compare(at(a, i), at(b, j));
    const [groupA, groupB] = [order <= 0 ? groupAt(a, i) : [], order >= 0 ? groupAt(b, j) : []];
    i += groupA.length;
    j += groupB.length;
    yield [groupA, groupB];
  }
}

/** The places of all names that are equal to the one at `first` of the order. */
function groupAt(sorted: Sorted, first: number): number[] {
  let after = first + 1;
  while (after < sorted.places.length && Buffer.compare(at(sorted, first), at(sorted, after)) === 0) after++;
  return [...sorted.places.subarray(first, after)].sort((x, y) => x - y);
}

function at({ list, places, end }: Sorted, index: number): Uint8Array {
  return list.bytes.subarray(list.offsets[places[index]], end(list, places[index]));
}
