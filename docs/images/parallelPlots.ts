import * as Plot from '@observablehq/plot';
import { type ExchangeTime, exchangeTime, type Network, type Prediction } from '../../bench/parallelModel.js';

/** What `npm run bench:parallel` has written, as far as it is drawn. */
export interface ParallelResults {
  readonly exchanges: readonly { place: string; ranks: number; times: readonly ExchangeTime[] }[];
  readonly fitted: readonly (Network & { place: string; ranks: number })[];
  readonly predicted: readonly Prediction[];
}

/** Sums of many sizes as measured, dots, and by the model that is fitted to them, lines. */
export function plotSums({ exchanges, fitted }: ParallelResults, frame: Plot.PlotOptions) {
  const measured = exchanges.flatMap(({ place, times }) => times.map((time) => ({ ...time, place })));
  const modelled = fitted.flatMap(({ place, ranks, ...network }) =>
    measured
      .filter((point) => point.place === place)
      .map(({ bytes }) => ({ place, bytes, milliseconds: exchangeTime(ranks, bytes, network) })),
  );
  const places = fitted.map(({ place }) => place);
  const label = 'ms, measured (dots) and by the fitted model (lines)';
  return Plot.plot({
    ...frame,
    x: { type: 'log', label: 'bytes of a sum', tickFormat: '~s', grid: true },
    y: { type: 'log', label, tickFormat: '~f', grid: true },
    color: { legend: false, domain: places },
    marks: [
      Plot.line(modelled, { x: 'bytes', y: 'milliseconds', stroke: 'place' }),
      Plot.dot(measured, { x: 'bytes', y: 'milliseconds', fill: 'place', r: 4 }),
      ...places.map((place, i) => {
        const corner = { frameAnchor: 'top-left', dx: 8, dy: 8 + 16 * i } as const;
        return Plot.text([place], { text: [place], fill: () => place, ...corner });
      }),
    ],
  });
}

/** How much of a step is computing, in clusters by the model alone: rings on a dashed line. */
export function plotClusters({ predicted }: ParallelResults, frame: Plot.PlotOptions) {
  const networks = [...new Set(predicted.map(({ network }) => network))];
  const at = { x: 'ranks', y: 'efficiency' } as const;
  const names = { text: 'network', fill: 'network', dy: 16, textAnchor: 'end' } as const;
  return Plot.plot({
    ...frame,
    x: { type: 'log', base: 2, label: 'ranks, each on a machine of its own', tickFormat: '~f', grid: true },
    y: { label: 'share of a step that is computing, predicted', percent: true, domain: [0, 100], grid: true },
    color: { legend: false, domain: networks },
    marks: [
      Plot.line(predicted, { ...at, stroke: 'network', strokeDasharray: '4 3' }),
      Plot.dot(predicted, { ...at, stroke: 'network', r: 6 }),
      Plot.text(predicted, Plot.selectLast({ ...at, z: 'network', ...names })),
    ],
  });
}
