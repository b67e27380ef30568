import type { Tag, TagTable } from './tagTable.js';
import { WireReader } from './wireReader.js';

/** Receives the content of a file's events, in the order of the file. Times are milliseconds since 1970. */
export interface EventSink {
  scalar(tag: Tag, step: number, wall: number, value: number, place: number): void;
  image(tag: Tag, step: number, wall: number, width: number, height: number, place: number): void;
  histogram(tag: Tag, step: number, wall: number, place: number): void;
  text(tag: Tag, step: number, wall: number, text: string, place: number): void;
  /** Content of the hparams plugin: a serialised `HParamsPluginData`. */
  hparams(content: Uint8Array): void;
  /** SessionLog START: what was written before this place, from this step on, is to be forgotten. */
  sessionStart(step: number, place: number): void;
}

/** Of a text, at most so many bytes are read. */
const MAX_TEXT = 1 << 16;

/**
 * Reads serialised events (`Event` of tensorboard.proto) directly from their bytes. A general decoder makes objects of
 * every field, copies images, and takes ten times as long for the scalars that files are full of. This reader
 * understands a part of the format; a test compares it with the general decoder.
 */
export class EventWire extends WireReader {
  private step = 0;
  private wall = 0;
  private place = 0;
  /** When the first and the last event that it has read were written. */
  firstWall: number | undefined;
  lastWall: number | undefined;

  constructor(
    private readonly tags: TagTable,
    private readonly sink: EventSink,
  ) {
    super();
  }

