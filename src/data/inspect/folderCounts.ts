import type { ImageFacts } from './imageFacts.js';
import type { FolderReport } from './inspection.js';
import { Tally } from './tally.js';

/** Counts what the images of a folder are. */
export class FolderCounts {
  private readonly formats = new Tally();
  private readonly sizes = new Tally();
  private readonly channels = new Tally();
  private readonly depths = new Map<string, { images: number; low: number; high: number }>();

  /** @param images of the folder, those that cannot be decoded too */
  constructor(private readonly images: number) {}

  add(facts: ImageFacts): void {
    const { format, width, height, type, low, high } = facts;
    this.formats.add(format);
    this.sizes.add(`${width} × ${height}`);
    this.channels.add(channelsInWords(facts));
    const depth = this.depths.get(type);
    if (depth === undefined) this.depths.set(type, { images: 1, low, high });
    else {
      depth.images++;
      depth.low = Math.min(depth.low, low);
      depth.high = Math.max(depth.high, high);
    }
  }

  report(): Omit<FolderReport, 'folder' | 'samples'> {
    return {
      images: this.images,
      formats: this.formats.top,
      sizes: this.sizes.top,
      channels: this.channels.top,
      depths: [...this.depths]
        .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
        .map(([type, counts]) => ({ type, ...counts })),
    };
  }
}

/** What a palette becomes differs: a training looks its colours up, and takes its numbers as classes with `--label_nc`. */
function channelsInWords({ channels, hasPalette, format }: ImageFacts): string {
  const words = `${channels} ${channels === 1 ? 'channel' : 'channels'}`;
  if (!hasPalette) return words;
  const numbers = format === 'gif' ? '' : '; its numbers with --label_nc';
  return `a palette (colours of ${words}${numbers})`;
}
