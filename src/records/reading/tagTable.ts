import type { SeriesSummary } from './seriesSummary.js';

/** A tag of a run: known by its bytes, so that it is made a string once and not for each of a million points. */
export interface Tag {
  readonly name: string;
  /** TensorBoard's plugin that shows it: of tensors, it alone tells scalars from images and text. */
  plugin?: string;
  /** Where its points are kept: found here without a search. */
  series?: SeriesSummary;
  /** Whether it is about the machine: such scalars are written while nothing is learned, too. */
  readonly isAboutMachine: boolean;
}

interface Entry extends Tag {
  readonly bytes: Buffer;
  /** The tag that followed it last time: files repeat the same few tags in the same order. */
  next?: Entry;
}

/** No sensible tag is longer; a longer one is refused. */
const MAX_TAG_BYTES = 1000;
/** Nor has a run more. */
const MAX_TAGS = 4000;

/** All tags of a run. Its memory is bounded, whatever a file contains. */
export class TagTable {
  private readonly entries = new Map<string, Entry>();
  private previous: Entry | undefined;

  /** @param onProblem told, in one line, of tags that are refused */
  constructor(private readonly onProblem: (problem: string) => void) {}

  /** The tag whose UTF-8 bytes these are; undefined where it is refused. */
  find(bytes: Buffer, from: number, to: number): Tag | undefined {
    const expected = this.previous?.next;
    if (expected !== undefined && equals(expected.bytes, bytes, from, to)) {
      this.previous = expected;
      return expected;
    }
    if (to - from > MAX_TAG_BYTES) {
      const start = bytes.toString('utf8', from, from + 40);
      this.onProblem(`a tag of ${to - from} bytes is left out: ${JSON.stringify(start)}...`);
      return undefined;
    }
    return this.named(bytes.toString('utf8', from, to));
  }

  /** The tag of that name, which is made if need be. */
  named(name: string): Tag | undefined {
    let entry = this.entries.get(name);
    if (entry === undefined) {
      if (this.entries.size >= MAX_TAGS) {
        this.onProblem(`more than ${MAX_TAGS} tags: the others are left out`);
        return undefined;
      }
      entry = { name, bytes: Buffer.from(name), isAboutMachine: name.startsWith('system/') };
      this.entries.set(name, entry);
    }
    if (this.previous !== undefined) this.previous.next = entry;
    this.previous = entry;
    return entry;
  }

  /** Every tag, in the order in which they were met. */
  all(): Iterable<Tag> {
    return this.entries.values();
  }
}

function equals(expected: Buffer, bytes: Buffer, from: number, to: number): boolean {
  const { length } = expected;
  if (to - from !== length) return false;
  for (let i = 0; i < length; i++) if (expected[i] !== bytes[from + i]) return false;
  return true;
}
