/** Extensions that count as images, in any case. What a file really holds is seen when it is decoded. */
export const imageExtensions = [
  ...['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.bmp', '.gif', '.avif', '.ppm', '.pgm'],
  ...['.npy', '.hdr'],
] as const;

/** Whether a file name ends like an image's. */
export function isImageName(name: string): boolean {
  const lower = name.toLowerCase();
  return imageExtensions.some((extension) => lower.endsWith(extension));
}
