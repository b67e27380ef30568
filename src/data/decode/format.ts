/** How the first bytes of a file look. SVG and other formats that libvips may know are no training images. */
const signatures = {
  jpeg: /^\xff\xd8\xff/,
  png: /^\x89PNG\r\n/,
  gif: /^GIF8[79]a/,
  webp: /^RIFF.{4}WEBP/s,
  tiff: /^(II[*+]|MM.[*+])/s,
  // the major brand, or one of those that it is compatible with (ISO/IEC 14496-12, 4.3)
  avif: /^.{4}ftyp(.{4}){0,8}avi[fs]/s,
  bmp: /^BM/,
  netpbm: /^P[2356][\s#]/,
  npy: /^\x93NUMPY/,
  hdr: /^#\?(RADIANCE|RGBE)\n/,
} as const;

/** Bytes in which any of them shows. */
export const SIGNATURE_BYTES = 48;

export type FileFormat = keyof typeof signatures;

/** The formats as messages name them. */
export const FORMATS_IN_WORDS = 'JPEG, PNG, WebP, TIFF, GIF, AVIF, BMP, PPM, PGM, HDR or NPY';

/** The format of a file by its content, whatever its name; undefined for an unknown one. */
export function formatOf(file: Buffer): FileFormat | undefined {
  const start = file.toString('latin1', 0, SIGNATURE_BYTES);
  const formats = Object.keys(signatures) as FileFormat[];
  return formats.find((format) => signatures[format].test(start));
}
