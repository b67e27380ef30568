import { signal } from '@preact/signals';

/** Milliseconds since 1970, moving on every ten seconds: ages are told by it. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 10_000);
