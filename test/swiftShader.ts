import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** What Vulkan's loader is told by: the drivers to use in place of the system's. */
const DRIVERS = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];
const DRIVER = 'vk_swiftshader_icd.json';

const folders = () => [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  join(chromium.executablePath(), '..'),
];

/**
 * Tells this process and its children to use SwiftShader, the GPU in software that Chromium brings, so that tests run
 * the same on every machine. Whoever has named drivers is obeyed.
 * @returns whether drivers are named now
 */
export function useSwiftShader(): boolean {
  if (DRIVERS.some((name) => process.env[name] !== undefined)) return true;
  if (process.platform !== 'linux') return false;
  const found = folders()
    .map((folder) => join(folder, DRIVER))
    .find((path) => existsSync(path));
  if (found !== undefined) process.env.VK_ICD_FILENAMES = found;
  return found !== undefined;
}
