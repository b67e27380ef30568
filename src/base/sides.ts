/** Width and height of an image, in pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** `512x256` */
export const inPixels = ({ width, height }: Sides) => `${width}x${height}`;
