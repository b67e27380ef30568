import type { Bench } from './bench.js';

/** Translates a picture of 256 × 256. */
export type Translate = (picture: ImageData) => Promise<ImageData>;

declare global {
  interface Window {
    bench: Bench;
  }
}

/**
 * Runs a way to translate as pages do: picture in, picture out, and onto a canvas.
 *
 * @param load loads code and weights; `backend` is the page's own `?backend=`
 */
export function contend(load: (backend: string) => Promise<Translate>): void {
  const backend = new URLSearchParams(location.search).get('backend') ?? '';
  const context = document.querySelector('canvas')!.getContext('2d')!;
  const ready = Promise.all([load(backend), readInput()]);
  const once = async () => {
    const [translate, input] = await ready;
    const result = await translate(input);
    context.putImageData(result, 0, 0);
    return result;
  };
  const first = once().then(({ data }) => ({ milliseconds: performance.now(), pixels: [...data] }));
  window.bench = {
    first,
    frames: async (seconds) => {
      const times: number[] = [];
      for (const end = performance.now() + 1000 * seconds; performance.now() < end || times.length < 2; ) {
        const start = performance.now();
        await once();
        times.push(performance.now() - start);
      }
      return times;
    },
  };
}

async function readInput(): Promise<ImageData> {
  const bitmap = await createImageBitmap(await (await fetch('input.png')).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/** -1 ... 1 of R, G and B in this order of axes: channels last (NHWC), or first (NCHW). */
export function toFloats({ data, width, height }: ImageData, isChannelsLast: boolean): Float32Array {
  const pixels = width * height;
  const floats = new Float32Array(3 * pixels);
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < 3; c++)
      floats[isChannelsLast ? 3 * i + c : c * pixels + i] = data[4 * i + c] / 127.5 - 1;
  return floats;
}

/** The way back. */
export function toImageData(
  floats: ArrayLike<number>,
  width: number,
  height: number,
  isChannelsLast: boolean,
): ImageData {
  const image = new ImageData(width, height);
  const pixels = width * height;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++)
      image.data[4 * i + c] = Math.round((floats[isChannelsLast ? 3 * i + c : c * pixels + i] + 1) * 127.5);
    image.data[4 * i + 3] = 255;
  }
  return image;
}
