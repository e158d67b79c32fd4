// Suggests usernames after @ and tags after # while typing.
import { make } from "./pages.js";

let list = null;
let latestRequest = 0;

function close() {
  list?.remove();
  list = null;
}

/** Matches the word before the cursor if it begins with @ or #. */
function wordAtCursor(field) {
  return field.value.slice(0, field.selectionStart).match(/(?:^|\s)([@#])([\p{L}\p{N}._]{1,30})$/u);
}

async function suggest(field) {
  const match = wordAtCursor(field);
  const request = ++latestRequest;
  if (!match) return close();
  const [, sign, word] = match;
  const type = sign === "@" ? "users" : "tags";
  const url = `/api/search?type=${type}&limit=6&q=${encodeURIComponent(word)}`;
  const response = await fetch(url).catch(() => null);
  if (request !== latestRequest || !response?.ok) return;
  const { items } = await response.json();
  close();
  if (!items.length) return;
  const length = word.length + 1;
  const options = items.map((item, index) => {
    const text = sign + (item.username ?? item.tag);
    const attributes = { role: "option", id: `suggested-${index}`, "aria-selected": String(index === 0) };
    const option = make("li", attributes, make("bdi", {}, text));
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      insert(field, text, length);
    });
    return option;
  });
  list = make("ul", { class: "suggest", role: "listbox", "aria-label": "Suggestions" }, ...options);
  list.moveSelection = (step) => {
    const selected = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = (selected + step + options.length) % options.length;
    options[selected].setAttribute("aria-selected", "false");
    options[next].setAttribute("aria-selected", "true");
  };
  list.insertSelection = () => {
    insert(field, list.querySelector("[aria-selected=true]").textContent, length);
  };
  const dialog = field.closest("dialog");
  (dialog ?? document.body).append(list);
  const bounds = field.getBoundingClientRect();
  const origin = dialog?.getBoundingClientRect() ?? { left: -scrollX, top: -scrollY };
  list.style.left = `${bounds.left - origin.left}px`;
  list.style.top = `${Math.min(bounds.bottom, innerHeight - 240) - origin.top}px`;
}

/** Replaces the characters before the cursor with a suggestion. */
function insert(field, text, length) {
  const end = field.selectionStart;
  field.setRangeText(`${text} `, end - length, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  close();
}

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea[name=text], textarea[name=caption]")) suggest(event.target);
});
document.addEventListener("keydown", (event) => {
  if (!list) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) list.moveSelection(step);
  else if (event.key === "Enter" || event.key === "Tab") list.insertSelection();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("focusout", () => setTimeout(close, 100));
