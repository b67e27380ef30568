import type { Page } from 'playwright-core';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';

// The playground's element, from outside.

/** An element of the playground, as the page's own scripts find it. */
export const element = (selector: string) =>
  `document.querySelector('pix2pix-translate').shadowRoot.querySelector('${selector}')`;

/** The pixels of a canvas without their opacity. */
export async function pixelsOf(page: Page, canvas: 'drawing' | 'result'): Promise<ImageBatch> {
  const { width, height, data } = (await page.evaluate(`(() => {
    const c = ${element(`canvas.${canvas}`)};
    const { width, height, data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    return { width, height, data: [...data] };
  })()`)) as { width: number; height: number; data: number[] };
  return { data: Uint8Array.from(data.filter((_, i) => i % 4 !== 3)), shape: [1, height, width, 3] };
}
