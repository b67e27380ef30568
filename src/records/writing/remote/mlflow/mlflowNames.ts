import { createHash } from 'node:crypto';

/** Limits of MLflow (mlflow/utils/validation.py); of values the smallest that a server of recent years has. */
const MAX_KEY = 250;
export const MAX_PARAM_VALUE = 500;
export const MAX_TAG_VALUE = 5000;
const MAX_SEGMENT = 100;
const MAX_DEPTH = 8;

/**
 * A tag of an event file as the name of a metric: letters, digits, `_ - . /` and blanks, and nothing that a path would
 * resolve to another one. A name that had to be changed ends in a few digits of its hash, so that no two become one.
 */
export function metricName(tag: string): string {
  const allowed = tag
    .replace(/[^\w\-. /]/g, '_')
    .split('/')
    .map((segment) => (/^\.*$/.test(segment) ? '_' : segment))
    .join('/');
  return unlessSame(allowed, tag, MAX_KEY);
}

/** A tag as a folder of artifacts: `visuals/fake_B`. */
export function artifactFolder(tag: string): string {
  const names = tag.split('/', MAX_DEPTH + 1);
  if (names.length > MAX_DEPTH) return unlessSame('_', tag, MAX_SEGMENT);
  const segments = names.map((segment) => {
    const allowed = segment.replace(/[^\w.-]/g, '_');
    return unlessSame(/^\.*$/.test(allowed) ? '_' : allowed, segment, MAX_SEGMENT);
  });
  return segments.join('/');
}

/** Text of at most so many characters; one that is cut says so. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function unlessSame(name: string, original: string, length: number): string {
  if (name === original && name.length <= length) return name;
  const hash = createHash('sha256').update(original).digest('hex').slice(0, 8);
  return `${name.slice(0, length - hash.length - 1)}_${hash}`;
}
