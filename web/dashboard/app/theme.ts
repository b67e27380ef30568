import { effect } from '@preact/signals';
import { remembered } from './remembered.js';

/** `system` follows the system's choice between light and dark. */
export type Theme = 'system' | 'light' | 'dark';

/** Changed by the button in the header, and kept for the next visit. */
export const theme = remembered<Theme>('theme', 'system');

/** Applies `theme` from now on. Canvases listen to the document's `themechange` event to be redrawn. */
export function followTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    document.dispatchEvent(new Event('themechange'));
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    document.dispatchEvent(new Event('themechange'));
  });
}

/** The colour that a custom property of the style sheet has now, as `rgb(...)`: a canvas knows no `var()`. */
export function themeColour(property: string): string {
  probe ??= document.body.appendChild(Object.assign(document.createElement('i'), { hidden: true }));
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color;
}

let probe: HTMLElement | undefined;
