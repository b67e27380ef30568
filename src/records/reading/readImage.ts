import { fromBinary } from '@bufbuild/protobuf';
import { EventSchema, type Summary_Value } from '../writing/tensorboard_pb.js';
import type { Run } from './run.js';

/** Larger ones are not shown. */
const MAX_BYTES = 1 << 26;

export interface StoredImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
}

/** An image as it was written; undefined where there is none of that tag and step, or it is in no known format. */
export async function readImage(run: Run, tagName: string, step: number): Promise<StoredImage | undefined> {
  const track = [...run.contents.images].find(([tag]) => tag.name === tagName)?.[1];
  const index = track?.steps.lastIndexOf(step) ?? -1;
  if (track === undefined || index < 0) return undefined;
  const payload = await run.log.payloadAt(track.places[index], MAX_BYTES);
  const event = payload && fromBinary(EventSchema, payload);
  if (event?.what.case !== 'summary') return undefined;
  const value = event.what.value.value.find(({ tag }) => tag === tagName);
  const bytes = value && imageBytes(value);
  const mediaType = bytes && mediaTypeOf(bytes);
  return bytes && mediaType && { bytes: Uint8Array.from(bytes), mediaType };
}

function imageBytes({ value }: Summary_Value): Uint8Array | undefined {
  if (value.case === 'image') return value.value.encodedImageString;
  return value.case === 'tensor' ? value.value.stringVal[2] : undefined; // width, height, image
}

/** By their first bytes: nothing is served as an image that is none. */
function mediaTypeOf(bytes: Uint8Array): StoredImage['mediaType'] | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('GIF8')) return 'image/gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp';
  return undefined;
}
