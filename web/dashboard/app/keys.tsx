import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Dialog } from './dialog.js';

const KEYS: readonly [keys: string, what: string][] = [
  ['/', 'to the filter'],
  ['g r, g i, g c', 'runs, images, compare'],
  ['?', 'these keys'],
  ['Esc', 'closes what is in front'],
  ['↑ ↓, Page, Home, End', 'in the table: from run to run'],
  ['Enter', 'opens the run'],
  ['Space', 'draws the run, or ceases to'],
  ['e', 'edits name, colour, notes and labels of the run'],
  ['+ − ← → 0', 'on a chart: zoom, move, whole range'],
];
const VIEWS: Readonly<Record<string, string>> = { r: '#/', i: '#/images', c: '#/compare' };

const isShown = signal(false);

/** Handles the keys that work in all views, and shows a list of them when asked. */
export function Keys() {
  useEffect(() => {
    let isAfterG = false;
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(target)) return;
      if (isAfterG && key in VIEWS) location.hash = VIEWS[key];
      isAfterG = key === 'g';
      if (key === '?') isShown.value = true;
      if (key !== '/') return;
      event.preventDefault();
      location.hash = document.getElementById('filter') === null ? '#/' : location.hash;
      requestAnimationFrame(() => document.getElementById('filter')?.focus());
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  if (!isShown.value) return null;
  return (
    <Dialog
      title="Keys"
      onClose={() => {
        isShown.value = false;
      }}
    >
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** A button for those who do not know that there are keys. */
export function KeysButton() {
  return (
    <button
      type="button"
      class="plain icon"
      aria-label="Keys"
      title="Keys: ?"
      onClick={() => {
        isShown.value = true;
      }}
    >
      ?
    </button>
  );
}

function isTyping(target: EventTarget | null): boolean {
  const isText = target instanceof HTMLInputElement && !['checkbox', 'radio', 'range'].includes(target.type);
  return isText || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
