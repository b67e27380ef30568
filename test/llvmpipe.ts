/**
 * Mesa's llvmpipe: Vulkan on the processor, with 16-bit floats and matrices of subgroups as GPUs with tensor cores have them.
 * Older systems' Mesa has none of these and newer ones need a newer C library, so `installLlvmpipe.ts` puts both into a folder,
 * and programs are started by the loader there.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './tinyRun.js';

/** What `installLlvmpipe` fills. */
export const LLVMPIPE_FOLDER = join(root, 'node_modules', '.cache', 'llvmpipe');

const LIBRARIES = join(LLVMPIPE_FOLDER, 'usr', 'lib', 'x86_64-linux-gnu');
const LOADER = join(LIBRARIES, 'ld-linux-x86-64.so.2');

/** What Vulkan's loader reads, by which it finds the driver. */
export const LLVMPIPE_DRIVER = {
  file: join(LLVMPIPE_FOLDER, 'driver.json'),
  content: {
    file_format_version: '1.0.1',
    ICD: { api_version: '1.4.0', library_path: join(LIBRARIES, 'libvulkan_lvp.so') },
  },
};

/** How Node is started with llvmpipe as its only GPU. */
export interface Llvmpipe {
  readonly program: string;
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Undefined where it is not installed. */
export function findLlvmpipe(): Llvmpipe | undefined {
  if (!existsSync(LLVMPIPE_DRIVER.file)) return undefined;
  const { file } = LLVMPIPE_DRIVER;
  return {
    program: LOADER,
    argv: ['--library-path', LIBRARIES, process.execPath],
    env: { ...process.env, VK_DRIVER_FILES: file, VK_ICD_FILENAMES: file, XDG_RUNTIME_DIR: tmpdir() },
  };
}
