import { signal } from '@preact/signals';
import type { RunSummary } from '../../../src/records/reading/runSummary.js';
import { remembered } from './remembered.js';
import { newsOf } from './runNews.js';

const isWanted = remembered('notifies', false);
const isRefused = signal(false);

/** Tells by the desktop's notifications what is new of a run, where a person has asked for that. */
export function notify(before: RunSummary, after: RunSummary): void {
  if (!isWanted.value || !('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const news = newsOf(before, after);
  if (news === undefined) return;
  const title = after.annotations.displayName ?? after.id;
  try {
    new Notification(title, { body: news, tag: `pix2pix ${after.id}` });
  } catch {
    // Android shows none without a service worker
  }
}

/** Turns notifications on and off; the browser asks whether they may be shown. */
export function NotifyButton() {
  if (!('Notification' in globalThis)) return null;
  const toggle = async () => {
    if (isWanted.value) {
      isWanted.value = false;
      return;
    }
    isRefused.value = (await Notification.requestPermission()) !== 'granted';
    isWanted.value = !isRefused.value;
  };
  const label = isRefused.value
    ? 'Notifications: the browser does not allow them'
    : `Notifications of ends, NaN and plateaus: ${isWanted.value ? 'on' : 'off'}`;
  return (
    <button
      type="button"
      class={`plain icon notify${isWanted.value ? ' on' : ''}`}
      aria-label={label}
      aria-pressed={isWanted.value}
      title={`${label}. While this page is open`}
      onClick={() => void toggle()}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="M8 1.5a4 4 0 0 0-4 4c0 4-1.5 5-1.5 6h11c0-1-1.5-2-1.5-6a4 4 0 0 0-4-4zM6.5 13a1.5 1.5 0 0 0 3 0" />
      </svg>
    </button>
  );
}
