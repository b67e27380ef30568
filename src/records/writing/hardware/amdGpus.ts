import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../../../base/files/namesIn.js';
import type { GpuReading } from './gpuReading.js';

/** Where Linux shows its graphics cards. */
const CARDS = '/sys/class/drm';

/**
 * The use of AMD's GPUs, as their driver in Linux shows it in files, by the numbers of their cards: `gpu_busy_percent`,
 * `mem_info_vram_used`, `mem_info_vram_total`. Other GPUs have no such files, and none is on other systems.
 *
 * @param folder of all cards
 */
export function readAmdGpus(folder = CARDS): ReadonlyMap<number, GpuReading> {
  const gpus = new Map<number, GpuReading>();
  for (const card of namesIn(folder)) {
    const number = /^card(\d{1,4})$/.exec(card)?.[1];
    if (number === undefined) continue;
    const text = (name: string) => contents(join(folder, card, 'device', name));
    const figure = (name: string) => {
      const read = text(name);
      return read !== undefined && /^\d{1,15}$/.test(read) ? Number(read) : undefined;
    };
    const utilization = figure('gpu_busy_percent');
    const memoryBytes = figure('mem_info_vram_used');
    if (utilization === undefined && memoryBytes === undefined) continue;
    const name = text('product_name') || `AMD ${text('device') ?? 'GPU'}`;
    gpus.set(Number(number), { name, utilization, memoryBytes, totalBytes: figure('mem_info_vram_total') });
  }
  return gpus;
}

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // this card does not tell
  }
}
