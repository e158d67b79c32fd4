// What this browser kept for whoever signs out: photos already seen, and what was searched for. The server's answer
// asks the browser to clear itself too (Clear-Site-Data); not every browser does, and over plain HTTP none.
import { forgetSearches } from "./search.js";

const leaving = ["/logout", "/settings/account/delete"];

/** Forgets the photos; the site's own files stay, as everybody gets the same. */
async function forgetPhotos() {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    const photos = (await cache.keys()).filter((key) => new URL(key.url).pathname.startsWith("/media/"));
    await Promise.all(photos.map((key) => cache.delete(key)));
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !leaving.includes(new URL(form.action).pathname)) return;
  event.preventDefault();
  forgetSearches();
  await forgetPhotos().catch(() => {});
  form.submit();
});
