/** Of a picture. Decoded, more than that takes gigabytes, which pages have not. */
export const MOST_PIXELS = 64e6;
