import { type Browser, chromium, type Page } from 'playwright-core';
import { type DashboardServer, startDashboard } from '../../src/records/dashboard/dashboardServer.js';
import { browserPath } from '../browser.js';
import { PATIENCE } from '../until.js';

export { assertAccessible, assertFits } from '../pageChecks.js';

// The dashboard as a user sees it: the real server, the built page, a real headless browser.

export interface DashboardPage {
  readonly page: Page;
  readonly server: DashboardServer;
  /** Things that the page must never do: errors, refused contents, requests to anywhere but its server. */
  readonly offences: readonly string[];
  /** Goes to a view: `#/images`. */
  open(hash: string): Promise<void>;
  close(): Promise<void>;
}

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1440, height: 900 } as const;

/** The server of a log directory, and its page in a browser. */
export async function openDashboard(logDirectory: string): Promise<DashboardPage> {
  const server = await startDashboard({ logDirectory, port: 0 });
  const browser = await startBrowser();
  const page = await browser.newPage({ viewport: DESK, colorScheme: 'light' });
  page.setDefaultTimeout(PATIENCE);
  const offences = watch(page, new URL(server.url).origin);
  await page.goto(server.url);
  return {
    page,
    server,
    offences,
    open: async (hash) => {
      await page.goto(server.url + hash);
      await page.locator('main :is(h1, h2, table)').first().waitFor();
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** A browser; whoever starts it closes it. */
export function startBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath: browserPath, args, timeout: PATIENCE });
}

/** Notes what a page does that it must not. Chromium reports what the content security policy refuses as an error. */
export function watch(page: Page, origin: string): string[] {
  const offences: string[] = [];
  page.on('pageerror', (error) => offences.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') offences.push(message.text());
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(origin)) offences.push(`asked ${url}`);
  });
  return offences;
}
