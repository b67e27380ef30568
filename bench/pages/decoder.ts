import { browserPictures } from '../../web/train/browserPictures.js';

// Pictures as the training page decodes and resizes them.

const { decode, resize } = browserPictures;

Object.assign(window, {
  /** The bytes R, G, B of a picture of a data URL, resized where a size is given; in base64. */
  pixelsOf: async (url: string, size?: { width: number; height: number }): Promise<string> => {
    const picture = await decode(await (await fetch(url)).blob());
    const { data } = size === undefined ? picture : await resize(picture, size);
    let text = '';
    for (let i = 0; i < data.length; i += 30_000)
      text += String.fromCharCode(...data.subarray(i, i + 30_000));
    return btoa(text);
  },
});
