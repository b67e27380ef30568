import type { EventSink } from './eventWire.js';
import type { Run } from './run.js';
import type { Series } from './series.js';
import { type Point, SeriesSummary } from './seriesSummary.js';
import { type Tag, TagTable } from './tagTable.js';

const DEFAULT_POINTS = 1000;
const MAX_POINTS = 20_000;

export interface PointsQuery {
  readonly fromStep?: number;
  readonly toStep?: number;
  /** At most about so many; 1000 unless said. */
  readonly points?: number;
}

/**
 * A scalar of a run; undefined where it has none of that name. A range of steps in which there is more than the summary
 * in memory knows is read from the event files again.
 */
export async function readPoints(
  run: Run,
  tag: string,
  query: PointsQuery = {},
): Promise<Series | undefined> {
  const { fromStep = Number.NEGATIVE_INFINITY, toStep = Number.POSITIVE_INFINITY } = query;
  const limit = Math.min(MAX_POINTS, Math.max(2, query.points ?? DEFAULT_POINTS));
  const summary = seriesOf(run, tag);
  if (summary === undefined) return undefined;
  const range = summary.detailOf(fromStep, toStep, limit);
  let found = summary;
  if (range !== undefined) {
    found = new SeriesSummary(Math.ceil(limit / 2) * 2);
    const inRange = ({ step }: Point) => step >= fromStep && step <= toStep;
    const take = (point: Point, place: number) => {
      if (inRange(point)) found.add(point.step, point.wall, point.value, place);
    };
    await eachPoint(run, tag, take, range);
  }
  const { points, count, isExact } = found.points(fromStep, toStep, limit);
  return {
    run: run.id,
    tag,
    count,
    isExact,
    steps: points.map(({ step }) => step),
    walls: points.map(({ wall }) => wall),
    values: points.map(({ value }) => (Number.isFinite(value) ? value : null)),
  };
}

/** Part of a run's log: all of it unless said. */
interface LogPart {
  readonly from?: number;
  readonly to?: number;
  /** Awaited after each piece of the files. */
  readonly onPiece?: () => Promise<void> | undefined;
}

/** Every point of a scalar in a part of the log, in the order in which they were written. */
export async function eachPoint(
  run: Run,
  name: string,
  take: (point: Point, place: number) => void,
  { from = 0, to = Number.POSITIVE_INFINITY, onPiece }: LogPart = {},
): Promise<void> {
  const sink: EventSink = {
    scalar: (tag, step, wall, value, place) => {
      if (tag.name === name) take({ step, wall, value }, place);
    },
    image: () => {},
    histogram: () => {},
    text: () => {},
    hparams: () => {},
    sessionStart: () => {},
  };
  await run.log.readAgain(from, to, tagsLike(run.contents.tags), sink, onPiece);
}

/** A tag's plugin is told with its first value only, which a part of the log may lack. */
function tagsLike(tags: TagTable): TagTable {
  const copy = new TagTable(() => {});
  for (const { name, plugin } of tags.all()) Object.assign(copy.named(name) ?? {}, { plugin });
  return copy;
}

function seriesOf({ contents }: Run, name: string): SeriesSummary | undefined {
  const found = [...contents.scalars].find(([tag]: readonly [Tag, SeriesSummary]) => tag.name === name);
  return found?.[1];
}
