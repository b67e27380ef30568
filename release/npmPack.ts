import { spawnSync } from 'node:child_process';

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Makes the tarball of a folder in `out`, as `npm publish` would; gives its file name. */
export function npmPack(folder: string, out: string): string {
  return run(folder, '--pack-destination', out).filename;
}

/** The files that the tarball of a folder would hold. */
export function packedFiles(folder: string): string[] {
  return run(folder, '--dry-run').files.map(({ path }) => path);
}

function run(folder: string, ...argv: string[]): Packed {
  const settings = {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 << 20,
  } as const;
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['pack', '--ignore-scripts', '--json', ...argv],
    settings,
  );
  if (status !== 0) throw new Error(`npm pack does not run in ${folder}: ${error?.message ?? stderr}`);
  const parsed: unknown = JSON.parse(stdout);
  return (Array.isArray(parsed) ? parsed[0] : Object.values(parsed as object)[0]) as Packed;
}
