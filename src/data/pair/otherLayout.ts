import { opendir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { commandLine } from '../../base/commandLine.js';
import { isImageName } from '../listing/imageNames.js';

/** A|B pairs in `<phase>`, or the images of either side in `<phase>A` and `<phase>B`, or single images in `<phase>`. */
export type Wanted = 'pairs' | 'sides' | 'images';

/** Images that lie in another way than they are looked for. */
export interface OtherLayout {
  readonly found: string;
  /** The option or the command that takes them. */
  readonly fix: string;
}

interface Place {
  readonly dataroot: string;
  readonly phase: string;
  readonly wanted: Wanted;
  /** Names of the folders in the data root that have images, themselves or one level below. */
  readonly folders: readonly string[];
  readonly hasImages: boolean;
}

/** Longer names of the phases. */
const PHASES: Readonly<Record<string, string>> = {
  ...{ training: 'train', validation: 'val', valid: 'val', testing: 'test' },
};
/** Which phase is proposed where several are there. */
const PREFERRED = ['val', 'test', 'train'];
/** So many folders are looked into at most. */
const MAX_FOLDERS = 100;

/** How images lie in a data root that has none where they belong; undefined where there are none at all. */
export async function otherLayout(
  dataroot: string,
  phase: string,
  wanted: Wanted,
): Promise<OtherLayout | undefined> {
  const { folders, hasImages } = await lookInto(dataroot);
  const place = { dataroot, phase, wanted, folders, hasImages };
  return (
    otherSpelling(place) ??
    pairsForSides(place) ??
    (await sidesOutside(place)) ??
    otherPhase(place) ??
    (await oneLevelDown(place)) ??
    (hasImages ? (oneLevelUp(place) ?? plainFolder(place)) : undefined)
  );
}

/** `Train` for `train`, `train_A` and `train_B` for `trainA` and `trainB`. */
function otherSpelling({ dataroot, phase, wanted, folders }: Place): OtherLayout | undefined {
  const spelt = (name: string) => folders.find((folder) => plain(folder) === plain(name));
  const [whole, a, b] = [spelt(phase), spelt(`${phase}A`), spelt(`${phase}B`)];
  if (wanted !== 'images' && a !== undefined && b !== undefined)
    return {
      found: both(join(dataroot, a), join(dataroot, b)),
      fix: `rename them to ${both(`${phase}A`, `${phase}B`)}`,
    };
  if (wanted === 'sides' || whole === undefined || whole === phase) return undefined;
  return { found: join(dataroot, whole), fix: `rename it to ${phase}, or pass --phase ${whole}` };
}

/** Pairs where the sides are wanted apart. */
function pairsForSides({ dataroot, phase, wanted, folders }: Place): OtherLayout | undefined {
  const pairs = folders.find((folder) => plain(folder) === phase);
  if (wanted !== 'sides' || pairs === undefined) return undefined;
  const cut = commandLine('dataset', 'split', dataroot, `${resolve(dataroot)}_split`);
  return {
    found: join(dataroot, pairs),
    fix: `if these are A|B pairs, cut them: ${cut}; or train on them as they are: --model pix2pix`,
  };
}

/** `A/train` and `B/train`, or `A` and `B`. */
async function sidesOutside({ dataroot, phase, wanted, folders }: Place): Promise<OtherLayout | undefined> {
  const [a, b] = ['a', 'b'].map((side) => folders.find((folder) => folder.toLowerCase() === side));
  if (wanted === 'images' || a === undefined || b === undefined) return undefined;
  const [folderA, folderB] = [join(dataroot, a), join(dataroot, b)];
  const phases = (await lookInto(folderA)).folders;
  const hasPhases = phases.length > 0;
  const isThere = phases.includes(phase);
  const [from, to] = isThere ? [join(folderA, phase), join(folderB, phase)] : [folderA, folderB];
  const out = `${resolve(dataroot)}_pairs`;
  const combine = commandLine('dataset', 'combine', folderA, folderB, hasPhases ? out : join(out, phase));
  return {
    found: both(from, to),
    fix:
      wanted === 'pairs'
        ? `${combine}, then --dataroot ${out}`
        : `rename them to ${both(join(dataroot, `${phase}A`), join(dataroot, `${phase}B`))}`,
  };
}

/** `val` where `test` is wanted. */
function otherPhase({ dataroot, wanted, folders }: Place): OtherLayout | undefined {
  const sides = folders.filter((name) => name.endsWith('A') && folders.includes(`${name.slice(0, -1)}B`));
  const phases = [
    ...(wanted === 'sides' ? [] : folders.filter((name) => PREFERRED.includes(plain(name)))),
    ...(wanted === 'images' ? [] : sides.map((name) => name.slice(0, -1))),
  ].filter((name) => name !== '');
  const phase = PREFERRED.flatMap((known) => phases.filter((name) => plain(name) === known))[0] ?? phases[0];
  if (phase === undefined) return undefined;
  const found = folders.includes(phase)
    ? join(dataroot, phase)
    : both(join(dataroot, `${phase}A`), join(dataroot, `${phase}B`));
  return { found, fix: `pass --phase ${phase}` };
}

/** `facades/facades/train`, as archives unpack. */
async function oneLevelDown({
  dataroot,
  phase,
  wanted,
  folders: outer,
}: Place): Promise<OtherLayout | undefined> {
  for (const name of outer) {
    const inside = join(dataroot, name);
    const { folders } = await lookInto(inside);
    const has = (name: string) => folders.includes(name);
    const isThere = wanted !== 'sides' && has(phase);
    const areThere = wanted !== 'images' && has(`${phase}A`) && has(`${phase}B`);
    if (isThere) return { found: join(inside, phase), fix: `pass --dataroot ${inside}` };
    if (areThere)
      return {
        found: both(join(inside, `${phase}A`), join(inside, `${phase}B`)),
        fix: `pass --dataroot ${inside}`,
      };
  }
  return undefined;
}

/** `--dataroot facades/train`. */
function oneLevelUp({ dataroot, phase, wanted }: Place): OtherLayout | undefined {
  const names = wanted === 'sides' ? [`${phase}A`, `${phase}B`] : [phase, `${phase}A`, `${phase}B`];
  if (!names.includes(basename(resolve(dataroot)))) return undefined;
  const fix = `pass the folder that it lies in: --dataroot ${dirname(resolve(dataroot))}`;
  return { found: `images in ${dataroot} itself`, fix };
}

/** Images, and no folders that part them. */
function plainFolder({ dataroot, phase, wanted }: Place): OtherLayout {
  const found = `images in ${dataroot} itself`;
  const [own, ofA, ofB] = ['', 'A', 'B'].map((side) => join(dataroot, `${phase}${side}`));
  if (wanted === 'images') return { found, fix: `move them to ${own}` };
  const move =
    wanted === 'pairs' ? `move A|B pairs to ${own}` : `move those of either side to ${both(ofA, ofB)}`;
  if (phase === 'train') {
    const combine = commandLine('dataset', 'combine');
    return { found, fix: wanted === 'sides' ? move : `${move}; ${combine} makes pairs of two folders` };
  }
  const oneSided = `--model test${wanted === 'sides' ? ' --model_suffix _A' : ''}`;
  const translate = commandLine('translate', '--model', 'NAME', dataroot, 'OUT');
  return { found, fix: `${move}; images of one side: ${oneSided}, or ${translate}` };
}

/** A name without what people vary in it: `Training_A` is `traina`. */
function plain(name: string): string {
  const letters = name.toLowerCase().replace(/[ _.-]/g, '');
  const [, phase = '', side = ''] = /^(training|validation|valid|testing)([ab]?)$/.exec(letters) ?? [];
  return phase === '' ? letters : `${PHASES[phase]}${side}`;
}

const both = (one: string, other: string) => `${one} and ${other}`;

/** Which images and folders of images a folder has; it is not read further than needed to know that. */
async function lookInto(
  folder: string,
): Promise<{ readonly folders: string[]; readonly hasImages: boolean }> {
  const folders: string[] = [];
  let hasImages = false;
  let looked = 0;
  for await (const entry of await opendir(folder)) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isFile()) hasImages ||= isImageName(entry.name);
    else if (++looked <= MAX_FOLDERS && (await holdsImages(join(folder, entry.name), 1)))
      folders.push(entry.name);
  }
  return { folders: folders.sort(), hasImages };
}

/** Whether a folder has an image, so many levels down at most. Whatever is no folder, or may not be read, has none. */
async function holdsImages(folder: string, levels: number): Promise<boolean> {
  const below: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) below.push(join(folder, entry.name));
      else if (isImageName(entry.name)) return true;
    }
  } catch {
    return false;
  }
  if (levels === 0) return false;
  for (const path of below) if (await holdsImages(path, levels - 1)) return true;
  return false;
}
