/**
 * The wire format of protocol buffers (protobuf.dev/programming-guides/encoding), read in place. Whatever is not of that
 * format throws a RangeError.
 */
export class WireReader {
  protected bytes: Buffer = Buffer.alloc(0);
  protected view: DataView = new DataView(new ArrayBuffer(0));
  /** The next byte to be read. */
  protected at = 0;

  protected use(bytes: Buffer): void {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Goes to what is delimited by a length at `at`, and gives its end. */
  protected begin(at: number): number {
    this.at = at;
    const length = this.varint();
    const end = this.at + length;
    if (!(length >= 0 && end <= this.bytes.length)) throw new RangeError();
    return end;
  }

  protected skip(key: number, end: number): void {
    const type = key & 7;
    if (type === 0) this.varint();
    else if (type === 1) this.at += 8;
    else if (type === 2) this.at = this.begin(this.at);
    else if (type === 5) this.at += 4;
    else throw new RangeError(); // groups: no event has them
    if (this.at > end || key < 8) throw new RangeError();
  }

  protected double(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  protected float(): number {
    this.at += 4;
    return this.view.getFloat32(this.at - 4, true);
  }

  /** A varint as int64, exact where it is a safe integer. */
  protected varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 128, i = 1; i < 10; i++, scale *= 128) {
      byte = bytes[this.at++];
      if (byte === undefined) throw new RangeError();
      if (i === 9) return this.negative();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new RangeError();
  }

  /** Ten bytes: two's complement in 64 bits. */
  private negative(): number {
    let value = 0n;
    for (let i = 0; i < 10; i++) value |= BigInt(this.bytes[this.at - 10 + i] & 0x7f) << BigInt(7 * i);
    return Number(BigInt.asIntN(64, value));
  }
}
