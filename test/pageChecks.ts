import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { until } from './until.js';

// What holds for every page of ours.

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Asserts that axe finds nothing serious or critical in what the page shows now. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axeSource);
  const found =
    (await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) =>
      id + ': ' + nodes.map(({ html, any, all }) => html.slice(0, 200) + ' ' + [...any, ...all].map(({ message }) => message).join(' ')).slice(0, 3).join(' | ')))`)) as string[];
  assert.deepEqual(found, [], `${what}: axe`);
}

/** Asserts that nothing is wider than the window, once what is drawn by its width has been drawn anew. */
export async function assertFits(page: Page, what: string): Promise<void> {
  let over = 0;
  const fits = async () => {
    over = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    return over <= 0;
  };
  await until(fits, () => `${what}: ${over} pixels wider than the window`);
}
