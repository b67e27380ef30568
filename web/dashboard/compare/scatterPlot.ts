import * as Plot from '@observablehq/plot';
import type { FieldValue } from '../../../src/records/reading/fields.js';

export interface ScatterPoint {
  readonly name: string;
  readonly href: string;
  readonly color: string;
  readonly x: FieldValue;
  readonly y: FieldValue;
}

export interface ScatterAxis {
  readonly label: string;
  readonly kind: 'linear' | 'log' | 'words';
}

/** Runs as dots that lead to their pages. The plot's own style element is left to our style sheet, by the page's policy. */
export function drawScatter(
  points: readonly ScatterPoint[],
  x: ScatterAxis,
  y: ScatterAxis,
  width: number,
): Element {
  const typeOf = ({ kind }: ScatterAxis) => (kind === 'words' ? 'point' : kind);
  const channels = { x: 'x', y: 'y' } as const;
  const plot = Plot.plot({
    width,
    height: 300,
    marginLeft: 64,
    marginBottom: 40,
    inset: 10,
    style: { background: 'none', overflow: 'visible' },
    x: { label: x.label, type: typeOf(x), grid: true },
    y: { label: y.label, type: typeOf(y), grid: true },
    marks: [
      Plot.dot(points, {
        ...channels,
        r: 5.5,
        fill: 'color',
        href: 'href',
        ariaLabel: 'name',
        fillOpacity: 0.85,
      }),
      Plot.tip(
        points,
        Plot.pointer({
          ariaHidden: 'true',
          ...channels,
          title: (point: ScatterPoint) => `${point.name}\n${x.label} ${point.x}\n${y.label} ${point.y}`,
        }),
      ),
    ],
  });
  for (const style of plot.querySelectorAll('style')) style.remove();
  return plot;
}
