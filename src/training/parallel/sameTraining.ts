import { productVersion } from '../../base/product.js';
import { type Fingerprint, fingerprint } from '../../data/fingerprint.js';
import type { ImageFolder } from '../../data/pair/imageFolder.js';
import { camelCase } from '../../options/spec.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { type Ranks, SharedFailure } from './ranks.js';

/** Options of the machine that a rank runs on, or of what a person sees: each rank may have its own. */
const OWN_OPTIONS = [
  ...['intra_threads', 'num_threads', 'memory_limit', 'gpu'],
  ...['verbose', 'quiet', 'json', 'dashboard'],
];

/**
 * Makes sure that all ranks were started with the same program and options.
 * @throws SharedFailure naming the first rank that differs from rank 0, and what differs
 */
export function requireSameStart(ranks: Ranks, given: TrainOptions): void {
  const values = given as unknown as Readonly<Record<string, unknown>>;
  const flags = given.given.filter((flag) => !OWN_OPTIONS.includes(flag));
  const options = flags.map((flag) => [`--${flag}`, String(values[camelCase(flag)])]);
  requireSame(
    ranks,
    { 'pix2pix-ts': productVersion, ...Object.fromEntries(options) },
    {
      summary: 'the ranks of this training were not started alike',
      fix: 'start all by one mpirun, with one command line and one version of the program',
    },
  );
}

/**
 * Makes sure that all ranks find the same images.
 * @throws SharedFailure as `requireSameStart`
 */
export async function requireSameData(ranks: Ranks, folders: readonly ImageFolder[]): Promise<void> {
  const { hash, of }: Fingerprint = await fingerprint(folders);
  requireSame(
    ranks,
    { images: `${of} (${hash.slice(0, 12)})` },
    {
      summary: 'the ranks of this training do not find the same images',
      fix: 'give every machine the same files under --dataroot, on a shared file system or as copies',
    },
  );
}

type Facts = Readonly<Record<string, string>>;

function requireSame(ranks: Ranks, own: Facts, { summary, fix }: { summary: string; fix: string }): void {
  const [first, ...others] = ranks.gather(own);
  for (const [i, other] of others.entries()) {
    const names = [...new Set([...Object.keys(first), ...Object.keys(other)])];
    const name = names.find((name) => first[name] !== other[name]);
    if (name === undefined) continue;
    const [ofFirst, ofOther] = [first, other].map((facts) => `${name} ${facts[name] ?? 'not given'}`);
    throw new SharedFailure(summary, { 'rank 0': ofFirst, [`rank ${i + 1}`]: ofOther }, fix);
  }
}
