/**
 * The name that a mistyped word most likely meant, or undefined when none is near: at most a third of the letters may
 * be wrong. Case, dashes and underscores count as nothing, so that `--loadSize` and `--load-size` find `load_size`.
 *
 * ```
 * nearestName('lamda_L1', ['lambda_L1', 'lr']);   // 'lambda_L1'
 * ```
 */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const candidate = plain(name);
    const distance = editDistance(wanted, candidate);
    const tolerated = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (distance <= tolerated && distance < bestDistance && distance < candidate.length) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(name: string): string {
  return name.slice(0, 64).toLowerCase().replace(/[-_]/g, '');
}

/**
 * How many letters must be inserted, deleted, replaced or swapped with their neighbour to turn one word into the other
 * (optimal string alignment: Damerau 1964, Wagner and Fischer 1974).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replace, last[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
