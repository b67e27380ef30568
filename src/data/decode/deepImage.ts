import type { OnNote } from './decodeNote.js';

/** Decoded pixels with all that a file may have. */
export interface DeepImage {
  /** R, G, B; 0 ... 255 or 0 ... 65535. */
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Opacity in the same range, one element a pixel; absent where it was not asked for or the file has none. */
  readonly alpha?: Uint8Array | Uint16Array;
}

export interface DecodeOptions {
  /** Bits of a channel. Files of 8 bits are spread over 16: 255 becomes 65535. Default: 8. */
  readonly depth?: 8 | 16;
  /** Whether to keep an alpha channel. Default: no. */
  readonly alpha?: boolean;
  /** Told the size before anything of it is allocated; decoding waits for it. */
  readonly admit?: (pixels: number) => Promise<void>;
  /** Told what of the file its pixels do not show. */
  readonly onNote?: OnNote;
}
