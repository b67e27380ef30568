import type { Signal } from '@preact/signals';
import { band, isLog, smoothing, xAxis } from '../charts/chartSettings.js';
import { chosenAxes, scatterX, scatterY } from '../compare/plotSettings.js';
import { chosenColumns, order } from '../runs/tableState.js';
import type { Dashboard } from './dashboard.js';
import { groupFields } from './grouping.js';

/** A setting of the page that a view keeps, and whether a value that somebody has stored is one. */
interface Setting {
  readonly signal: Signal<unknown>;
  readonly isValid: (value: unknown) => boolean;
}

const isTexts = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each === 'string');
const orNull = (isValid: Setting['isValid']) => (value: unknown) => value === null || isValid(value);
const isText = (value: unknown) => typeof value === 'string';
const isOrder = (value: unknown) =>
  typeof value === 'object' && value !== null && isText((value as { field?: unknown }).field);
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown) =>
    values.includes(value);

function settingsOf({ filter }: Dashboard): Readonly<Record<string, Setting>> {
  const setting = (signal: Signal, isValid: Setting['isValid']): Setting => ({
    signal: signal as Signal<unknown>,
    isValid,
  });
  return {
    filter: setting(filter, isText),
    groups: setting(groupFields, isTexts),
    columns: setting(chosenColumns, orNull(isTexts)),
    order: setting(order, isOrder),
    axes: setting(chosenAxes, orNull(isTexts)),
    scatterX: setting(scatterX, orNull(isText)),
    scatterY: setting(scatterY, orNull(isText)),
    smoothing: setting(smoothing, (value) => typeof value === 'number' && value >= 0 && value < 1),
    xAxis: setting(xAxis, oneOf('step', 'epoch', 'relative', 'wall')),
    logScale: setting(isLog, (value) => typeof value === 'boolean'),
    band: setting(band, oneOf('deviation', 'extremes')),
  };
}

/** The page as it is now: which runs are shown, and how. */
export function currentSettings(dashboard: Dashboard): Record<string, unknown> {
  const { value: choice } = dashboard.choice;
  const settings = Object.entries(settingsOf(dashboard)).map(([name, { signal }]) => [name, signal.value]);
  return { ...Object.fromEntries(settings), choice: choice === undefined ? null : [...choice] };
}

/** Makes the page as it was; what is none of its settings is passed over. */
export function applySettings(dashboard: Dashboard, kept: Readonly<Record<string, unknown>>): void {
  for (const [name, { signal, isValid }] of Object.entries(settingsOf(dashboard)))
    if (Object.hasOwn(kept, name) && isValid(kept[name])) signal.value = kept[name];
  if (kept.choice === null) dashboard.choice.value = undefined;
  else if (isTexts(kept.choice)) dashboard.choice.value = new Set(kept.choice as string[]);
}
