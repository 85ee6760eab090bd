/** A load against the cap as a bar: the tick is the cap, what is above it is hatched. */

import { html, svg } from "lit";
import { loadClass, percent } from "./figures.js";

const WIDTH = 120;
const HEIGHT = 10;
// The bar ends at 150 %; a load beyond that fills it whole.
const LONGEST = 1.5;

/** @param {number} load */
const at = (load) => (Math.min(load, LONGEST) / LONGEST) * WIDTH;

/** @param {number} load */
export function loadBar(load) {
  return html`<svg
    class="load-bar ${loadClass(load)}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${percent(load)}
  >
    <rect class="track" width=${WIDTH} height=${HEIGHT} rx="2"></rect>
    <rect class="filled" width=${at(Math.min(load, 1))} height=${HEIGHT} rx="2"></rect>
    ${load > 1 ? beyond(load) : ""}
    <path class="cap" d="M${at(1)} -1V${HEIGHT + 1}"></path>
  </svg>`;
}

/** @param {number} load */
function beyond(load) {
  const width = at(load) - at(1);
  const strokes = [];
  for (let x = 2; x < width + HEIGHT; x += 5) {
    const top = Math.min(x, width);
    const bottom = Math.max(x - HEIGHT, 0);
    strokes.push(`M${at(1) + top} ${x - top}L${at(1) + bottom} ${x - bottom}`);
  }
  return svg`<rect class="beyond" x=${at(1)} width=${width} height=${HEIGHT}></rect>
    <path class="hatch" d=${strokes.join("")}></path>`;
}
