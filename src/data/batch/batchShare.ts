/** Which of several processes one is, that share the images of every step. */
export interface Place {
  /** 0 ... size - 1 */
  readonly rank: number;
  readonly size: number;
}

/** A process that has all images for itself. */
export const ALONE: Place = { rank: 0, size: 1 };

/** How a step's images are shared out. */
export interface Sharing extends Place {
  /** Images of all processes that are computed at a time; a step may be several of these (`--accumulate`). */
  readonly together: number;
}

/** The part of one process in images that all compute together. Places are counted from the step's first image. */
export interface SharedPart {
  /** All images that are computed together. */
  readonly images: number;
  /** Place of their first. */
  readonly start: number;
  /** Place of this process's first, and how many it has. */
  readonly first: number;
  readonly count: number;
  /** How much of all it is: 0 for a process that has none, and computes the first image in order to take part. */
  readonly share: number;
}

/**
 * The parts of one process in the images of a step, in order. Each is as large as any other process's or one image
 * smaller, and together they have every image once. The first process always has some.
 *
 * @param images of the whole step, at least 1
 */
export function sharedParts(images: number, { rank, size, together }: Sharing): SharedPart[] {
  return Array.from({ length: Math.ceil(images / together) }, (_, i) => {
    const start = i * together;
    const count = Math.min(together, images - start);
    const [from, to] = [rank, rank + 1].map((r) => Math.ceil((r * count) / size));
    const part = { images: count, start, first: start + from, count: to - from, share: (to - from) / count };
    return part.count > 0 ? part : { ...part, first: start, count: 1 };
  });
}

/** The first of each list, then the second of each, and so on: images in the order in which they were shared out. */
export function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
