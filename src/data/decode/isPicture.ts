import type { Metadata } from 'sharp';

/** Whether libvips knows what the channels of an image are, and keeps them: grey or colours of 8 or 16 bits, with opacity. */
export function isPicture({ channels, depth, space }: Metadata): boolean {
  return (depth === 'uchar' || depth === 'ushort') && channels <= 4 && space !== 'multiband';
}
