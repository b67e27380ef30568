import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/** The last good checkpoint before `latest`: made by the store itself, never saved by name. */
export const PREVIOUS = 'previous';
export const LATEST = 'latest';

const TAG = /^(?:latest|previous|best|\d{1,15}|iter_\d{1,15})$/;

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether the tag is an epoch (`5`) or an iteration (`iter_5000`): the kinds that `--keep_last` prunes. */
export function isNumbered(tag: string): boolean {
  return /\d$/.test(tag);
}

/** Throws Pix2PixError unless the text names a checkpoint; what passes is safe as a part of a file name. */
export function requireTag(tag: string): void {
  if (isTag(tag)) return;
  throw new Pix2PixError(
    `no checkpoint can be called ${JSON.stringify(tag.slice(0, 80))}`,
    { known: 'latest, previous, best, an epoch (5), an iteration (iter_5000)' },
    'pass one of these as --epoch, or an iteration as --load_iter',
  );
}

/** The part of a checkpoint that holds the training state. */
export const STATE = 'state';

const PART = /^(?:state|net_[A-Za-z0-9_]{1,32})$/;

/** Whether a manifest may list a part of that name; what passes is safe as a part of a file name. */
export function isPart(text: string): boolean {
  return PART.test(text);
}

/** `G` → `net_G`. */
export function networkPart(network: string): string {
  const part = `net_${network}`;
  if (!isPart(part)) throw new RangeError(`checkpoint: ${JSON.stringify(network)} cannot name a network`);
  return part;
}

/** `net_G` → `G`. */
export function networkOfPart(part: string): string {
  return part.slice('net_'.length);
}

/** `latest`, `net_G` → `latest_net_G.safetensors`. */
export function partFileName(tag: string, part: string): string {
  return `${tag}_${part}.safetensors`;
}

/** `latest` → `latest.json`. */
export function manifestFileName(tag: string): string {
  return `${tag}.json`;
}

/** The tag whose manifest has this file name, or undefined. */
export function tagOfManifest(fileName: string): string | undefined {
  const tag = fileName.endsWith('.json') ? fileName.slice(0, -'.json'.length) : '';
  return isTag(tag) ? tag : undefined;
}

/** Whether a file of this name belongs to some checkpoint. */
export function isCheckpointFile(fileName: string): boolean {
  if (tagOfManifest(fileName) !== undefined) return true;
  const match = /^(latest|previous|best|\d+|iter_\d+)_(\w+)\.safetensors$/.exec(fileName);
  return match !== null && isTag(match[1]) && isPart(match[2]);
}
