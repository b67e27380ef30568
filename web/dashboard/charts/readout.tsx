import { formatNumber } from '../app/format.js';
import { describeX } from './axisText.js';
import type { XAxis } from './chartSettings.js';
import type { Line, PlacedMark } from './line.js';
import type { Cursor } from './linePlot.js';
import { nearestIndex, type Range } from './xValues.js';

const MOST_ROWS = 12;
const MARK_REACH = 0.012; // of the visible stretch

interface ReadoutProps {
  readonly cursor: Cursor;
  readonly width: number;
  readonly axis: XAxis;
  readonly lines: readonly Line[];
  readonly marks: readonly PlacedMark[];
  readonly visible: Range;
}

/** The values of all runs where the pointer is; of very many, those that are nearest to it. */
export function Readout({ cursor, width, axis, lines, marks, visible }: ReadoutProps) {
  const all = valuesAt(lines, cursor.x);
  const nearest = [...all].sort((a, b) => Math.abs(a.shown - cursor.y) - Math.abs(b.shown - cursor.y));
  const rows = nearest.slice(0, MOST_ROWS).sort((a, b) => b.shown - a.shown);
  const reach = (visible.max - visible.min) * MARK_REACH;
  const near = marks.filter(({ x }) => Math.abs(x - cursor.x) <= reach).slice(0, MOST_ROWS / 2);
  const isLeft = cursor.left > width / 2;
  const style = isLeft ? { right: `${width - cursor.left + 14}px` } : { left: `${cursor.left + 14}px` };
  return (
    <div class="readout" style={style} aria-hidden="true">
      <div class="readout-x">{describeX(axis, cursor.x)}</div>
      <table>
        <tbody>
          {rows.map(({ line, shown, value }) => (
            <tr key={line.run} class={line.run === nearest[0].line.run ? 'nearest' : undefined}>
              <td>
                <i class="swatch" style={{ background: line.color }} />
              </td>
              <td class="readout-name">{line.name}</td>
              <td class="number">{formatNumber(shown)}</td>
              <td class="number quiet">{value === shown ? '' : formatNumber(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > rows.length && <div class="quiet">and {all.length - rows.length} more</div>}
      {near.map(({ kind, label, name, x }) => (
        <div key={`${kind} ${name} ${x}`} class={kind === 'nan' ? 'bad' : 'quiet'}>
          {kind === 'nan' ? 'NaN' : kind === 'alert' ? label : `${kind}: ${label}`}
          {lines.length > 1 && ` (${name})`}
        </div>
      ))}
    </div>
  );
}

/** The nearest point of every line that reaches `x`. */
export function valuesAt(lines: readonly Line[], x: number) {
  return lines.flatMap((line) => {
    const { xs, values, smoothed } = line;
    const reach = (xs[xs.length - 1] - xs[0]) / Math.max(1, xs.length - 1);
    if (x < xs[0] - reach || x > xs[xs.length - 1] + reach) return [];
    const i = nearestIndex(xs, x);
    const shown = smoothed[i];
    return shown === null ? [] : [{ line, shown, value: values[i] }];
  });
}
