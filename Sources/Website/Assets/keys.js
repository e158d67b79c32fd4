// Keyboard shortcuts: j and k move through the feed, l likes, / searches.
import { press } from "./forms.js";

let current = -1;

document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select, dialog")) return;
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const cards = [...document.querySelectorAll("main article.card")];
  if (event.key === "/") {
    event.preventDefault();
    const field = document.querySelector("input[type=search]");
    if (field) field.focus();
    else location.assign("/search");
  }
  if (!cards.length || !["j", "k", "l"].includes(event.key)) return;
  if (event.key === "l") {
    const like = (cards[current] ?? cards[0]).querySelector("form[data-toggle=like]");
    if (like) press(like);
    return;
  }
  current = Math.min(cards.length - 1, Math.max(0, current + (event.key === "j" ? 1 : -1)));
  const card = cards[current];
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "start" });
});
