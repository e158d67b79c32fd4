// Without a connection: the photos that this browser has seen.
import { make } from "./pages.js";

const place = document.querySelector("[data-offline]");
const cache = await caches.open("files-1");
const photos = (await cache.keys()).map((request) => new URL(request.url).pathname).filter((path) => path.endsWith("/thumb.jpg"));
if (photos.length) {
  place.append(make("ul", { class: "grid" }, ...photos.reverse().slice(0, 60).map((src) =>
    make("li", {}, make("img", { src, width: 320, height: 320, alt: "A photo seen before", loading: "lazy" })))));
}
