import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository; compiled tests lie in dist/test. */
export const repositoryRoot = join(import.meta.dirname, '../..');

/** A file that PyTorch has made, described in test/fixtures/README.md. */
export function fixture(name: string): string {
  return join(repositoryRoot, 'test/fixtures', name);
}

/** A file of `../shared/data`, which is not in the repository, and why a test that needs it is skipped. */
export function sharedData(name: string): { path: string; skip: string | false } {
  const path = join(repositoryRoot, '../shared/data', name);
  return { path, skip: !existsSync(path) && `no ../shared/data/${name}` };
}
