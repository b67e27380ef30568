import { Pix2PixError } from '../../src/base/errors/pix2pixError.js';
import type { FileStore } from './fileStore.js';
import { imagesOf, type NamedFile, type PairPlan } from './pairSource.js';

// The images of a run, so that it goes on after the tab was closed: copies, since a page may not look into the folder again.

const PLAN = 'data.json';
const PREFIX = 'data.';

/** As it is stored; files are numbered. */
type StoredPlan =
  | Extract<PairPlan, { kind: 'facades' }>
  | { readonly kind: 'side by side'; readonly files: readonly string[] }
  | { readonly kind: 'two folders'; readonly A: readonly string[]; readonly B: readonly string[] };

/**
 * Keeps the images among files, in place of those that were kept.
 * @throws NoRoom: none are kept then; and what reading them throws
 */
export async function keepData(store: FileStore, plan: PairPlan): Promise<void> {
  await forgetData(store);
  try {
    let count = 0;
    const keep = async (files: readonly NamedFile[]) => {
      const images = imagesOf(files);
      for (const { file } of images) {
        await store.write(`${PREFIX}${count++}`, new Uint8Array(await file.arrayBuffer()));
      }
      return images.map(({ name }) => name);
    };
    let stored: StoredPlan;
    if (plan.kind === 'facades') stored = plan;
    else if (plan.kind === 'side by side') stored = { kind: plan.kind, files: await keep(plan.files) };
    else stored = { kind: plan.kind, A: await keep(plan.A), B: await keep(plan.B) };
    await store.write(PLAN, new TextEncoder().encode(JSON.stringify(stored)));
  } catch (error) {
    await forgetData(store);
    throw error;
  }
}

/** Removes the images of a run. */
export async function forgetData(store: FileStore): Promise<void> {
  for (const name of await store.names()) if (name.startsWith(PREFIX)) await store.remove(name);
}

/** @throws Pix2PixError when they were not kept */
export async function keptData(store: FileStore): Promise<PairPlan> {
  if (!(await store.names()).includes(PLAN)) {
    throw new Pix2PixError('the images of this run are not in the browser', {}, 'choose them again');
  }
  const stored = JSON.parse(new TextDecoder().decode(await store.read(PLAN))) as StoredPlan;
  let count = 0;
  const files = async (names: readonly string[]) => {
    const found: NamedFile[] = [];
    for (const name of names) found.push({ name, file: await store.open(`${PREFIX}${count++}`) });
    return found;
  };
  if (stored.kind === 'facades') return stored;
  if (stored.kind === 'side by side') return { kind: stored.kind, files: await files(stored.files) };
  return { kind: stored.kind, A: await files(stored.A), B: await files(stored.B) };
}
