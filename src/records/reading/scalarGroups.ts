/** Scalars that are shown under one heading. */
export interface ScalarGroup {
  readonly name: string;
  readonly tags: readonly string[];
  /** Seldom of interest: shown when asked for. */
  readonly isFolded: boolean;
}

/** The groups of most interest come first; prefixes that are not named here come between `lr` and `time`. */
const FIRST = ['loss', 'val', 'lr'];
const LAST = ['time', 'data', 'hardware', 'system'];
const FOLDED = new Set(['time', 'data', 'hardware', 'system']);
const ORDER_OF_METRICS = ['G_GAN', 'G_L1', 'G_CE', 'G', 'D_real', 'D_fake', 'D', 'L1', 'PSNR', 'SSIM'];

/**
 * The arrangement of charts: tags by what stands before their first `/`, losses first, what the machine did last. Tags
 * without a prefix are a group of their own if they are alone under their name, as `lr`, otherwise `other`.
 */
export function groupScalars(tags: readonly string[]): ScalarGroup[] {
  const groups = new Map<string, string[]>();
  for (const tag of tags) {
    const slash = tag.indexOf('/');
    const name = slash > 0 ? tag.slice(0, slash) : FIRST.includes(tag) ? tag : 'other';
    groups.set(name, [...(groups.get(name) ?? []), tag]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, tags: members.sort(byMetric), isFolded: FOLDED.has(name) }))
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function rank(name: string): number {
  if (FIRST.includes(name)) return FIRST.indexOf(name);
  return LAST.includes(name) ? 100 + LAST.indexOf(name) : FIRST.length;
}

function byMetric(a: string, b: string): number {
  const place = (tag: string) => {
    const at = ORDER_OF_METRICS.indexOf(tag.slice(tag.indexOf('/') + 1));
    return at < 0 ? ORDER_OF_METRICS.length : at;
  };
  return place(a) - place(b) || (a < b ? -1 : 1);
}
