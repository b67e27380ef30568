import { join } from 'node:path';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { writeFileAtomic } from '../../base/files/atomicFile.js';
import { readSmallFile } from './openRegular.js';
import type { Annotations } from './runSummary.js';

/** The file in a run's folder that holds what a person has added to it. */
const ANNOTATIONS_FILE = 'annotations.json';

const MAX_BYTES = 1 << 20;
const MAX_NAME = 200;
const MAX_NOTES = 100_000;
const MAX_LABELS = 50;

/** A line of text: no control characters. */
const isLine = (value: unknown, max: number) =>
  typeof value === 'string' && value.length <= max && !/\p{Cc}/u.test(value);

const CHECKS: Readonly<Record<keyof Annotations, (value: unknown) => boolean>> = {
  displayName: (value) => isLine(value, MAX_NAME),
  color: (value) => typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value),
  isHidden: (value) => typeof value === 'boolean',
  notes: (value) => typeof value === 'string' && value.length <= MAX_NOTES,
  labels: (value) =>
    Array.isArray(value) && value.length <= MAX_LABELS && value.every((label) => isLine(label, MAX_NAME)),
};

/**
 * Checks annotations that a request or a file contains.
 * @throws Pix2PixError naming the field that is none
 */
export function parseAnnotations(value: unknown): Annotations {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Pix2PixError(
      'annotations: not an object',
      {},
      'an object with displayName, color, notes and so on',
    );
  }
  for (const [field, content] of Object.entries(value)) {
    if (!Object.hasOwn(CHECKS, field)) {
      throw new Pix2PixError(`annotations: no such field: ${field.slice(0, 40)}`, {
        fields: Object.keys(CHECKS).join(', '),
      });
    }
    if (!CHECKS[field as keyof Annotations](content)) {
      const limits = `names and labels have up to ${MAX_NAME} characters, notes ${MAX_NOTES}; a color is #rrggbb`;
      throw new Pix2PixError(`annotations: ${field} cannot be that`, {}, limits);
    }
  }
  return value as Annotations;
}

/**
 * Those of a run; none where there is no file.
 * @throws Error saying what is wrong with the file
 */
export async function readAnnotations(folder: string): Promise<Annotations> {
  const text = await readSmallFile(join(folder, ANNOTATIONS_FILE), MAX_BYTES);
  return text === undefined ? {} : parseAnnotations(JSON.parse(text));
}

/** Replaces all annotations of a run. @throws Pix2PixError where the file cannot be written */
export function writeAnnotations(folder: string, annotations: Annotations): void {
  writeFileAtomic(join(folder, ANNOTATIONS_FILE), `${JSON.stringify(annotations, undefined, 2)}\n`);
}
