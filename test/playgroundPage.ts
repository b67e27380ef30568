import type { Page } from 'playwright-core';
import type { ImageBatch } from '../src/data/batch/imageBatch.js';
import type { ScriptedPage } from './drivenPage.js';

// The playground's element, from outside.

/** An element of the playground, as the page's own scripts find it. */
export const element = (selector: string) =>
  `document.querySelector('pix2pix-translate').shadowRoot.querySelector('${selector}')`;

/** Waits until something is translated. */
export async function translated(page: Page): Promise<void> {
  await page.getByText(/^, \d+ ms$/).waitFor();
}

/** Gives the page a picture as a paste does, at whatever a selector finds. */
export async function paste(page: Page, png: Uint8Array, selector: string): Promise<void> {
  await page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob('${Buffer.from(png).toString('base64')}'), (c) => c.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true, cancelable: true });
    ${selector}.dispatchEvent(event);
  })()`);
}

/** The pixels of a canvas without their opacity. */
export async function pixelsOf(page: ScriptedPage, canvas: 'drawing' | 'result'): Promise<ImageBatch> {
  const { width, height, data } = (await page.evaluate(`(() => {
    const c = ${element(`canvas.${canvas}`)};
    const { width, height, data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
    return { width, height, data: [...data] };
  })()`)) as { width: number; height: number; data: number[] };
  return { data: Uint8Array.from(data.filter((_, i) => i % 4 !== 3)), shape: [1, height, width, 3] };
}

/** Of any byte, in 255; 255 where their sizes differ. */
export function largestDifference(a: ImageBatch, b: ImageBatch): number {
  if (`${a.shape}` !== `${b.shape}`) return 255;
  return a.data.reduce((largest, byte, i) => Math.max(largest, Math.abs(byte - b.data[i])), 0);
}
