import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { LATEST, tagOfManifest } from '../../checkpoints/format/checkpointNames.js';
import { demoModelFile } from '../demoModels.js';
import type { RunChoice } from '../generatorSource.js';

/** A model that can be asked for. */
export interface ServedModel {
  readonly name: string;
  /** As `findGenerator` takes it. */
  readonly source: string;
  /** Another one whenever its files are others. */
  readonly version: string;
  /** The memory that it takes when it is loaded, estimated by the size of its weights. */
  readonly bytes: number;
  /** When its weights were written. */
  readonly changedAt: Date;
}

/**
 * A session of ONNX Runtime holds the weights, most of them again in the order in which its kernels read them, and the
 * activations of an image: 218 MB of weights (unet_256) were seen to take 580 MB.
 */
const MEMORY_PER_BYTE = 3;
const WEIGHTS = /\.(?:onnx|safetensors|pth|pict)$/i;

/**
 * The models that are served, as they are on the disk at the moment. A name that is asked for is looked up among those that
 * are there, so that no path is ever made of what a request says.
 */
export class ModelCatalogue {
  private readonly folder: string;
  private readonly tag: string;
  /** The models that were named, by what they are called. */
  private readonly named?: ReadonlyMap<string, string>;

  /**
   * @param models names of runs, folders of runs, or files; undefined for all runs of the folder
   * @throws Pix2PixError where one that was named is not there, or two are called alike
   */
  constructor(models: readonly string[] | undefined, choice: RunChoice) {
    this.folder = choice.checkpointsDir ?? './checkpoints';
    this.tag = choice.epoch ?? LATEST;
    this.named = models && namesOf(models);
    for (const name of this.named?.keys() ?? []) if (this.find(name) === undefined) throw this.missing(name);
  }

  /** The model of this name as it is now; undefined where there is none, or none any more. */
  find(name: string): ServedModel | undefined {
    if (this.named !== undefined) {
      const source = this.named.get(name);
      return source === undefined ? undefined : this.describe(name, source);
    }
    const isThere = entriesOf(this.folder).some((entry) => entry.name === name);
    return isThere ? this.describe(name, resolve(this.folder, name)) : undefined;
  }

  /** All of them, by their names. */
  list(): ServedModel[] {
    const names = this.named?.keys() ?? entriesOf(this.folder).map((entry) => entry.name);
    return [...names].sort().flatMap((name) => this.find(name) ?? []);
  }

  private describe(name: string, source: string): ServedModel | undefined {
    const files = isFile(source) ? [source] : this.filesOfRun(source);
    const found = files.flatMap((path) => statOf(path) ?? []);
    const weights = found.filter(({ path }) => WEIGHTS.test(path));
    if (weights.length === 0) return undefined;
    return {
      name,
      source,
      version: found.map(({ ino, size, mtimeMs }) => `${ino}.${size}.${mtimeMs}`).join(' '),
      bytes: MEMORY_PER_BYTE * Math.max(...weights.map(({ size }) => size)),
      changedAt: new Date(Math.max(...weights.map(({ mtimeMs }) => mtimeMs))),
    };
  }

  /** The generators of the wanted checkpoint, and the manifest that makes them one. */
  private filesOfRun(source: string): string[] {
    const folder = this.folderOf(source);
    const isWanted = (name: string) =>
      tagOfManifest(name) === this.tag || (name.startsWith(`${this.tag}_net_G`) && WEIGHTS.test(name));
    return entriesOf(folder)
      .map((entry) => entry.name)
      .filter(isWanted)
      .sort()
      .map((name) => join(folder, name));
  }

  /** As `findGenerator` looks for a run. */
  private folderOf(source: string): string {
    const named = join(this.folder, source);
    return !isFolder(named) && isFolder(source) ? source : named;
  }

  private missing(name: string): Pix2PixError {
    const source = this.named!.get(name)!;
    return new Pix2PixError(
      `there is no model ${source}`,
      { 'looked for': isFile(source) ? resolve(source) : `${this.folderOf(source)}, checkpoint ${this.tag}` },
      'name a run, with --checkpoints_dir where it is not in ./checkpoints, or a file',
    );
  }
}

/** What models are called: runs by their folders, files by their names without the ending, those of the package too. */
function namesOf(models: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const model of models) {
    const source = demoModelFile(model) ?? model;
    const path = resolve(source);
    const name = isFile(source) ? basename(path, extname(path)) : basename(path);
    const other = names.get(name);
    if (other !== undefined) {
      throw new Pix2PixError(
        `two models are called ${name}`,
        { first: other, second: source },
        'rename a file, or start a second server',
      );
    }
    names.set(name, source);
  }
  return names;
}

/** Those of a folder, or none where it cannot be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const statOf = (path: string) => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { path, ino: found.ino, size: found.size, mtimeMs: found.mtimeMs };
};
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
