import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstFailure } from './firstFailure.js';
import { findLlvmpipe, LLVMPIPE_DRIVER, LLVMPIPE_FOLDER } from './llvmpipe.js';

/** The release of Debian whose packages, with those of its backports, have matrices. */
const [RELEASE, NEWER] = ['trixie', 'trixie-backports'];
const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1', 'libstdc++6'];

/**
 * Puts Mesa's llvmpipe, and all libraries that it needs, into a folder beside the project's packages, where it is not yet: 63 MB
 * from the mirror that the system's own packages come from; nothing of the system is changed. A failure does not fail
 * the run: the tests that need it are skipped. Silent where the system is not Debian.
 *
 * @param say takes a line for people
 */
export function installLlvmpipe(say: (line: string) => void = console.log): void {
  const isDebian = process.arch === 'x64' && existsSync('/etc/debian_version');
  const mirror = isDebian && findLlvmpipe() === undefined ? mirrorOfSystem() : undefined;
  if (mirror === undefined) return;
  say('no GPU for the tests of tensor cores: fetching Mesa’s llvmpipe');
  const work = mkdtempSync(join(tmpdir(), 'pix2pix-llvmpipe-'));
  try {
    const failure = download(work, mirror) ?? unpack(join(work, 'cache', 'archives'));
    if (failure !== undefined) say(`  ${failure}\n  the tests of tensor cores are skipped`);
    else writeFileSync(LLVMPIPE_DRIVER.file, JSON.stringify(LLVMPIPE_DRIVER.content));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Where the system's packages come from. */
function mirrorOfSystem(): string | undefined {
  const format = '$(REPO_URI) $(RELEASE)';
  const { stdout, status } = spawnSync(
    'apt-get',
    ['indextargets', '--format', format, 'Created-By: Packages'],
    { encoding: 'utf8' },
  );
  if (status !== 0) return undefined;
  const targets = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  return targets.find(([, release]) => /^[a-z]+$/.test(release ?? ''))?.[0];
}

/** By an apt-get that has nothing installed, and keeps all that it knows in a folder of its own: no rights are needed. */
function download(work: string, mirror: string): string | undefined {
  const at = (name: string) => join(work, name);
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('status'), '');
  writeFileSync(at('sources'), [RELEASE, NEWER].map((release) => `deb ${mirror} ${release} main\n`).join(''));
  const settings = {
    ...{ 'Dir::Etc::SourceList': at('sources'), 'Dir::Etc::SourceParts': '/dev/null' },
    ...{ 'Dir::State::Lists': at('lists'), 'Dir::State::status': at('status'), 'Dir::Cache': at('cache') },
    ...{ 'Debug::NoLocking': '1', 'APT::Sandbox::User': '' },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
  writeFileSync(at('apt.conf'), lines.join(''));
  const install = ['install', '-y', '--no-install-recommends', '--download-only', '-t', NEWER, ...PACKAGES];
  return firstFailure(
    [
      ['apt-get', '-qq', 'update'],
      ['apt-get', '-qq', ...install],
    ],
    { APT_CONFIG: at('apt.conf') },
  );
}

function unpack(archives: string): string | undefined {
  rmSync(LLVMPIPE_FOLDER, { recursive: true, force: true });
  mkdirSync(LLVMPIPE_FOLDER, { recursive: true });
  const packages = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  return firstFailure(packages.map((name) => ['dpkg-deb', '-x', join(archives, name), LLVMPIPE_FOLDER]));
}
