import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { readSmallFile, requireNoLinks } from './openRegular.js';

/** The file in the log directory that holds the views of its dashboard. */
const VIEWS_FILE = '.pix2pix-views.json';

const MAX_BYTES = 1 << 20;
const MAX_VIEWS = 100;
const MAX_NAME = 100;
/** Characters of one view's settings. */
const MAX_SETTINGS = 20_000;

/** Settings of the dashboard's page under a name: which runs are shown, and how. What they are, the page knows. */
export interface SavedView {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The views of a log directory, in the order of their names. @throws Error where the file holds something else */
export async function readViews(logDirectory: string): Promise<readonly SavedView[]> {
  const text = await readSmallFile(join(logDirectory, VIEWS_FILE), MAX_BYTES);
  if (text === undefined) return [];
  const views: unknown = JSON.parse(text);
  if (!Array.isArray(views)) throw new Error(`${VIEWS_FILE} holds no views`);
  return views.map(parseView);
}

/**
 * Keeps a view, in place of one of its name.
 * @throws Pix2PixError where it is none, there are too many, or the file cannot be written
 */
export async function saveView(logDirectory: string, view: unknown): Promise<readonly SavedView[]> {
  const added = parseView(view);
  const others = (await readViews(logDirectory)).filter(({ name }) => name !== added.name);
  if (others.length >= MAX_VIEWS)
    throw new Pix2PixError('there are too many views', { limit: MAX_VIEWS }, 'delete some');
  return write(logDirectory, [...others, added]);
}

/** Forgets the view of a name. Throws as above. */
export async function deleteView(logDirectory: string, name: unknown): Promise<readonly SavedView[]> {
  return write(
    logDirectory,
    (await readViews(logDirectory)).filter((view) => view.name !== name),
  );
}

async function write(logDirectory: string, views: readonly SavedView[]): Promise<readonly SavedView[]> {
  await requireNoLinks(logDirectory);
  const sorted = [...views].sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileAtomic(join(logDirectory, VIEWS_FILE), `${JSON.stringify(sorted, undefined, 1)}\n`);
  return sorted;
}

function parseView(value: unknown): SavedView {
  const { name, settings } = (value ?? {}) as Partial<SavedView>;
  const isName =
    typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME && !/\p{Cc}/u.test(name);
  if (!isName)
    throw new Pix2PixError('a view needs a name', {}, `one line of text, up to ${MAX_NAME} characters`);
  const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
  if (!isObject || JSON.stringify(settings).length > MAX_SETTINGS)
    throw new Pix2PixError('a view needs settings', {}, `an object of up to ${MAX_SETTINGS} characters`);
  return { name, settings };
}
