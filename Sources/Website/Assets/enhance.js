// The registry of functions that enhance elements, both those of the initial page and those that are added
// later.
const enhancers = [];

/** Registers a function that runs on every new part of the page. */
export function onNewContent(enhancer) {
  enhancers.push(enhancer);
}

/** Runs every registered function on a part of the page. */
export function enhance(root) {
  for (const enhancer of enhancers) enhancer(root);
}
