import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './tinyRun.js';

/**
 * A module of web/ that needs no browser, as Node can import it: the build bundles web/ into pages, and leaves no such
 * module behind.
 *
 *     const steps = await webModule<typeof import('../web/dashboard/images/steps.js')>('dashboard/images/steps.ts');
 */
export async function webModule<T>(path: string): Promise<T> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'web', path)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return (await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )) as T;
}
