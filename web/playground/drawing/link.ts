import { Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import type { Drawing, Mark } from './marks.js';

// A drawing as text that may stand in a link: its marks as JSON, deflated, in base64 for URLs.

/** Longer links do not survive every program that passes them on. */
const MOST_CHARACTERS = 16_000;
const MAX_SIDE = 4096;
const MAX_MARKS = 10_000;
/** More than that no link of `MOST_CHARACTERS` can have been made of. */
const MAX_TEXT = 2_000_000;

/** @throws Pix2PixError when the drawing has too much in it */
export async function toLink(drawing: Drawing): Promise<string> {
  const deflated = await through(
    new CompressionStream('deflate-raw'),
    new TextEncoder().encode(JSON.stringify(drawing)),
    MAX_TEXT,
  );
  const text = btoa(Array.from(deflated, (byte) => String.fromCharCode(byte)).join(''));
  const link = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  if (link.length <= MOST_CHARACTERS) return link;
  const facts = { characters: link.length, limit: MOST_CHARACTERS };
  throw new Pix2PixError('the drawing has too much in it for a link', facts, 'save it as a picture');
}

/** @throws Pix2PixError when the text is no drawing */
export async function fromLink(link: string): Promise<Drawing> {
  try {
    const text = atob(link.replaceAll('-', '+').replaceAll('_', '/'));
    const deflated = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const bytes = await through(new DecompressionStream('deflate-raw'), deflated, MAX_TEXT);
    const drawing = JSON.parse(new TextDecoder().decode(bytes)) as Drawing;
    if (isDrawing(drawing)) return drawing;
  } catch {
    // said below
  }
  throw new Pix2PixError('the drawing in this link cannot be read', {}, 'copy the whole link again');
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
  most: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: number[] = [];
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (parts.length + value!.length > most) throw new RangeError('too much');
    for (const byte of value!) parts.push(byte);
  }
  return Uint8Array.from(parts);
}

const isNumber = (x: unknown) => typeof x === 'number' && Number.isFinite(x);
const areNumbers = (list: unknown, count?: number) =>
  Array.isArray(list) && list.every(isNumber) && (count === undefined || list.length === count);
const isByte = (x: unknown) => Number.isInteger(x) && Number(x) >= 0 && Number(x) <= 255;
const isColour = (x: unknown) => areNumbers(x, 3) && (x as number[]).every(isByte);
const isSide = (x: unknown) => Number.isInteger(x) && Number(x) >= 1 && Number(x) <= MAX_SIDE;

function isDrawing({ width, height, ground, marks }: Drawing): boolean {
  const areMarks = Array.isArray(marks) && marks.length <= MAX_MARKS && marks.every(isMark);
  return isSide(width) && isSide(height) && isColour(ground) && areMarks;
}

function isMark(mark: Mark): boolean {
  if (mark.ink !== null && !isColour(mark.ink)) return false;
  switch (mark.kind) {
    case 'stroke':
      return (
        isNumber(mark.width) &&
        mark.width <= MAX_SIDE &&
        areNumbers(mark.points) &&
        mark.points.length % 2 === 0
      );
    case 'box':
      return areNumbers(mark.corners, 4);
    case 'fill':
      return areNumbers(mark.at, 2);
    default:
      return false;
  }
}
