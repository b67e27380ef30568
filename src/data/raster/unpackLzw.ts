const [CLEAR, END, FIRST] = [256, 257, 258];
const [SHORTEST, LONGEST] = [9, 12];

/**
 * What LZW has packed, as TIFF has it: codes of 9 to 12 bits, the highest bit first, which grow one code early. Here because
 * that of `geotiff` follows a file into any amount of memory.
 *
 * @param most bytes that it may come to
 * @throws Error where it comes to more, and for a code that stands for nothing
 * Source: TIFF revision 6.0 (Adobe 1992), section 13
 */
export function unpackLzw(packed: Uint8Array, most: number): Uint8Array {
  const result = new Uint8Array(most);
  // the string of a code is where it was first written: the string before, and the first byte after it
  const starts = new Uint32Array(1 << LONGEST);
  const lengths = new Uint16Array(1 << LONGEST);
  const before = { start: 0, length: 0 };
  let [next, width, end] = [FIRST, SHORTEST, 0];
  for (let bit = 0; bit + width <= 8 * packed.length; ) {
    const code = codeAt(packed, bit, width);
    bit += width;
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, before.length] = [FIRST, SHORTEST, 0];
      continue;
    }
    const isNew = code === next && before.length > 0;
    if (code > CLEAR && !isNew && code >= next) throw new Error(`LZW code ${code} of ${next}`);
    const start = isNew ? before.start : starts[code];
    const length = code < CLEAR ? 1 : isNew ? before.length + 1 : lengths[code];
    if (end + length > most) throw new Error('it is larger than its tags say');
    if (code < CLEAR) result[end] = code;
    // byte by byte: a new string overlaps what is being written
    else for (let i = 0; i < length; i++) result[end + i] = result[start + i];
    if (before.length > 0 && next < 1 << LONGEST) {
      starts[next] = before.start;
      lengths[next++] = before.length + 1;
    }
    if (next + 1 >= 1 << width && width < LONGEST) width++;
    [before.start, before.length] = [end, length];
    end += length;
  }
  return result.slice(0, end);
}

/** So many bits, of at most three bytes. */
function codeAt(packed: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3;
  const three = (packed[at] << 16) | ((packed[at + 1] ?? 0) << 8) | (packed[at + 2] ?? 0);
  return (three >> (24 - (bit & 7) - width)) & ((1 << width) - 1);
}
