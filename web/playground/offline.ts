/** Has the page kept by its service worker, where the browser lets it. */
export async function keepForOffline(): Promise<void> {
  try {
    if (navigator.serviceWorker === undefined) return;
    const registration = await navigator.serviceWorker.register('serviceWorker.js');
    // the newest, which takes the place of the one before, and not that one, which is active still
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    worker?.postMessage([location.href.replace(/[?#].*$/, ''), ...loaded]);
  } catch {
    // Frames and private windows may refuse: then the page works online alone.
  }
}
