// Several photos of a post: arrows and dots. A double tap likes.
import { whenNew } from "./enhance.js";
import { press } from "./forms.js";
import { icon, make } from "./pages.js";

function carousel(box) {
  const strip = box.querySelector(".photos");
  const [left, right] = box.querySelectorAll(".arrow");
  const dots = box.querySelectorAll(".dots i");
  const place = () => Math.round(strip.scrollLeft / Math.max(1, strip.clientWidth));
  const go = (step) => strip.scrollTo({ left: (place() + step) * strip.clientWidth, behavior: "smooth" });
  const show = () => {
    const here = place();
    left.hidden = here <= 0;
    right.hidden = here >= dots.length - 1;
    dots.forEach((dot, index) => dot.classList.toggle("on", index === here));
  };
  left.addEventListener("click", () => go(-1));
  right.addEventListener("click", () => go(1));
  strip.addEventListener("scroll", show, { passive: true });
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      go(step);
    }
  });
  show();
}

function like(photos) {
  const form = photos.closest("article")?.querySelector("form[data-toggle=like]");
  if (!form) return;
  const burst = make("span", { class: "heart-burst" }, icon("heartFull"));
  const frame = photos.closest(".carousel") ?? photos.querySelector(".frame");
  frame.append(burst);
  setTimeout(() => burst.remove(), 900);
  if (form.action.endsWith("/like")) press(form);
}

whenNew((piece) => piece.querySelectorAll(".carousel").forEach(carousel));

document.addEventListener("dblclick", (event) => {
  const photos = event.target.closest("[data-doubletap]");
  if (photos) like(photos);
});
let last = { time: 0, target: null };
document.addEventListener("touchend", (event) => {
  const photos = event.target.closest?.("[data-doubletap]");
  if (!photos || event.touches.length) return;
  if (last.target === photos && event.timeStamp - last.time < 300) {
    event.preventDefault();
    like(photos);
    last = { time: 0, target: null };
  } else {
    last = { time: event.timeStamp, target: photos };
  }
}, { passive: false });
