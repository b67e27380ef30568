import { styleText } from 'node:util';
import { plainLine } from '../base/errors/plainText.js';
import { cutToWidth, widthOf } from '../base/textWidth.js';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** Where a table is shown, as much of it as matters. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly colour?: (row: Row) => Colour | undefined;
  /** Numbers stand to the right. */
  readonly alignRight?: boolean;
  /** Columns of a low rank are cut and left out first where the terminal is narrow; those without one stay. */
  readonly rank?: number;
  /** Whether a long text may be cut to this width. */
  readonly shrinkTo?: number;
}

/** Whether colours are wanted: in a terminal, unless NO_COLOR (https://no-color.org) or TERM says otherwise. */
export function hasColours({ isTTY }: Screen, environment: NodeJS.ProcessEnv = process.env): boolean {
  return isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}

/** How wide a line may be, in columns of the terminal; without one as wide as it takes to be, so that nothing is lost to a script. */
export function columnsOf({ isTTY, columns }: Screen): number {
  return isTTY === true ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** The table as lines, under a line of titles, no wider than `width` where that can be. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  colours: boolean,
): string[] {
  const cells = new Map(columns.map((column) => [column, rows.map((row) => plainLine(column.text(row)))]));
  const natural = (column: Column<Row>) =>
    Math.max(widthOf(plainLine(column.title)), ...cells.get(column)!.map(widthOf));
  const { shown, widths } = fit(columns, natural, width);
  const line = (text: (column: Column<Row>) => string, colour: (column: Column<Row>) => Colour | undefined) =>
    shown
      .map((column, place) => {
        const isLast = place === shown.length - 1;
        const padded = pad(
          cutToWidth(text(column), widths.get(column)!),
          widths.get(column)!,
          column,
          isLast,
        );
        const wanted = colours ? colour(column) : undefined;
        return wanted === undefined ? padded : styleText(wanted, padded);
      })
      .join('  ')
      .trimEnd();
  const title = line(
    (column) => plainLine(column.title),
    () => 'bold',
  );
  return [
    title,
    ...rows.map((row, i) =>
      line(
        (column) => cells.get(column)![i],
        (column) => column.colour?.(row),
      ),
    ),
  ];
}

/** Which columns fit, and how wide they are: long texts are cut first, then columns go. */
function fit<Row>(columns: readonly Column<Row>[], natural: (column: Column<Row>) => number, width: number) {
  let shown = [...columns];
  const rankOf = ({ rank = Number.MAX_VALUE }: Column<Row>) => rank;
  const byRank = [...columns].sort((a, b) => rankOf(a) - rankOf(b));
  for (;;) {
    const widths = new Map(shown.map((column) => [column, natural(column)]));
    let excess = [...widths.values()].reduce((sum, each) => sum + each + 2, -2) - width;
    for (const column of byRank.filter((each) => shown.includes(each))) {
      const room = Math.max(0, widths.get(column)! - (column.shrinkTo ?? Number.POSITIVE_INFINITY));
      const taken = Math.min(room, Math.max(0, excess));
      widths.set(column, widths.get(column)! - taken);
      excess -= taken;
    }
    const least = byRank.find((column) => column.rank !== undefined && shown.includes(column));
    if (excess <= 0 || least === undefined) return { shown, widths };
    shown = shown.filter((column) => column !== least);
  }
}

function pad<Row>(text: string, width: number, { alignRight }: Column<Row>, isLast: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (alignRight) return blanks + text;
  return isLast ? text : text + blanks;
}
