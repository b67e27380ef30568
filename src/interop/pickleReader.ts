import { Global } from './pickleValues.js';
import { printable, Refusal } from './refusal.js';

/** Names of classes and of tensors are short; what is longer is no name. */
const MAX_TEXT = 10_000;
const NEWLINE = 0x0a;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The arguments of opcodes, as they follow each other in a pickle. Throws Refusal where the bytes end. */
export class PickleReader {
  /** How many bytes have been read. */
  at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.bytes[this.advance(1)];
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  i32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  f64(): number {
    return this.view.getFloat64(this.advance(8), false); // the one big-endian argument
  }

  /** An integer of so many bytes, two's complement; a number where that is exact. */
  long(length: number): number | bigint {
    const start = this.advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(length: number): string {
    if (length > MAX_TEXT) throw new Refusal('the pickle has a text too long for a name', { bytes: length });
    const start = this.advance(length);
    return this.decode(start, start + length);
  }

  /** Two lines: module and name. */
  global(): Global {
    return new Global(this.line(), this.line());
  }

  private line(): string {
    const end = this.bytes.subarray(this.at, this.at + MAX_TEXT).indexOf(NEWLINE);
    if (end < 0) throw new Refusal('the pickle is cut off in the name of a class');
    const start = this.advance(end + 1);
    const text = this.decode(start, start + end);
    if (!/^[\w.<>]*$/.test(text)) throw new Refusal(`the pickle names a class ${printable(text)}`);
    return text;
  }

  private decode(start: number, end: number): string {
    try {
      return UTF_8.decode(this.bytes.subarray(start, end));
    } catch {
      throw new Refusal('the pickle has a text that is no UTF-8');
    }
  }

  /** Passes over `count` bytes and gives where they begin. */
  private advance(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) throw new Refusal('the pickle is cut off');
    this.at = start + count;
    return start;
  }
}
