import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quotedHere } from './commandLine.js';

/** This package's folder, from dist/src/base. */
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** By the lock file that each client leaves in a project, how it adds a package. */
const CLIENTS: readonly (readonly [lock: string, add: string])[] = [
  ['pnpm-lock.yaml', 'pnpm add'],
  ['yarn.lock', 'yarn add'],
  ['bun.lock', 'bun add'],
  ['package-lock.json', 'npm install'],
];

/**
 * The line by which a person adds an optional package to where this program is installed: into the project, in the clone,
 * for all, or for the moment where npx has fetched it.
 *
 * @param name with `@version` where that matters
 */
export function installCommand(name: string): string {
  return findInstallCommand(name, { root, folder: process.cwd(), isPlugAndPlay: 'pnp' in process.versions });
}

/** @internal for its test */
export function findInstallCommand(
  name: string,
  place: {
    /** The package's own folder. */
    readonly root: string;
    /** Where the person is. */
    readonly folder: string;
    /** Yarn's, which has no folder node_modules. */
    readonly isPlugAndPlay: boolean;
  },
): string {
  if (place.isPlugAndPlay) return `yarn add ${name}`;
  const parts = place.root.split(sep);
  const modules = parts.indexOf('node_modules');
  if (modules === -1) return inFolder(place.root, place.folder, `npm install --no-save ${name}`);
  if (parts.includes('_npx')) return `npx --package pix2pix-ts --package ${name} pix2pix-ts`;
  const project = parts.slice(0, modules).join(sep);
  const client = CLIENTS.find(([lock]) => existsSync(join(project, lock)));
  if (client === undefined || isGlobal(parts)) return `${globally(parts)} pix2pix-ts ${name}`;
  return inFolder(project, place.folder, `${client[1]} ${name}`);
}

/** pnpm and Bun keep what is installed for all in a project of their own. */
const isGlobal = (parts: readonly string[]) => parts.includes('global');

function globally(parts: readonly string[]): string {
  if (parts.includes('pnpm')) return 'pnpm add --global';
  return parts.includes('.bun') ? 'bun add --global' : 'npm install --global';
}

/** A line that works in a project, also for a person who is outside of it. */
function inFolder(project: string, folder: string, line: string): string {
  return isWithin(folder, project) ? line : `cd ${quotedHere(project)} && ${line}`;
}

function isWithin(folder: string, project: string): boolean {
  const path = relative(project, folder);
  return path.split(sep)[0] !== '..' && !isAbsolute(path);
}
