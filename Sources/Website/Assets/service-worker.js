// Caches the site's own files, the photos already seen, which never change, and a page for when there is no
// connection.
const pageCache = "pages-1";
const fileCache = "files-1";
const photoLimit = 300;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const response = await fetch("/offline", { credentials: "omit" });
    const html = await response.clone().text();
    await (await caches.open(pageCache)).put("/offline", response);
    const assets = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
    await (await caches.open(fileCache)).addAll(assets);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (![pageCache, fileCache].includes(name)) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

/** Returns a file from the cache, or else from the server. Evicts the oldest photos over the limit. */
async function cachedOrFetched(request) {
  const cache = await caches.open(fileCache);
  const cached = await cache.match(request);
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok && response.status === 200) {
    await cache.put(request, response.clone());
    const isPhoto = (key) => new URL(key.url).pathname.startsWith("/media/");
    const photos = (await cache.keys()).filter(isPhoto);
    const excess = Math.max(0, photos.length - photoLimit);
    for (const key of photos.slice(0, excess)) await cache.delete(key);
  }
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/assets/") || pathname.startsWith("/media/")) {
    event.respondWith(cachedOrFetched(request));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  }
});
