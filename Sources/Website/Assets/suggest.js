// Names after @ and tags after #, suggested while one writes.
import { make } from "./pages.js";

let box = null;
let turn = 0;

function close() {
  box?.remove();
  box = null;
}

/** The word before the pointer, where it begins with @ or #. */
function wordAt(field) {
  return field.value.slice(0, field.selectionStart).match(/(?:^|\s)([@#])([\p{L}\p{N}._]{1,30})$/u);
}

async function suggest(field) {
  const found = wordAt(field);
  const mine = ++turn;
  if (!found) return close();
  const [, sign, word] = found;
  const type = sign === "@" ? "users" : "tags";
  const answer = await fetch(`/api/search?type=${type}&limit=6&q=${encodeURIComponent(word)}`).catch(() => null);
  if (mine !== turn || !answer?.ok) return;
  const { items } = await answer.json();
  close();
  if (!items.length) return;
  const options = items.map((item, index) => {
    const text = sign + (item.username ?? item.tag);
    const option = make("li", { role: "option", id: `suggested-${index}`, "aria-selected": String(index === 0) }, text);
    option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(field, text, word.length + 1); });
    return option;
  });
  box = make("ul", { class: "suggest", role: "listbox", "aria-label": "Suggestions" }, ...options);
  box.pick = (step) => {
    const here = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    options[here].setAttribute("aria-selected", "false");
    options[(here + step + options.length) % options.length].setAttribute("aria-selected", "true");
  };
  box.take = () => take(field, box.querySelector("[aria-selected=true]").textContent, word.length + 1);
  (field.closest("dialog") ?? document.body).append(box);
  const place = field.getBoundingClientRect();
  const base = field.closest("dialog")?.getBoundingClientRect() ?? { left: -scrollX, top: -scrollY };
  box.style.left = `${place.left - base.left}px`;
  box.style.top = `${Math.min(place.bottom, innerHeight - 240) - base.top}px`;
}

function take(field, text, length) {
  const end = field.selectionStart;
  field.setRangeText(`${text} `, end - length, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
}

document.addEventListener("input", (event) => { if (event.target.matches("textarea[name=text], textarea[name=caption]")) suggest(event.target); });
document.addEventListener("keydown", (event) => {
  if (!box) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) box.pick(step);
  else if (event.key === "Enter" || event.key === "Tab") box.take();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("focusout", () => setTimeout(close, 100));
