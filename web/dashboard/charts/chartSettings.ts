import { remembered } from '../app/remembered.js';

/** The quantity of the horizontal axis: images trained on, epochs, time since the start of the run, the time of day. */
export type XAxis = 'step' | 'epoch' | 'relative' | 'wall';

/** Settings of all charts, kept for the next visit. */
export const smoothing = remembered('smoothing', 0.8);
export const xAxis = remembered<XAxis>('xAxis', 'step');
export const isLog = remembered('logScale', false);

/** Groups that a person has opened or folded, by name; the others are as `groupScalars` says. */
export const foldedGroups = remembered<Readonly<Record<string, boolean>>>('foldedGroups', {});
