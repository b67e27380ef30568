import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quoted, type Shell } from './quoted.js';

/** This package's folder, from dist/src/base. */
const root = fileURLToPath(new URL('../../../', import.meta.url));

const shell: Shell = process.platform === 'win32' ? 'windows' : 'posix';
/** By the folder that a person is in. */
const found = new Map<string, string>();

/**
 * How the program is started by a person who is in a folder, where this process is unless said: `pix2pix` where that is on the PATH, `npx pix2pix`
 * in the clone and in a project that has it installed, and else by a name that leads nowhere but here.
 */
export function program(folder: string = process.cwd()): string {
  const { PATH: path = '', BERRY_BIN_FOLDER: ofYarn } = process.env;
  const known = found.get(folder) ?? findProgram({ root, folder, path, ofYarn });
  found.set(folder, known);
  return known;
}

/** A word for the shell of this system. */
export function quotedHere(word: string): string {
  return quoted(word, shell);
}

/** A line that works where it is printed: the program, then these words, quoted for the shell where they need it. */
export function commandLine(...words: readonly string[]): string {
  return [program(), ...words.map(quotedHere)].join(' ');
}

/** The same for work in another folder, to which the line goes first; if there is none here, in this one. */
export function commandLineIn(folder: string, ...words: readonly string[]): string {
  if (folder === process.cwd() || !existsSync(folder)) return commandLine(...words);
  const line = [program(folder), ...words.map(quotedHere)].join(' ');
  return `cd ${quotedHere(folder)} && ${line}`;
}

/** A line of a shell that is written with `pix2pix` for the program, as it works where it is printed. */
export function workingHere(line: string): string {
  return line.replace(/(?<=^|\| )pix2pix(?= |$)/g, program());
}

/** @internal for its test */
export function findProgram(place: {
  /** The package's own folder. */
  readonly root: string;
  /** Where the person is. */
  readonly folder: string;
  readonly path: string;
  /** A folder of the PATH that Yarn makes for the moment. */
  readonly ofYarn?: string;
}): string {
  if (process.versions.pnp !== undefined) return 'yarn pix2pix'; // Yarn's Plug'n'Play has no folder node_modules
  const root = realpathSync(place.root);
  const folders = place.path.split(delimiter).filter((at) => isPersons(at) && at !== place.ofYarn);
  const starts = (name: string) => {
    const first = folders.map((folder) => join(folder, fileOf(name))).find((file) => existsSync(file));
    return first !== undefined && isOurs(first, root);
  };
  const name = ['pix2pix', 'pix2pix-ts'].find(starts);
  if (name !== undefined) return name;
  const around = above(realpathSync(place.folder));
  const isHere = around.some((folder) => folder === root || holds(folder, root));
  if (isHere) return 'npx pix2pix';
  const isInstalled = root.split(sep).includes('node_modules');
  return isInstalled ? 'npx pix2pix-ts' : `node ${quoted(join(root, 'bin', 'pix2pix.js'), shell)}`;
}

/** A folder and all that it lies in. */
function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

/** Whether a project has this very package installed, and not another of its name. */
function holds(project: string, root: string): boolean {
  const installed = join(project, 'node_modules', 'pix2pix-ts');
  return existsSync(installed) && realpathSync(installed) === root;
}

/** Those folders of the PATH that `npx` and `npm run` add are there for a moment only, as Yarn's is. */
const isPersons = (folder: string) => folder !== '' && !folder.split(/[\\/]/).includes('node_modules');

const fileOf = (name: string) => (process.platform === 'win32' ? `${name}.cmd` : name);

/** The most bytes of a script that a client writes to start a program, where it makes no link. */
const MAX_SHIM_BYTES = 8192;

/** Whether a command leads to this package. */
function isOurs(file: string, root: string): boolean {
  try {
    if (realpathSync(file) === join(root, 'bin', 'pix2pix.js')) return true;
    if (statSync(file).size > MAX_SHIM_BYTES) return false;
    return /pix2pix-ts[\\/]bin[\\/]pix2pix\.js/.test(readFileSync(file, 'utf8'));
  } catch {
    return false; // it may not be read
  }
}
