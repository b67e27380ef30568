import { type ErrorFacts, Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import { type Drawing, type Mark, workOf } from './marks.js';

// A drawing as text that may stand in a link: its marks as JSON, deflated, in base64 for URLs. Whoever sends a link may have
// made it to harm: nothing is drawn of one that asks for more than a person draws.

/** Longer links do not survive every program that passes them on. */
const MOST_CHARACTERS = 16_000;
const MAX_SIDE = 2048;
/** A translation takes a hundred times the memory of its picture. */
const MAX_PIXELS = 2 ** 21;
const MAX_MARKS = 10_000;
/** Pixels that are looked at while all marks are drawn: one or two seconds. */
const MAX_WORK = 3e8;
/** More than that no link of `MOST_CHARACTERS` can have been made of. */
const MAX_TEXT = 2_000_000;

/** @throws Pix2PixError when the drawing has too much in it */
export async function toLink(drawing: Drawing): Promise<string> {
  if (!isDrawing(drawing)) {
    const facts = { marks: drawing.marks.length, size: `${drawing.width} × ${drawing.height}` };
    throw tooMuch(facts);
  }
  const deflated = await through(
    new CompressionStream('deflate-raw'),
    new TextEncoder().encode(JSON.stringify(drawing)),
    MAX_TEXT,
  );
  const text = btoa(Array.from(deflated, (byte) => String.fromCharCode(byte)).join(''));
  const link = text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  if (link.length <= MOST_CHARACTERS) return link;
  throw tooMuch({ characters: link.length, limit: MOST_CHARACTERS });
}

function tooMuch(facts: ErrorFacts): Pix2PixError {
  return new Pix2PixError('the drawing has too much in it for a link', facts, 'save it as a picture');
}

/** @throws Pix2PixError when the text is no drawing */
export async function fromLink(link: string): Promise<Drawing> {
  try {
    if (link.length > MOST_CHARACTERS) throw new RangeError('too long');
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

/** Marks may lie beside the drawing, by as much as a hand slips. */
const isPlace = (x: unknown) => typeof x === 'number' && Math.abs(x) <= 2 * MAX_SIDE;
const arePlaces = (list: unknown) => Array.isArray(list) && list.every(isPlace);
const isWhole = (x: unknown, low: number, high: number) =>
  Number.isInteger(x) && Number(x) >= low && Number(x) <= high;
const isColour = (x: unknown) =>
  Array.isArray(x) && x.length === 3 && x.every((byte) => isWhole(byte, 0, 255));

function isDrawing(drawing: Drawing): boolean {
  const { width, height, ground, marks } = drawing;
  const isSize = isWhole(width, 1, MAX_SIDE) && isWhole(height, 1, MAX_SIDE) && width * height <= MAX_PIXELS;
  if (!isSize || !isColour(ground) || !Array.isArray(marks) || marks.length > MAX_MARKS) return false;
  return marks.every(isMark) && workOf(drawing) <= MAX_WORK;
}

function isMark(mark: Mark): boolean {
  if (mark.ink !== null && !isColour(mark.ink)) return false;
  switch (mark.kind) {
    case 'stroke':
      return (
        isPlace(mark.width) &&
        mark.width > 0 &&
        arePlaces(mark.points) &&
        mark.points.length >= 2 &&
        mark.points.length % 2 === 0
      );
    case 'box':
      return arePlaces(mark.corners) && mark.corners.length === 4;
    case 'fill':
      return arePlaces(mark.at) && mark.at.length === 2;
    default:
      return false;
  }
}