  /**
   * @param place where the record is, passed on to the sink
   * @returns whether the bytes from `from` to `to` are an event
   */
  event(bytes: Buffer, from: number, to: number, place: number): boolean {
    this.use(bytes);
    this.place = place;
    try {
      this.readEvent(from, to);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  private readEvent(from: number, to: number): void {
    let summary = -1; // where it begins: time and step, which come first as a rule, may come after
    let session = -1;
    this.step = 0;
    this.wall = 0;
    for (this.at = from; this.at < to; ) {
      const key = this.varint();
      if (key === 0x09) this.wall = this.double() * 1000;
      else if (key === 0x10) this.step = this.varint();
      else {
        if (key === 0x2a) summary = this.at;
        if (key === 0x3a) session = this.at;
        this.skip(key, to);
      }
    }
    if (this.at !== to) throw new RangeError();
    this.firstWall ??= this.wall;
    this.lastWall = this.wall;
    if (summary >= 0) this.readSummary(summary);
    if (session >= 0) this.readSession(session);
  }

  private readSession(at: number): void {
    const end = this.begin(at);
    let status = 0;
    while (this.at < end) {
      const key = this.varint();
      if (key === 0x08) status = this.varint();
      else this.skip(key, end);
    }
    if (status === 1) this.sink.sessionStart(this.step, this.place);
  }

  private readSummary(at: number): void {
    const end = this.begin(at);
    while (this.at < end) {
      const key = this.varint();
      if (key === 0x0a) this.readValue(this.begin(this.at));
      else this.skip(key, end);
    }
  }

  /** One `Summary.Value`, which ends at `end`. */
  private readValue(end: number): void {
    if (this.readPlainScalar(end)) return;
    const { bytes } = this;
    let tag: Tag | undefined;
    let scalar = -1;
    let image = -1;
    let histogram = -1;
    let tensor = -1;
    let metadata = -1;
    while (this.at < end) {
      const key = this.varint();
      if (key === 0x0a) {
        const tagEnd = this.begin(this.at);
        if (tagEnd > end) throw new RangeError();
        tag = this.tags.find(bytes, this.at, tagEnd);
        this.at = tagEnd;
      } else {
        if (key === 0x15) scalar = this.at;
        else if (key === 0x22) image = this.at;
        else if (key === 0x2a) histogram = this.at;
        else if (key === 0x42) tensor = this.at;
        else if (key === 0x4a) metadata = this.at;
        this.skip(key, end);
      }
    }
    if (tag === undefined) return; // refused, which the table has reported
    if (scalar >= 0) {
      this.sink.scalar(tag, this.step, this.wall, this.view.getFloat32(scalar, true), this.place);
      return;
    }
    if (metadata >= 0) this.readMetadata(tag, metadata);
    if (image >= 0) this.readImage(tag, image);
    if (histogram >= 0) this.sink.histogram(tag, this.step, this.wall, this.place);
    if (tensor >= 0) this.readTensor(tag, tensor);
    this.at = end;
  }

  /** A short tag and a float, in this order: nine of ten values are that, and are read without looking at each field. */
  private readPlainScalar(end: number): boolean {
    const { bytes, at } = this;
    const valueAt = end - 5;
    const isPlain = bytes[at] === 0x0a && bytes[at + 1] < 0x80 && at + 2 + bytes[at + 1] === valueAt;
    if (!isPlain || bytes[valueAt] !== 0x15) return false;
    const tag = this.tags.find(bytes, at + 2, valueAt);
    this.at = end;
    if (tag === undefined) return true;
    this.sink.scalar(tag, this.step, this.wall, this.view.getFloat32(valueAt + 1, true), this.place);
    return true;
  }

  /** Which plugin shows the tag; said with its first value only, by some writers. */
  private readMetadata(tag: Tag, at: number): void {
    const end = this.begin(at);
    while (this.at < end) {
      const key = this.varint();
      if (key === 0x20 && this.varint() === 1) tag.plugin ??= 'scalars';
      else if (key === 0x0a) this.readPlugin(tag, this.begin(this.at));
      else if (key !== 0x20) this.skip(key, end);
    }
  }

  private readPlugin(tag: Tag, end: number): void {
    let content: Uint8Array | undefined;
    while (this.at < end) {
      const key = this.varint();
      const start = this.at;
      this.skip(key, end);
      if (key !== 0x0a && key !== 0x12) continue;
      const after = this.at;
      const partEnd = this.begin(start);
      if (key === 0x0a) tag.plugin = this.bytes.toString('latin1', this.at, Math.min(partEnd, this.at + 32));
      else content = this.bytes.subarray(this.at, partEnd);
      this.at = after;
    }
    if (tag.plugin === 'hparams' && content !== undefined) this.sink.hparams(content);
  }

  private readImage(tag: Tag, at: number): void {
    const end = this.begin(at);
    let [width, height] = [0, 0];
    while (this.at < end) {
      const key = this.varint();
      if (key === 0x08) height = this.varint();
      else if (key === 0x10) width = this.varint();
      else this.skip(key, end);
    }
    this.sink.image(tag, this.step, this.wall, width, height, this.place);
  }

  private readTensor(tag: Tag, at: number): void {
    const { plugin } = tag;
    if (plugin === 'scalars') {
      const value = this.scalarTensor(at);
      if (value !== undefined) this.sink.scalar(tag, this.step, this.wall, value, this.place);
    } else if (plugin === 'images') {
      const [width, height] = this.strings(at, 32);
      this.sink.image(tag, this.step, this.wall, Number(width) || 0, Number(height) || 0, this.place);
    } else if (plugin === 'histograms') {
      this.sink.histogram(tag, this.step, this.wall, this.place);
    } else if (plugin === 'text') {
      const text = this.strings(at, MAX_TEXT).join('\n\n').slice(0, MAX_TEXT);
      this.sink.text(tag, this.step, this.wall, text, this.place);
    }
  }

  /** The one number of a tensor: its dtype says how `tensor_content` is to be read, else the field it stands in does. */
  private scalarTensor(at: number): number | undefined {
    const end = this.begin(at);
    let [dtype, content, value] = [0, -1, undefined as number | undefined];
    while (this.at < end) {
      const key = this.varint();
      const start = this.at;
      if (key === 0x08) dtype = this.varint();
      else if (key === 0x22) {
        content = this.begin(start);
        this.at = content;
      } else if (key === 0x2d) value = this.float();
      else if (key === 0x31) value = this.double();
      else if (key === 0x38 || key === 0x50) value = this.varint();
      else this.skip(key, end);
      // Repeated fields come packed as a rule.
      if (key === 0x2a || key === 0x32 || key === 0x3a || key === 0x52) value = this.packed(key, start);
    }
    return content < 0 ? value : this.content(dtype, content, value);
  }

  private packed(key: number, start: number): number | undefined {
    const end = this.begin(start);
    if (this.at === end) return undefined;
    const value = key === 0x2a ? this.float() : key === 0x32 ? this.double() : this.varint();
    this.at = end;
    return value;
  }

  /** The last element before `end`. */
  private content(dtype: number, end: number, other: number | undefined): number | undefined {
    if (dtype === 1) return this.bytes.readFloatLE(end - 4);
    if (dtype === 2) return this.bytes.readDoubleLE(end - 8);
    if (dtype === 3) return this.bytes.readInt32LE(end - 4);
    if (dtype === 9) return Number(this.bytes.readBigInt64LE(end - 8));
    return other;
  }

  /** `string_val`, each cut off at `limit` bytes. */
  private strings(at: number, limit: number): string[] {
    const end = this.begin(at);
    const found: string[] = [];
    while (this.at < end) {
      const key = this.varint();
      if (key !== 0x42) {
        this.skip(key, end);
        continue;
      }
      const stringEnd = this.begin(this.at);
      if (found.length < 8)
        found.push(this.bytes.toString('utf8', this.at, Math.min(stringEnd, this.at + limit)));
      this.at = stringEnd;
    }
    return found;
  }
}
