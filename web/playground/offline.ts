/** Has the page kept by its service worker, where the browser lets it. */
export async function keepForOffline(): Promise<void> {
  if (navigator.serviceWorker === undefined) return;
  try {
    await navigator.serviceWorker.register('serviceWorker.js');
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    active?.postMessage([location.href.replace(/[?#].*$/, ''), ...loaded]);
  } catch {
    // Frames and private windows may refuse: then the page works online alone.
  }
}
