import { Pix2PixError } from '../../../src/base/errors/pix2pixError.js';
import type {
  EmbeddedRun,
  LogTail,
  RunDetail,
  RunFile,
  RunList,
  RunSummary,
  Series,
} from '../../../src/records/dashboard/api.js';
import type { SeriesQuery } from '../../../src/records/reading/series.js';
import type { DataSource } from '../source.js';

/** Shown in place of an image that is not embedded. */
const NO_IMAGE = 'data:,';

/** The one run that is embedded in the page. It does not change and takes no requests. */
export class EmbeddedSource implements DataSource {
  readonly isLive = false;
  private readonly images: ReadonlyMap<string, string>;

  constructor(private readonly embedded: EmbeddedRun) {
    this.images = new Map(embedded.images.map(({ tag, step, uri }) => [`${step} ${tag}`, uri]));
  }

  async runs(): Promise<RunList> {
    return {
      logDirectory: '',
      program: 'npx pix2pix-ts',
      runs: [this.embedded.detail.summary],
      problems: [],
    };
  }

  async run(): Promise<RunDetail> {
    return this.embedded.detail;
  }

  async series({
    runs,
    tags,
    fromStep = -Infinity,
    toStep = Infinity,
  }: SeriesQuery): Promise<readonly Series[]> {
    const { series } = this.embedded;
    return runs
      .flatMap((run) => tags.flatMap((tag) => series.find((one) => one.run === run && one.tag === tag) ?? []))
      .map((one) => within(one, fromStep, toStep));
  }

  imageUrl(_run: string, tag: string, step: number): string {
    return this.images.get(`${step} ${tag}`) ?? NO_IMAGE;
  }

  async log(): Promise<LogTail> {
    return this.embedded.log;
  }

  async files(): Promise<readonly RunFile[]> {
    return this.embedded.files;
  }

  subscribe(): () => void {
    return () => {};
  }

  annotate(): Promise<RunSummary> {
    return refuse();
  }

  stop(): Promise<void> {
    return refuse();
  }

  save(): Promise<void> {
    return refuse();
  }

  remove(): Promise<void> {
    return refuse();
  }
}

/** The points of a series from one step to another, both included. */
function within(series: Series, fromStep: number, toStep: number): Series {
  const isInside = (step: number) => step >= fromStep && step <= toStep;
  const kept = <T>(values: readonly T[]) => values.filter((_, i) => isInside(series.steps[i]));
  const steps = kept(series.steps);
  return {
    ...series,
    count: series.isExact
      ? steps.length
      : Math.round((series.count * steps.length) / Math.max(1, series.steps.length)),
    steps,
    walls: kept(series.walls),
    values: kept(series.values),
  };
}

async function refuse(): Promise<never> {
  throw new Pix2PixError('this run was sent as a file: it can only be looked at', {});
}
