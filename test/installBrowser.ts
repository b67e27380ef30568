import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBrowser, HOW_TO_INSTALL, wantsNoBrowser } from './findBrowser.js';
import { firstFailure } from './firstFailure.js';

// Installs a browser for `npm test` where tests need one and there is none. A failure does not fail the run: those
// tests are skipped.

/** A way to install a browser: commands, one after another. */
interface Way {
  readonly name: string;
  readonly isOpen: boolean;
  readonly commands: readonly (readonly string[])[];
}

/**
 * Installs a browser where none is found; prints what it does, and why it could not. Silent where there is one, and
 * where `PIX2PIX_TEST_BROWSER=none` says that none is wanted.
 *
 * @param say takes a line for people
 */
export function installBrowser(say: (line: string) => void = console.log): void {
  if (wantsNoBrowser() || findBrowser() !== undefined) return;
  for (const { name, isOpen, commands } of ways()) {
    if (!isOpen) continue;
    say(`no browser for the tests of pages: trying ${name}`);
    const failure = firstFailure(commands);
    if (failure !== undefined) say(`  ${failure}`);
    const found = findBrowser();
    if (found !== undefined) {
      say(`  the tests use ${found}`);
      return;
    }
  }
  say(`the tests of pages are skipped\n  fix  ${HOW_TO_INSTALL}`);
}

function ways(): Way[] {
  const isRoot = process.getuid?.() === 0;
  // the fonts, because a bare system has none and text would be boxes
  const packages = ['chromium', 'fonts-liberation'];
  const playwright = join(dirname(createRequire(import.meta.url).resolve('playwright-core')), 'cli.js');
  return [
    {
      name: `apt-get install ${packages.join(' ')}`,
      isOpen: isRoot && existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version'),
      commands: [
        ['apt-get', '-qq', 'update'],
        ['apt-get', '-qq', '-y', '--no-install-recommends', 'install', ...packages],
      ],
    },
    {
      name: 'npx playwright-core install chromium',
      isOpen: true,
      commands: [[process.execPath, playwright, 'install', '--no-shell', 'chromium']],
    },
  ];
}
