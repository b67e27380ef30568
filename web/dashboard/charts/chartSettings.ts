import { remembered } from '../app/remembered.js';

/** What the horizontal axis tells: images trained on, epochs, hours since the start of the run, the time of day. */
export type XAxis = 'step' | 'epoch' | 'relative' | 'wall';

/** All charts obey these, and the next visit finds them as they were. */
export const smoothing = remembered('smoothing', 0.8);
export const xAxis = remembered<XAxis>('xAxis', 'step');
export const isLog = remembered('logScale', false);

/** Groups that a person has opened or folded, by name; the others are as `groupScalars` says. */
export const foldedGroups = remembered<Readonly<Record<string, boolean>>>('foldedGroups', {});
