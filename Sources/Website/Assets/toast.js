// Toasts: short messages that disappear after a few seconds, with an optional undo button.
import { make } from "./pages.js";

/** Shows a message. With `undo`, it has a button that calls it. */
export function toast(message, undo) {
  const container = document.querySelector("dialog[open] .toasts") ?? document.querySelector(".toasts");
  const element = make("div", { class: "toast" }, make("span", {}, message));
  const dismiss = () => element.remove();
  if (undo) {
    const onclick = () => {
      dismiss();
      undo();
    };
    element.append(make("button", { type: "button", onclick }, "Undo"));
  }
  while (container.children.length > 2) container.firstChild.remove();
  container.append(element);
  let timer = setTimeout(dismiss, 5000);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("focusin", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => {
    timer = setTimeout(dismiss, 2000);
  });
}
