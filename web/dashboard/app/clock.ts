import { signal } from '@preact/signals';

/** Milliseconds since 1970, updated every ten seconds: ages are computed from it. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 10_000);
