import type { PathList } from '../listing/pathList.js';
import { sortNames } from '../listing/sortNames.js';
import { type ByteStrings, composedNames } from './composedNames.js';

/** The partner in B of each name of A, by their places in the lists; and the places of names that have none. */
export interface NameMatch {
  readonly partners: Uint32Array<SharedArrayBuffer>;
  readonly aloneA: readonly number[];
  readonly aloneB: readonly number[];
}

const DOT = '.'.charCodeAt(0);

/**
 * Finds partners: equal names, and of the others those with equal stems (`1.jpg` and `1.png`). A name of B is given
 * once, and not at all where another one of the same stem could be meant as well. Names are equal when they are so in
 * Unicode's form NFC.
 *
 * Goes through both lists in step: as bytes in order they need no table of strings.
 */
export function matchNames(a: PathList, b: PathList): NameMatch {
  const partners = new Uint32Array(new SharedArrayBuffer(4 * a.length));
  const exact = matchEqual(inOrder(a), inOrder(b), partners);
  const [composedA, composedB] = [composedNames(a), composedNames(b)];
  const rest = matchEqual(byName(composedA, exact.a), byName(composedB, exact.b), partners);
  return { partners, ...matchStems(byStem(composedA, rest.a), byStem(composedB, rest.b), partners) };
}

/** Texts in order: text `i` is the bytes from `starts[i]` to `ends[i]`, and belongs to the name at `places[i]`. */
interface Texts {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly places: Uint32Array;
}

/** All names of a list, which is in order. */
function inOrder({ length, bytes, offsets }: PathList): Texts {
  const places = new Uint32Array(length).map((_, i) => i);
  return { length, bytes, starts: offsets, ends: offsets.subarray(1), places };
}

function byName({ bytes, offsets }: ByteStrings, places: readonly number[]): Texts {
  const starts = Uint32Array.from(places, (place) => offsets[place]);
  const ends = Uint32Array.from(places, (place) => offsets[place + 1]);
  return sorted(bytes, starts, ends, places);
}

function byStem({ bytes, offsets }: ByteStrings, places: readonly number[]): Texts {
  const starts = Uint32Array.from(places, (place) => offsets[place]);
  const ends = Uint32Array.from(places, (place) => stemEnd(bytes, offsets[place], offsets[place + 1]));
  return sorted(bytes, starts, ends, places);
}

function sorted(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array, places: readonly number[]): Texts {
  const { length } = places;
  const order = sortNames(bytes, starts, length, ends);
  const [startsInOrder, endsInOrder] = [starts, ends].map((of) => order.map((i) => of[i]));
  return { length, bytes, starts: startsInOrder, ends: endsInOrder, places: order.map((i) => places[i]) };
}

/** Where the extension of the name between `start` and `end` begins. */
function stemEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at > start && bytes[at] !== DOT) at--;
  return at;
}

/** Notes the partners of equal names. Returns the places of all others. */
function matchEqual(a: Texts, b: Texts, partners: Uint32Array): { a: number[]; b: number[] } {
  const rest = { a: [] as number[], b: [] as number[] };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const order = compareNext(a, i, b, j);
    if (order === 0) partners[a.places[i++]] = b.places[j++];
    else if (order < 0) rest.a.push(a.places[i++]);
    else rest.b.push(b.places[j++]);
  }
  return rest;
}

/** Notes the partners of equal stems. Returns the places of names that have none. */
function matchStems(a: Texts, b: Texts, partners: Uint32Array): Pick<NameMatch, 'aloneA' | 'aloneB'> {
  const [aloneA, aloneB]: number[][] = [[], []];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const order = compareNext(a, i, b, j);
    const ofA = order <= 0 ? placesOfEqual(a, i) : [];
    const ofB = order >= 0 ? placesOfEqual(b, j) : [];
    i += ofA.length;
    j += ofB.length;
    if (ofB.length === 1 && ofA.length > 0) partners[ofA.shift()!] = ofB.shift()!;
    aloneA.push(...ofA);
    aloneB.push(...ofB);
  }
  const ascending = (places: number[]) => places.sort((x, y) => x - y);
  return { aloneA: ascending(aloneA), aloneB: ascending(aloneB) };
}

/** The places, ascending, of all texts that are equal to text `i`, the first of them. */
function placesOfEqual(texts: Texts, i: number): number[] {
  const places = [texts.places[i]];
  for (let next = i + 1; next < texts.length && compare(texts, i, texts, next) === 0; next++) {
    places.push(texts.places[next]);
  }
  return places.sort((x, y) => x - y);
}

/** Compares the next names of two lists: below zero is text `i` of `a`, above zero text `j` of `b`, zero both. */
function compareNext(a: Texts, i: number, b: Texts, j: number): number {
  if (i === a.length) return 1;
  return j === b.length ? -1 : compare(a, i, b, j);
}

function compare(a: Texts, i: number, b: Texts, j: number): number {
  const [lengthA, lengthB] = [a.ends[i] - a.starts[i], b.ends[j] - b.starts[j]];
  for (let k = 0; k < lengthA && k < lengthB; k++) {
    const difference = a.bytes[a.starts[i] + k] - b.bytes[b.starts[j] + k];
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}
