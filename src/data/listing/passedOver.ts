import { isImageName } from './imageNames.js';

/** Files that do not count as images, by the endings of their names in lower case; '' for those that have none. */
export type PassedOver = Readonly<Record<string, number>>;

/** So many endings are told apart: names that end in numbers would fill the memory. */
const MOST_ENDINGS = 100;
/** The name under which all further endings are counted. */
const OTHERS = 'others';
/** As many are named. */
const SHOWN = 5;

/** Counts the files of a folder that do not count as images. */
export class PassedOverCounter {
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    const dot = name.lastIndexOf('.');
    const ending = dot <= 0 ? '' : name.slice(dot).toLowerCase();
    const isNew = !this.counts.has(ending) && this.counts.size >= MOST_ENDINGS;
    const key = isNew ? OTHERS : ending;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  get all(): PassedOver {
    return Object.fromEntries(this.counts);
  }
}

/** Those of these names that count as images, and what the others are. */
export function imagesAmong(names: readonly string[]): { images: string[]; passedOver: PassedOver } {
  const counter = new PassedOverCounter();
  const images = names.filter((name) => {
    if (isImageName(name)) return true;
    counter.add(name);
    return false;
  });
  return { images, passedOver: counter.all };
}

/** `3 files are no images by their names and were passed over: 2 .txt, 1 without an ending`; undefined for none. */
export function inWords(passedOver: PassedOver): string | undefined {
  const endings = Object.entries(passedOver).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const total = endings.reduce((sum, [, files]) => sum + files, 0);
  if (total === 0) return undefined;
  const shown = endings.slice(0, SHOWN);
  const rest = total - shown.reduce((sum, [, files]) => sum + files, 0);
  const parts = shown.map(([ending, files]) => `${files} ${ending || 'without an ending'}`);
  if (rest > 0) parts.push(`${rest} others`);
  const what =
    total === 1
      ? '1 file is no image by its name and was'
      : `${total} files are no images by their names and were`;
  return `${what} passed over: ${parts.join(', ')}`;
}
