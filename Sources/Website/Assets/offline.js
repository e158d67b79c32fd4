// The offline page: shows the photos that this browser has cached.
import { make } from "./pages.js";

const container = document.querySelector("[data-offline]");
const cache = await caches.open("files-1");
const paths = (await cache.keys()).map((request) => new URL(request.url).pathname);
const thumbnails = paths.filter((path) => path.endsWith("/thumb.jpg"));
if (thumbnails.length) {
  const items = thumbnails.reverse().slice(0, 60).map((src) => {
    const alt = "Photo you’ve already seen";
    return make("li", {}, make("img", { src, width: 320, height: 320, alt, loading: "lazy" }));
  });
  container.append(make("ul", { class: "grid" }, ...items));
}
