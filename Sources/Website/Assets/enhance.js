// What is done to new pieces of a page, whether they came with it or later.
const steps = [];

/** Has `step` look at every piece that comes. */
export function whenNew(step) {
  steps.push(step);
}

/** Runs every step on a piece of the page. */
export function enhance(piece) {
  for (const step of steps) step(piece);
}
