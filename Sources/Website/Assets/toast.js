// Says what was done, for some seconds, with a way to take it back.
import { make } from "./pages.js";

/** Shows a sentence; `undo` is done where somebody asks for it. */
export function toast(text, undo) {
  const place = document.querySelector("dialog[open] .toasts") ?? document.querySelector(".toasts");
  const note = make("div", { class: "toast" }, make("span", {}, text));
  const end = () => note.remove();
  if (undo) note.append(make("button", { type: "button", onclick: () => { end(); undo(); } }, "Undo"));
  while (place.children.length > 2) place.firstChild.remove();
  place.append(note);
  let timer = setTimeout(end, 5000);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("focusin", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(end, 2000); });
}
