// Keeps what never changes (this site's files and photos already seen), and a page for when there is no connection.
const pages = "pages-1";
const files = "files-1";
const mostPhotos = 300;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const answer = await fetch("/offline", { credentials: "omit" });
    const text = await answer.clone().text();
    await (await caches.open(pages)).put("/offline", answer);
    const own = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
    await (await caches.open(files)).addAll(own);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (![pages, files].includes(name)) await caches.delete(name);
    await self.clients.claim();
  })());
});

async function kept(request) {
  const cache = await caches.open(files);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) {
    await cache.put(request, answer.clone());
    const photos = (await cache.keys()).filter((key) => new URL(key.url).pathname.startsWith("/media/"));
    for (const key of photos.slice(0, Math.max(0, photos.length - mostPhotos))) await cache.delete(key);
  }
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/assets/") || pathname.startsWith("/media/")) event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match("/offline")));
});
