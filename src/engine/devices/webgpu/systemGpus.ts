import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of a system that have to do with GPUs, as far as they can be seen without asking a GPU. */
export interface SystemGpus {
  /** Whether there is hardware: undefined where the system does not show it. */
  readonly hasHardware: boolean | undefined;
  /** Whether somebody has named the drivers to use, which may be any. */
  readonly namesDrivers: boolean;
  /** The parts without which WebGPU finds no GPU here, each with what to do. */
  readonly missing: readonly string[];
}

/** Where to look; tests look elsewhere. */
export interface SystemView {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In front of every path. Default: nothing. */
  readonly root?: string;
}

/** What Vulkan's loader is told by: the drivers to use in place of the system's. */
const NAMED_DRIVERS = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];
const LIBRARIES = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib'];
/** Where Vulkan's loader looks for files that name drivers. */
const DRIVER_FILES = ['/usr/share', '/usr/local/share', '/etc', '/usr/local/etc'].map(
  (folder) => `${folder}/vulkan/icd.d`,
);
/** Where NVIDIA's container tools put the driver on some systems, which the loader does not know. */
const NVIDIA_ASIDE = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';

/** Looks at the files of this machine: no library is loaded, so that nothing is lost where there is no GPU. */
export function systemGpus(view: SystemView = process): SystemGpus {
  const namesDrivers = NAMED_DRIVERS.some((name) => view.env[name] !== undefined);
  if (view.platform === 'linux') return { namesDrivers, ...linuxGpus(view, namesDrivers) };
  // Every Apple processor has a GPU, and what it needs is part of the system; of others nothing is seen.
  const hasHardware = view.platform === 'darwin' && view.arch === 'arm64' ? true : undefined;
  return { hasHardware, namesDrivers, missing: [] };
}

/**
 * The files by which this process may reach cards, on Linux: a launcher or a container that shows a process one card of several
 * lets it use no others.
 */
export function cardNodes({ root = '' }: Pick<SystemView, 'root'> = {}): readonly string[] {
  const nvidia = namesIn(join(root, '/dev')).filter((name) => /^nvidia\d+$/.test(name));
  const others = namesIn(join(root, '/dev/dri')).filter((name) => name.startsWith('renderD'));
  const nodes = [...nvidia.map((name) => `/dev/${name}`), ...others.map((name) => `/dev/dri/${name}`)];
  return nodes.filter((node) => mayUse(join(root, node))).sort();
}

function linuxGpus({ root = '', env }: SystemView, namesDrivers: boolean): Omit<SystemGpus, 'namesDrivers'> {
  const at = (path: string) => join(root, path);
  const list = (folder: string) => namesIn(at(folder));
  const hasNvidia = list('/dev').some((name) => /^nvidia(\d+|ctl)$/.test(name));
  const nodes = list('/dev/dri').filter((name) => name.startsWith('renderD'));
  const isWsl = list('/dev').includes('dxg');
  if (!hasNvidia && nodes.length === 0 && !isWsl) return { hasHardware: false, missing: [] };
  const drivers = DRIVER_FILES.flatMap(list);
  const missing: string[] = [];
  if (!hasLibrary('libvulkan.so.1', at, env)) {
    missing.push("Vulkan's loader: apt-get install libvulkan1, or dnf install vulkan-loader");
  }
  if (hasNvidia && !namesDrivers && !drivers.some((name) => name.includes('nvidia'))) {
    missing.push(
      existsSync(at(NVIDIA_ASIDE))
        ? `the driver's Vulkan part lies where the loader does not look: export VK_DRIVER_FILES=${NVIDIA_ASIDE}`
        : "the graphics part of NVIDIA's driver: start the container with -e NVIDIA_DRIVER_CAPABILITIES=all; " +
            'outside of one, install the driver with its libraries for graphics',
    );
  }
  if (!hasNvidia && !namesDrivers && drivers.length === 0) {
    missing.push("Mesa's Vulkan drivers: apt-get install mesa-vulkan-drivers");
  }
  const refused = hasNvidia ? [] : nodes.filter((name) => !mayUse(at(`/dev/dri/${name}`)));
  if (refused.length > 0) {
    missing.push(
      `the right to use /dev/dri/${refused[0]}: sudo usermod -aG render $USER, then log in again; in a ` +
        'container, --device /dev/dri --group-add with the number of its group',
    );
  }
  return { hasHardware: true, missing };
}

function hasLibrary(name: string, at: (path: string) => string, env: SystemView['env']): boolean {
  const named = (env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  // Debian has a folder for each architecture: /usr/lib/x86_64-linux-gnu.
  const below = LIBRARIES.flatMap((folder) =>
    namesIn(at(folder))
      .filter((entry) => entry.includes('linux-gnu'))
      .map((entry) => join(folder, entry)),
  );
  return [...named, ...LIBRARIES, ...below].some((folder) => existsSync(join(at(folder), name)));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
