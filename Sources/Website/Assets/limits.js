// Counts the characters of fields with a limit. The server counts in the same way (`TextLimit` in
// Swift): it removes control characters and the white space around a text, and counts what people see
// as one character, whatever it is made of. A browser with an older version of Unicode counts more in
// some scripts, never fewer. The attribute `maxlength` would count UTF-16 code units.
import { onNewContent } from "./enhance.js";
import { make } from "./pages.js";

const segmenter = Intl.Segmenter && new Intl.Segmenter("en", { granularity: "grapheme" });
const encoder = new TextEncoder();
const numbers = new Intl.NumberFormat("en");
const counters = new WeakMap();

/** Returns the text as the server stores it. */
function cleaned(text) {
  return text.replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n").replaceAll("\t", " ")
    .replace(/[^\P{Cc}\n]/gu, "").trim();
}

/** Returns the number of characters. Without a segmenter, it is too large for characters of several parts. */
function characters(text) {
  if (/^[\n\x20-\x7e]*$/.test(text)) return text.length;
  let count = 0;
  for (const _ of segmenter?.segment(text) ?? text) count += 1;
  return count;
}

/** Shows the count of a field, and marks a text that the server would reject. */
export function updateCount(field) {
  const [limit, bytes] = [Number(field.dataset.limit), Number(field.dataset.bytes)];
  const text = cleaned(field.value);
  const count = characters(text);
  let fault = "";
  if (segmenter && count > limit) {
    fault = `Use at most ${numbers.format(limit)} characters; you entered ${numbers.format(count)}.`;
  } else if (encoder.encode(text).length > bytes) {
    fault = "Use fewer combining marks or joined emoji; they need too much space.";
  }
  field.setCustomValidity(fault);
  const counter = counters.get(field);
  counter.textContent = `${numbers.format(count)} / ${numbers.format(limit)}`;
  counter.classList.toggle("over", fault !== "");
  // A field of one line has a counter only when the limit is near.
  counter.hidden = !field.matches(".field textarea") && count < limit * 0.8 && !fault;
}

onNewContent((root) => {
  for (const field of root.querySelectorAll("[data-limit]")) {
    if (counters.has(field)) continue;
    const counter = make("span", { class: "count" });
    counters.set(field, counter);
    const container = field.closest(".field");
    if (container) container.prepend(counter);
    else field.after(counter);
    field.addEventListener("input", () => updateCount(field));
    field.form?.addEventListener("reset", () => queueMicrotask(() => updateCount(field)));
    updateCount(field);
  }
});
