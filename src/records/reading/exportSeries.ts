import { csvFormatRow } from 'd3-dsv';
import { eachPoint } from './readPoints.js';
import type { Run } from './run.js';
import type { Point } from './seriesSummary.js';

export type SeriesFormat = 'csv' | 'json';

/** Characters that are gathered before they are written. */
const PIECE = 1 << 16;

/**
 * Every point of some scalars, not thinned, one run and tag after the other: as CSV a row `run,tag,step,time,value` for
 * each, as JSON an array of `{ run, tag, points: [[step, time, value], ...] }`. Times are milliseconds since 1970; where
 * a value is no finite number it is `NaN` in CSV and null in JSON.
 *
 * @param write is awaited, so that memory stays bounded however slowly the text is taken
 */
export async function exportSeries(
  runs: readonly Run[],
  tags: readonly string[],
  format: SeriesFormat,
  write: (text: string) => Promise<unknown>,
): Promise<void> {
  const writer = format === 'csv' ? new CsvText() : new JsonText();
  await write(writer.begin());
  for (const run of runs) {
    for (const tag of tags.filter((name) => run.hasScalar(name))) {
      let text = writer.open(run.id, tag);
      const flush = async () => {
        if (text.length > 0) await write(text);
        text = '';
      };
      const take = (point: Point) => {
        text += writer.point(point);
      };
      await eachPoint(run, tag, take, { onPiece: () => (text.length < PIECE ? undefined : flush()) });
      text += writer.close();
      await flush();
    }
  }
  await write(writer.end());
}

class CsvText {
  private prefix = '';
  begin = () => 'run,tag,step,time,value\n';
  open = (run: string, tag: string) => {
    this.prefix = csvFormatRow([run, tag]);
    return '';
  };
  point = ({ step, wall, value }: Point) => `${this.prefix},${step},${wall},${value}\n`;
  close = () => '';
  end = () => '';
}

class JsonText {
  private series = 0;
  private points = 0;
  begin = () => '[';
  open = (run: string, tag: string) => {
    this.points = 0;
    return `${this.series++ > 0 ? ',' : ''}\n{"run":${JSON.stringify(run)},"tag":${JSON.stringify(tag)},"points":[`;
  };
  point = ({ step, wall, value }: Point) =>
    `${this.points++ > 0 ? ',' : ''}\n[${step},${wall},${Number.isFinite(value) ? value : null}]`;
  close = () => ']}';
  end = () => ']\n';
}
