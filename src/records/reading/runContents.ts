import { ALERT_TAG, CHECKPOINT_TAG } from '../writing/eventTracker.js';
import type { EventSink } from './eventWire.js';
import { readHparams } from './readHparams.js';
import type { Mark, RunSummary } from './runSummary.js';
import { SeriesSummary } from './seriesSummary.js';
import { type Tag, TagTable } from './tagTable.js';

/** Limits on what is kept of a run: beyond them the first, or the newest, are kept. */
const MAX_IMAGES = 8192;
const MAX_HISTOGRAMS = 1024;
const MAX_TEXTS = 200;
const MAX_MARKS = 2000;
const MAX_NAN_MARKS = 200;
const MAX_PROBLEMS = 50;

/** What is kept of one tag: its steps, and where they are in the event files. */
export interface Track {
  readonly steps: number[];
  readonly places: number[];
}

/** The images of one tag. */
export interface ImageTrack extends Track {
  width: number;
  height: number;
}

interface TextNote {
  readonly step: number;
  readonly text: string;
}

/** The tags of our own event files under which saved checkpoints, and what wants attention, are told. */
const MARKS: Readonly<Record<string, Mark['kind'] | undefined>> = {
  [CHECKPOINT_TAG]: 'checkpoint',
  [ALERT_TAG]: 'alert',
};

/**
 * The content of one run's event files, as far as they have been read; its memory is bounded, whatever they contain.
 */
export class RunContents implements EventSink {
  readonly tags = new TagTable((problem) => this.addProblem(problem));
  readonly scalars = new Map<Tag, SeriesSummary>();
  readonly images = new Map<Tag, ImageTrack>();
  readonly histograms = new Map<Tag, Track>();
  readonly texts = new Map<Tag, TextNote>();
  readonly marks: Mark[] = [];
  readonly problems: string[] = [];
  /** The hyper-parameters that the program which wrote it recorded. */
  hparamOptions: RunSummary['options'] = {};
  step = 0;
  /** Milliseconds since 1970: the first and the newest event, and the newest that shows progress. */
  firstWall: number | undefined;
  lastWall: number | undefined;
  progressWall: number | undefined;
  private nanTags = new Set<Tag>();
  private nanMarks = 0;

  scalar(tag: Tag, step: number, wall: number, value: number, place: number): void {
    const series = tag.series ?? this.begin(tag);
    series.add(step, wall, value, place);
    this.see(step, wall, tag.isAboutMachine);
    if (Number.isNaN(value)) this.markNaN(tag, step, wall);
    else if (this.nanTags.size > 0) this.nanTags.delete(tag);
  }

  private begin(tag: Tag): SeriesSummary {
    tag.series = new SeriesSummary();
    this.scalars.set(tag, tag.series);
    return tag.series;
  }

  image(tag: Tag, step: number, wall: number, width: number, height: number, place: number): void {
    let track = this.images.get(tag);
    if (track === undefined) {
      track = { steps: [], places: [], width, height };
      this.images.set(tag, track);
    }
    this.see(step, wall, false);
    follow(track, step, place, MAX_IMAGES);
  }

  histogram(tag: Tag, step: number, wall: number, place: number): void {
    const track = this.histograms.get(tag) ?? { steps: [], places: [] };
    this.histograms.set(tag, track);
    this.see(step, wall, false);
    follow(track, step, place, MAX_HISTOGRAMS);
  }

  text(tag: Tag, step: number, wall: number, text: string): void {
    this.see(step, wall, false);
    const kind = MARKS[tag.name];
    if (kind !== undefined) {
      if (this.marks.length < MAX_MARKS) this.marks.push({ kind, step, wall, label: text.slice(0, 200) });
    } else if (this.texts.has(tag) || this.texts.size < MAX_TEXTS) this.texts.set(tag, { step, text });
  }

  hparams(content: Uint8Array): void {
    this.hparamOptions = readHparams(content) ?? this.hparamOptions;
  }

  sessionStart(): void {
    // EventLog handles it: points that are to be forgotten never arrive here.
  }

  addProblem(problem: string): void {
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(problem)) this.problems.push(problem);
  }

  /** Plain data, to be kept; `restore` makes contents of it again. */
  state() {
    const { marks, problems, hparamOptions, step, firstWall, lastWall, progressWall, nanMarks } = this;
    return {
      tags: [...this.tags.all()].map(({ name, plugin }) => ({ name, plugin })),
      scalars: [...this.scalars].map(([{ name }, series]) => [name, series.state()] as const),
      images: [...this.images].map(([{ name }, track]) => [name, track] as const),
      histograms: [...this.histograms].map(([{ name }, track]) => [name, track] as const),
      texts: [...this.texts].map(([{ name }, text]) => [name, text] as const),
      nanTags: [...this.nanTags].map(({ name }) => name),
      rest: { marks, problems, hparamOptions, step, firstWall, lastWall, progressWall, nanMarks },
    };
  }

  static restore(state: ReturnType<RunContents['state']>): RunContents {
    const contents = new RunContents();
    const tag = (name: string) => contents.tags.named(name) as Tag; // as many as there were are no more than may be
    for (const { name, plugin } of state.tags) tag(name).plugin = plugin;
    for (const [name, series] of state.scalars) {
      tag(name).series = SeriesSummary.restore(series);
      contents.scalars.set(tag(name), tag(name).series as SeriesSummary);
    }
    for (const [name, track] of state.images) contents.images.set(tag(name), track);
    for (const [name, track] of state.histograms) contents.histograms.set(tag(name), track);
    for (const [name, text] of state.texts) contents.texts.set(tag(name), text);
    for (const name of state.nanTags) contents.nanTags.add(tag(name));
    return Object.assign(contents, state.rest);
  }

  private see(step: number, wall: number, isMachine: boolean): void {
    if (step > this.step) this.step = step;
    if (this.firstWall === undefined || wall < this.firstWall) this.firstWall = wall;
    if (this.lastWall === undefined || wall > this.lastWall) this.lastWall = wall;
    if (!isMachine && wall > (this.progressWall ?? Number.NEGATIVE_INFINITY)) this.progressWall = wall;
  }

  /** Where a scalar turns NaN; not at each of the thousand points that stay so. */
  private markNaN(tag: Tag, step: number, wall: number): void {
    if (this.nanTags.has(tag)) return;
    this.nanTags.add(tag);
    if (this.nanMarks++ < MAX_NAN_MARKS) this.marks.push({ kind: 'nan', step, wall, label: tag.name });
  }
}

function follow(track: Track, step: number, place: number, most: number): void {
  if (track.steps.at(-1) === step) {
    track.places[track.places.length - 1] = place; // written again: the newer one counts
    return;
  }
  if (track.steps.length >= most) thin(track);
  track.steps.push(step);
  track.places.push(place);
}

/** Forgets every second one, but neither the first nor the last. */
function thin({ steps, places }: Track): void {
  const keep = (_: unknown, i: number) => i % 2 === 0;
  steps.splice(0, steps.length, ...steps.filter(keep));
  places.splice(0, places.length, ...places.filter(keep));
}
