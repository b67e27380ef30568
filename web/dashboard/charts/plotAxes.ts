import type uPlot from 'uplot';
import { themeColour } from '../app/theme.js';
import { formatX, formatY } from './axisText.js';
import type { XAxis } from './chartSettings.js';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];
/** Between two ticks of a time: seconds that people count in. */
const STEPS_OF_TIME = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY),
];

/** The axes of a chart, quiet: numbers, and lines across where values are read. */
export function plotAxes(axis: XAxis, isLog: boolean): uPlot.Axis[] {
  const stroke = themeColour('--quiet');
  const grid = { stroke: themeColour('--line'), width: 1 };
  const look = { stroke, grid, ticks: { show: false }, font: '11px system-ui, sans-serif', gap: 4 };
  const y = { ...look, size: 48, space: 32 };
  return [
    { ...look, size: 22, space: 70, grid: { show: false }, ...horizontal(axis) },
    isLog ? y : { ...y, values: (_, splits) => splits.map(formatY) },
  ];
}

function horizontal(axis: XAxis): Partial<uPlot.Axis> {
  if (axis === 'wall')
    return { values: (_, splits, __, ___, step) => splits.map((at) => clockText(at, step)) };
  const values = (_: uPlot, splits: number[]) => splits.map((at) => formatX(axis, at));
  return axis === 'relative' ? { values, incrs: STEPS_OF_TIME } : { values };
}

/** The day at midnight and where ticks are days apart, the time elsewhere. */
function clockText(seconds: number, step: number): string {
  const date = new Date(seconds * 1000);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  return step >= DAY || isMidnight
    ? date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
    : date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}
