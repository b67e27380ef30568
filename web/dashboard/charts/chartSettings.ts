import { remembered } from '../app/remembered.js';

/** The quantity of the horizontal axis: images trained on, epochs, time since the start of the run, the time of day. */
export type XAxis = 'step' | 'epoch' | 'relative' | 'wall';

/** The spread around the mean of a group: its standard deviation, or from the lowest line to the highest. */
export type Band = 'deviation' | 'extremes';

/** Settings of all charts, kept for the next visit. */
export const smoothing = remembered('smoothing', 0.8);
export const xAxis = remembered<XAxis>('xAxis', 'step');
export const isLog = remembered('logScale', false);
export const band = remembered<Band>('band', 'deviation');

/** Groups that a person has opened or folded, by name; the others are as `groupScalars` says. */
export const foldedGroups = remembered<Readonly<Record<string, boolean>>>('foldedGroups', {});
