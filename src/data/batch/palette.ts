/** Colours of 256 classes, R, G, B in turn: those of a text `RRGGBB,RRGGBB`, and further ones as PASCAL VOC has them. */
export function classColours(text: string): Uint8Array {
  const colours = Uint8Array.from({ length: 3 * 256 }, (_, i) => vocColour(Math.floor(i / 3), i % 3));
  colours.set(parsePalette(text).subarray(0, colours.length));
  return colours;
}

/** The bytes of a palette as text. */
function parsePalette(text: string): Uint8Array {
  if (text === '') return new Uint8Array();
  return Uint8Array.from(
    text.split(',').flatMap((colour) => [0, 2, 4].map((at) => parseInt(colour.slice(at, at + 2), 16))),
  );
}

/** The opposite of `parsePalette`. */
export function paletteText(colours: Uint8Array): string {
  const hex = [...colours].map((byte) => byte.toString(16).padStart(2, '0'));
  return Array.from({ length: Math.floor(hex.length / 3) }, (_, i) =>
    hex.slice(3 * i, 3 * i + 3).join(''),
  ).join(',');
}

/** Bits 0, 3 and 6 of the class are the highest of red, bits 1, 4 and 7 of green, and so on (VOC's development kit). */
function vocColour(label: number, channel: number): number {
  let value = 0;
  for (let bit = 0; bit < 8; bit++) value |= ((label >> (3 * bit + channel)) & 1) << (7 - bit);
  return value;
}
