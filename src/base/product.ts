import { createRequire } from 'node:module';

interface Manifest {
  readonly version: string;
  readonly homepage: string;
  readonly bugs: string;
}

const manifest = createRequire(import.meta.url)('../../../package.json') as Manifest; // from dist/src/base

/** The version of this package, and where its documentation is and defects are reported. */
export const { version: productVersion, homepage, bugs } = manifest;
