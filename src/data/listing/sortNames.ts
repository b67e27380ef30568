/** Shorter stretches are sorted by insertion. */
const FEW = 12;
/** Bytes that are compared at once. */
const STEP = 4;

/**
 * The order of `count` byte strings, string `i` from `starts[i]` to `ends[i]`, by their bytes; a beginning of a string
 * comes before it. Equal strings keep no order.
 *
 * Three-way radix quicksort (Bentley and Sedgewick, "Fast algorithms for sorting and searching strings", 1997), with
 * four bytes of each string at hand: reads the bytes in which strings differ about once, where a comparison sort of
 * paths goes through their common beginnings again and again.
 *
 * @param bytes without zeros, as names of files are
 * @param ends by default each string ends where the next one begins
 */
export function sortNames(
  bytes: Uint8Array,
  starts: Uint32Array,
  count: number,
  ends: Uint32Array = starts.subarray(1),
): Uint32Array {
  const order = new Uint32Array(count).map((_, i) => i);
  /** Of the string at each place: the four bytes after those in which its stretch agrees, zero after its end. */
  const keys = new Uint32Array(count);

  const keyOf = (name: number, depth: number): number => {
    const at = starts[name] + depth;
    const end = ends[name];
    let key = 0;
    for (let i = at; i < at + STEP; i++) key = (key << 8) | (i < end ? bytes[i] : 0);
    return key >>> 0;
  };
  const swap = (i: number, j: number): void => {
    const name = order[i];
    const key = keys[i];
    order[i] = order[j];
    keys[i] = keys[j];
    order[j] = name;
    keys[j] = key;
  };
  const isBefore = (i: number, j: number, depth: number): boolean => {
    let a = keys[i];
    let b = keys[j];
    for (let d = depth + STEP; a === b && !hasEnded(a); d += STEP) {
      a = keyOf(order[i], d);
      b = keyOf(order[j], d);
    }
    return a < b;
  };

  let chance = 1;
  /** One of the places: whatever the order of the names was, and folders are often in one, the pivots are good. */
  const anyOf = (low: number, high: number): number => {
    chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    return low + Math.floor((chance / 2 ** 32) * (high - low));
  };

  /** Places from, places to, and the bytes in which their strings agree, three numbers a stretch. */
  const stretches = [0, count, 0];
  const load = (low: number, high: number, depth: number): void => {
    for (let i = low; i < high; i++) keys[i] = keyOf(order[i], depth);
  };
  load(0, count, 0);
  while (stretches.length > 0) {
    const depth = stretches.pop()!;
    const high = stretches.pop()!;
    const low = stretches.pop()!;
    if (high - low <= FEW) {
      for (let i = low + 1; i < high; i++) {
        for (let j = i; j > low && isBefore(j, j - 1, depth); j--) swap(j, j - 1);
      }
      continue;
    }
    const pivot = middle(keys[anyOf(low, high)], keys[anyOf(low, high)], keys[anyOf(low, high)]);
    let less = low;
    let greater = high;
    for (let i = low; i < greater; ) {
      if (keys[i] < pivot) swap(less++, i++);
      else if (keys[i] > pivot) swap(i, --greater);
      else i++;
    }
    stretches.push(low, less, depth, greater, high, depth);
    if (hasEnded(pivot)) continue; // strings that have ended alike are equal
    load(less, greater, depth + STEP);
    stretches.push(less, greater, depth + STEP);
  }
  return order;
}

function hasEnded(key: number): boolean {
  return (key & 0xff) === 0;
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
