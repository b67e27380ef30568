import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../base/files/makeFolder.js';
import { fileError } from '../../base/files/systemError.js';
import { isNamedAfterContents, type PageFile, pageFiles } from './pageFiles.js';

/** Where the model lies below the site. */
const MODEL = 'model';

/**
 * Writes a folder that any static server can host: the playground, and the model in `model/`.
 *
 * All of it is written beside its place first: a full disk leaves what was there as it was. Other files in the folder
 * stay.
 *
 * @param model its files, the index last
 * @throws Pix2PixError when the folder cannot be written
 */
export function writeWebFolder(folder: string, model: readonly PageFile[]): void {
  const files = [...model.map((file) => ({ ...file, name: join(MODEL, file.name) })), ...pageFiles()];
  let draft: string | undefined;
  try {
    const isNew = !existsSync(folder);
    if (isNew) makeFolder(dirname(resolve(folder)));
    const unique = randomBytes(6).toString('hex');
    draft = isNew ? `${resolve(folder)}.${unique}.tmp` : join(folder, `.${unique}.tmp`);
    mkdirSync(join(draft, MODEL), { recursive: true });
    for (const file of files) write(file, draft);
    if (isNew) renameSync(draft, folder);
    else {
      const names = files.map(({ name }) => name);
      replace(draft, folder, names);
    }
  } catch (error) {
    throw fileError(error, 'the web folder cannot be written', folder);
  } finally {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
  }
}

function write(file: PageFile, folder: string): void {
  const path = join(folder, file.name);
  if ('source' in file) copyFileSync(file.source, path);
  else writeFileSync(path, file.contents);
}

/** Scripts of an earlier version of the page: the build names those that several pages share after their contents. */
const NAMED_SCRIPT = /^\w+-[A-Z0-9]{8}\.js$/;

/** Puts files over those of an earlier export, pieces of the model before the index that names them; no byte is written. */
function replace(draft: string, folder: string, names: readonly string[]): void {
  makeFolder(join(folder, MODEL));
  for (const name of names) renameSync(join(draft, name), join(folder, name));
  for (const name of readdirSync(join(folder, MODEL))) {
    if (isNamedAfterContents(name) && !names.includes(join(MODEL, name))) rmSync(join(folder, MODEL, name));
  }
  for (const name of readdirSync(folder)) {
    if (NAMED_SCRIPT.test(name) && !names.includes(name)) rmSync(join(folder, name));
  }
}
