import { effect, type Signal, signal } from '@preact/signals';

/** A signal whose value this browser keeps for the next visit: settings of the page, never data of runs. */
export function remembered<T>(name: string, otherwise: T): Signal<T> {
  const key = `pix2pix.${name}`;
  const value = signal(read(key, otherwise));
  effect(() => write(key, value.value));
  return value;
}

function read<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise; // storage is forbidden, as in an exported file, or holds something that this page has not written
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // forbidden or full: the setting lasts as long as the page
  }
}
