// Keeps what the page has loaded, so that it works offline. The newest of everything is taken where there is a network, but
// for files that are named after their contents.

const CACHE = 'pix2pix';
const NAMED_AFTER_CONTENTS = /\/[0-9a-f]{16}\.(bin|png)$/;
const WEIGHTS = /\/[0-9a-f]{16}\.bin$/;
/** Milliseconds that a network may take before what is kept is shown: one that answers nothing is as good as none. */
const PATIENCE = 4000;
/** The same, once it has kept somebody waiting, and until it answers. */
const NO_PATIENCE = 100;
let patience = PATIENCE;

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** The page says what it has loaded, some of it before this worker was there. */
self.addEventListener('message', (event) => event.waitUntil(keep(event.data)));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && request.url.startsWith(self.registration.scope))
    event.respondWith(answer(event));
});

/** Keeps what was loaded, and no weights besides: those of earlier exports are large. */
async function keep(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) if ((await cache.match(url)) === undefined) await cache.add(url).catch(() => {});
  for (const { url } of await cache.keys()) {
    const isOurs = url.startsWith(self.registration.scope); // other exports of the address share the cache
    if (isOurs && WEIGHTS.test(new URL(url).pathname) && !urls.includes(url)) await cache.delete(url);
  }
}

async function answer(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const known = await cache.match(request, { ignoreSearch: true });
  if (known !== undefined && NAMED_AFTER_CONTENTS.test(new URL(request.url).pathname)) return known;
  const fetched = fetch(request).then(async (response) => {
    patience = PATIENCE;
    // A full quota must not keep the page from what has come.
    if (response.ok) await cache.put(request, response.clone()).catch(() => {});
    return response;
  });
  if (known === undefined) return fetched;
  event.waitUntil(fetched.catch(() => {}));
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      patience = NO_PATIENCE;
      resolve(known);
    }, patience);
  });
  return Promise.race([fetched.catch(() => known), late]).finally(() => clearTimeout(timer));
}
