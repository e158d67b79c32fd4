// Carousels with arrows and dots. A double tap on a photo likes the post.
import { onNewContent } from "./enhance.js";
import { press } from "./forms.js";
import { icon, make } from "./pages.js";

function setUpCarousel(carousel) {
  const strip = carousel.querySelector(".photos");
  const [left, right] = carousel.querySelectorAll(".arrow");
  const dots = carousel.querySelectorAll(".dots i");
  const currentIndex = () => Math.round(strip.scrollLeft / Math.max(1, strip.clientWidth));
  const move = (step) => {
    strip.scrollTo({ left: (currentIndex() + step) * strip.clientWidth, behavior: "smooth" });
  };
  const update = () => {
    const current = currentIndex();
    left.hidden = current <= 0;
    right.hidden = current >= dots.length - 1;
    dots.forEach((dot, index) => dot.classList.toggle("on", index === current));
  };
  left.addEventListener("click", () => move(-1));
  right.addEventListener("click", () => move(1));
  strip.addEventListener("scroll", update, { passive: true });
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      move(step);
    }
  });
  update();
}

function like(photos) {
  const form = photos.closest("article")?.querySelector("form[data-toggle=like]");
  if (!form) return;
  const heart = make("span", { class: "heart-burst" }, icon("heartFull"));
  const frame = photos.closest(".carousel") ?? photos.querySelector(".frame");
  frame.append(heart);
  setTimeout(() => heart.remove(), 900);
  if (form.action.endsWith("/like")) press(form);
}

onNewContent((root) => root.querySelectorAll(".carousel").forEach(setUpCarousel));

document.addEventListener("dblclick", (event) => {
  const photos = event.target.closest("[data-doubletap]");
  if (photos) like(photos);
});

let lastTap = { time: 0, target: null };
document.addEventListener("touchend", (event) => {
  const photos = event.target.closest?.("[data-doubletap]");
  if (!photos || event.touches.length) return;
  if (lastTap.target === photos && event.timeStamp - lastTap.time < 300) {
    event.preventDefault();
    like(photos);
    lastTap = { time: 0, target: null };
  } else {
    lastTap = { time: event.timeStamp, target: photos };
  }
}, { passive: false });
