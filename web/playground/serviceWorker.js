// Keeps what the page has loaded, so that it works offline. The newest of everything is taken where there is a network, but
// for files that are named after their contents.

const CACHE = 'pix2pix';
const NAMED_AFTER_CONTENTS = /\/[0-9a-f]{16}\.(bin|png)$/;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** The page says what it has loaded before this worker was there. */
self.addEventListener('message', ({ data }) => {
  void (async () => {
    const cache = await caches.open(CACHE);
    for (const url of data) {
      if ((await cache.match(url)) === undefined) await cache.add(url).catch(() => {});
    }
  })();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(self.registration.scope))
    event.respondWith(answer(request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request, { ignoreSearch: true });
  if (known !== undefined && NAMED_AFTER_CONTENTS.test(new URL(request.url).pathname)) return known;
  try {
    const response = await fetch(request);
    // A full quota must not keep the page from what has come.
    if (response.ok) await cache.put(request, response.clone()).catch(() => {});
    return response;
  } catch (error) {
    if (known !== undefined) return known;
    throw error;
  }
}
