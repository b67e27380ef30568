import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readEventsFrom } from '../eventFileReader.js';
import { type Event, SessionLog_SessionStatus } from '../tensorboard_pb.js';
import type { RemoteImage, ScalarPoint } from './remoteTracker.js';

/** A batch ends with the event that fills it. */
const POINTS = 1000;
const IMAGE_BYTES = 4e6;

/** The events after some place in the event files, and how far they reach. */
export interface EventBatch {
  readonly points: readonly ScalarPoint[];
  readonly images: readonly RemoteImage[];
  /** Up to which byte each file has been read. */
  readonly events: Readonly<Record<string, number>>;
}

/** Reads a run's event files from where they have been sent to. */
export class UnsentEvents {
  /** The step from which each file repeats the run, by name. */
  private readonly purges = new Map<string, number>();

  constructor(private readonly folder: string) {}

  /**
   * The next batch, or undefined where nothing new has been written. Damaged records are stepped over. Events of steps
   * that a later session repeated, because it went on from an earlier step, are left out where they have not been sent
   * yet.
   */
  async next(sent: Readonly<Record<string, number>>): Promise<EventBatch | undefined> {
    const points: ScalarPoint[] = [];
    const images: RemoteImage[] = [];
    const events = { ...sent };
    const names = await eventFiles(this.folder);
    let bytes = 0;
    for (const [place, name] of names.entries()) {
      const purged = await this.purgedFrom(names.slice(place + 1));
      const source = readEventsFrom(join(this.folder, name), sent[name] ?? 0, { onCorrupt: () => {} });
      for await (const { event, end } of source) {
        events[name] = end;
        if (Number(event.step) < purged) {
          points.push(...scalarsOf(event));
          const found = imagesOf(event);
          images.push(...found);
          bytes += found.reduce((sum, image) => sum + image.bytes.length, 0);
        }
        if (points.length >= POINTS || bytes >= IMAGE_BYTES) return { points, images, events };
      }
    }
    const isNew = names.some((name) => events[name] !== sent[name]);
    return isNew ? { points, images, events } : undefined;
  }

  /** The first step that one of the files repeats. */
  private async purgedFrom(names: readonly string[]): Promise<number> {
    let step = Number.POSITIVE_INFINITY;
    for (const name of names) {
      const purge = this.purges.get(name) ?? (await purgeOf(join(this.folder, name)));
      if (purge === undefined) continue;
      this.purges.set(name, purge);
      step = Math.min(step, purge);
    }
    return step;
  }
}

/** In the order in which they were begun, which is that of their names. */
async function eventFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.includes('tfevents'));
  return files.map(({ name }) => name).sort();
}

/** A session that goes on writes, before anything else, from which step on. */
async function purgeOf(file: string): Promise<number | undefined> {
  for await (const { event } of readEventsFrom(file, 0, { onCorrupt: () => {} })) {
    const { what, step } = event;
    if (what.case === 'sessionLog' && what.value.status === SessionLog_SessionStatus.START)
      return Number(step);
    if (what.case !== 'fileVersion') return undefined;
  }
  return undefined;
}

function scalarsOf({ what, step, wallTime }: Event): ScalarPoint[] {
  if (what.case !== 'summary') return [];
  return what.value.value.flatMap(({ tag, value }) =>
    value.case === 'simpleValue'
      ? [{ tag, step: Number(step), wall: Math.round(wallTime * 1000), value: value.value }]
      : [],
  );
}

function imagesOf({ what, step, wallTime }: Event): RemoteImage[] {
  if (what.case !== 'summary') return [];
  return what.value.value.flatMap(({ tag, value }) =>
    value.case === 'image'
      ? [
          {
            tag,
            step: Number(step),
            wall: Math.round(wallTime * 1000),
            bytes: value.value.encodedImageString,
          },
        ]
      : [],
  );
}
