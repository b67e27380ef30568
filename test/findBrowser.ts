import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** The hint that is printed where no browser is found. */
export const HOW_TO_INSTALL =
  'apt-get install chromium, or npx playwright-core install chromium, or set PIX2PIX_TEST_BROWSER to a Chromium';

/** Where a Chromium may be: the one that is named, then the system's, then Playwright's, then what people have. */
const candidates = () => [
  process.env.PIX2PIX_TEST_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  chromium.executablePath(),
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Whether a person has said that no browser is to be looked for. */
export const wantsNoBrowser = () => process.env.PIX2PIX_TEST_BROWSER === 'none';

/** The path of a Chromium that starts; undefined where there is none, or none is wanted. */
export function findBrowser(): string | undefined {
  if (wantsNoBrowser()) return undefined;
  return candidates().find((path) => path !== undefined && path !== '' && existsSync(path) && starts(path));
}

/** A file is not enough: Ubuntu's `chromium-browser` is a script that asks for a snap. On Windows it would open a window. */
function starts(path: string): boolean {
  return process.platform === 'win32' || spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
}
