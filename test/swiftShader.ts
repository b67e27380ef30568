import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** What Vulkan's loader is told by: the drivers to use in place of the system's. */
const DRIVERS = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];
const DRIVER = 'vk_swiftshader_icd.json';

/** Where Chromium is, as a system's package and as Playwright's download. */
const folders = () => [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  join(chromium.executablePath(), '..'),
];

/**
 * The environment in which processes use SwiftShader, the GPU in software that Chromium brings, so that tests run the
 * same on every machine, and Vulkan's loader beside it, so that none need be installed. Nothing where there is no
 * Chromium, and where somebody has named drivers.
 *
 * The loader is found only by processes that are started with this environment.
 */
export function softwareGpu(): Readonly<Record<string, string>> {
  if (process.platform !== 'linux' || DRIVERS.some((name) => process.env[name] !== undefined)) return {};
  const folder = folders().find((candidate) => existsSync(join(candidate, DRIVER)));
  if (folder === undefined) return {};
  const { LD_LIBRARY_PATH: libraries, XDG_RUNTIME_DIR: runtime = tmpdir() } = process.env;
  return {
    VK_ICD_FILENAMES: join(folder, DRIVER),
    LD_LIBRARY_PATH: libraries === undefined ? folder : `${libraries}:${folder}`,
    XDG_RUNTIME_DIR: runtime, // without one SwiftShader complains
  };
}

/**
 * The same for this process, and those that it starts: for tests that are run by hand.
 * @returns whether drivers are named now
 */
export function useSwiftShader(): boolean {
  Object.assign(process.env, softwareGpu());
  return DRIVERS.some((name) => process.env[name] !== undefined);
}
