import { type Signal, signal } from '@preact/signals';
import { remembered } from '../app/remembered.js';
import type { Place } from './steps.js';

// How images are shown, the same in all views.

/** The slider's place. It is kept from view to view; a page that is opened anew begins at the end. */
export const place: Signal<Place> = signal<Place>('newest');

/** Side by side; with the difference of two of them; or two of them over each other with an edge to move. */
export type Mode = 'plain' | 'difference' | 'wipe';
export const mode: Signal<Mode> = remembered<Mode>('images.mode', 'plain');

/** Names of the two images that difference and wipe are about; undefined while nobody has chosen. */
export const pair: Signal<readonly [string, string] | undefined> = signal(undefined);

/** The difference, of 255, that gets the brightest colour. */
export const differenceTop: Signal<number> = remembered('images.differenceTop', 128);

/** How wide an image is at most, in CSS pixels. */
export const tileWidth: Signal<number> = remembered('images.tileWidth', 216);

/** Names of images that are left out. */
export const hiddenVisuals: Signal<readonly string[]> = remembered<readonly string[]>('images.hidden', []);
