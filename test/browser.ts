import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { findBrowser, HOW_TO_INSTALL } from './findBrowser.js';
import { PATIENCE } from './until.js';

// A page in headless Chromium, from a server as plain as any static host.

/** The browser that tests use, and why they are skipped where there is none. */
export const browserPath = findBrowser();
export const skipWithoutBrowser = browserPath === undefined && `no Chromium: ${HOW_TO_INSTALL}`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
};

/** Chromium with WebGPU on SwiftShader, the GPU in software that it brings. */
export const SOFTWARE_GPU = [
  ...['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  ...['--enable-features=Vulkan', '--use-vulkan=swiftshader'],
] as const;

/** Serves a folder; every request's path is noted, and none is answered while the network is silent. */
export async function serve(folder: string, headers: Readonly<Record<string, string>> = {}) {
  const requests: string[] = [];
  const network = { isSilent: false };
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url!, 'http://localhost').pathname).replace(/\/$/, '/index.html');
    requests.push(path);
    if (network.isSilent) return; // the connection stays open
    try {
      const file = await readFile(join(folder, path));
      response.writeHead(200, {
        'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream',
        ...headers,
      });
      response.end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, requests, network, close };
}

/** A browser; errors of its pages are collected. */
export async function openPage(url: string, args: readonly string[] = []) {
  const browser = await chromium.launch({
    executablePath: browserPath,
    timeout: PATIENCE,
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
  });
  const context = await browser.newContext({ viewport: { width: 1100, height: 760 } }); // tests may open more tabs in it
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors, close: () => browser.close() };
}
