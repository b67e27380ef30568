import { statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { namesIn } from '../../base/files/namesIn.js';
import { Refused } from '../../base/http/refused.js';
import {
  LATEST,
  manifestFileName,
  requireTag,
  tagOfManifest,
} from '../../checkpoints/format/checkpointNames.js';
import { demoModelFile } from '../demoModels.js';
import { folderOfRun, type RunChoice } from '../generatorSource.js';

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
  /** Where the models are that were named, by what they are called. */
  private readonly named?: ReadonlyMap<string, string>;

  /**
   * @param models names of runs, folders of runs, manifests of their checkpoints (`5.json`), or files; undefined for all runs of the
   *   folder
   * @throws Pix2PixError where one that was named is not there, two are called alike, or no checkpoint can be called so
   */
  constructor(models: readonly string[] | undefined, choice: RunChoice) {
    this.folder = choice.checkpointsDir ?? './checkpoints';
    this.tag = choice.epoch ?? LATEST;
    requireTag(this.tag);
    this.named = models && sourcesOf(models, this.folder);
    for (const [name, source] of this.named ?? [])
      if (this.find(name) === undefined) throw this.missing(name, source);
  }

  /** The model of this name as it is now; undefined where there is none, or none any more. */
  find(name: string): ServedModel | undefined {
    const source = this.named === undefined ? this.runs().get(name) : this.named.get(name);
    return source === undefined ? undefined : this.describe(name, source);
  }

  /** As `find`. @throws Refused with 404 where there is none */
  get(name: string): ServedModel {
    const found = this.find(name);
    if (found === undefined) throw noModel(name);
    return found;
  }

  /** All of them, by their names. */
  list(): ServedModel[] {
    const sources = this.named ?? this.runs();
    return [...sources.keys()].sort().flatMap((name) => this.describe(name, sources.get(name)!) ?? []);
  }

  /** What may be a run in the folder, by its name. */
  private runs(): ReadonlyMap<string, string> {
    return new Map(namesIn(this.folder).map((name) => [name, resolve(this.folder, name)]));
  }

  private describe(name: string, source: string): ServedModel | undefined {
    const files = this.filesOf(source);
    const found = files.flatMap((path) => fileAt(path) ?? []);
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

  private filesOf(source: string): string[] {
    if (this.isFile(source)) return [source];
    const tag = this.named === undefined ? undefined : tagOfManifest(basename(source));
    return tag === undefined ? filesOfCheckpoint(source, this.tag) : filesOfCheckpoint(dirname(source), tag);
  }

  /** Files are named alone: all that is found is runs. */
  private isFile(source: string): boolean {
    return this.named !== undefined && WEIGHTS.test(source);
  }

  private missing(name: string, source: string): Pix2PixError {
    const isOne = this.isFile(source) || tagOfManifest(basename(source)) !== undefined;
    return new Pix2PixError(
      `there is no model ${name}`,
      { 'looked for': isOne ? source : `${source}, checkpoint ${this.tag}` },
      'name a run, with --checkpoints_dir where it is not in ./checkpoints, or a file',
    );
  }
}

/** A refusal of what is asked of a model that there is not. */
export function noModel(name: string): Refused {
  return new Refused(
    404,
    `there is no model ${JSON.stringify(name.slice(0, 100))}`,
    'GET /v1/models lists them',
  );
}

/**
 * Where a model is, and what it is called: a run by its folder, a checkpoint by that and its own tag, a file by its name without
 * the ending, those of the package too.
 */
function sourceOf(model: string, checkpointsDir: string): { readonly name: string; readonly source: string } {
  const file = resolve(demoModelFile(model) ?? model);
  if (WEIGHTS.test(file)) return { name: basename(file, extname(file)), source: file };
  const tag = tagOfManifest(basename(file));
  if (tag !== undefined) return { name: `${basename(dirname(file))}_${tag}`, source: file };
  const source = folderOfRun(model, checkpointsDir);
  return { name: basename(source), source };
}

/** Where models are, by what they are called. */
function sourcesOf(models: readonly string[], checkpointsDir: string): Map<string, string> {
  const sources = new Map<string, string>();
  for (const model of models) {
    const { name, source } = sourceOf(model, checkpointsDir);
    const other = sources.get(name);
    if (other !== undefined) {
      throw new Pix2PixError(
        `two models are called ${name}`,
        { first: other, second: source },
        'rename a file, or start a second server',
      );
    }
    sources.set(name, source);
  }
  return sources;
}

/** The generators of a run's checkpoint, and its manifest; or those of the reference, whose runs have no manifests. */
function filesOfCheckpoint(folder: string, tag: string): string[] {
  const generator = new RegExp(`^${tag}_net_G(?:_\\w{1,30})?\\.(safetensors|pth)$`);
  const names = namesIn(folder).sort();
  const ending = names.some((name) => tagOfManifest(name) !== undefined) ? 'safetensors' : 'pth';
  const files = names.filter((name) => generator.exec(name)?.[1] === ending);
  return [manifestFileName(tag), ...files].map((name) => join(folder, name));
}

/** What is known of a file; undefined where there is none, or it cannot be looked at: others are not to suffer from it. */
function fileAt(path: string) {
  try {
    const found = statSync(path);
    return found.isFile() ? { path, ino: found.ino, size: found.size, mtimeMs: found.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}
