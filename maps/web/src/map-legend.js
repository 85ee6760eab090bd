/** What the colours of a map mean, as the service tells it for the style. */

import { html, nothing, svg } from "lit";

/**
 * @typedef {object} LegendItem
 * @property {string} label
 * @property {string} colour
 * @property {"fill" | "line" | "point"} shape
 * @property {string} [pattern] image of the sprite that lies over the colour
 * @property {string} [ink] colour of the pattern
 * @property {number} [opacity] of the fill
 * @property {string} [sign] what is written into a point
 * @property {boolean} [dashed]
 * @property {string[]} [colours] where several stand for one thing
 *
 * @typedef {object} Legend
 * @property {string} title
 * @property {LegendItem[]} items
 * @property {string} [note]
 */

/**
 * @param {Legend} told
 * @param {string} roomy media on which it is open at first
 */
export function legend(told, roomy = "(min-width: 721px)") {
  return html`<details class="legend" ?open=${matchMedia(roomy).matches}>
    <summary>${told.title}</summary>
    <ul>
      ${told.items.map((item) => html`<li>${swatch(item)}<span>${item.label}</span></li>`)}
    </ul>
    ${told.note ? html`<p class="muted small">${told.note}</p>` : nothing}
  </details>`;
}

/**
 * A piece of the map as it is drawn.
 * @param {LegendItem} item
 */
export function swatch(item) {
  return html`<svg class="swatch" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
    ${shape(item)} ${item.pattern ? pattern(item.pattern, item.ink ?? "") : nothing}
  </svg>`;
}

/** @param {LegendItem} item */
function shape({ shape, colour, colours = [colour], opacity = 1, dashed = false, sign = "" }) {
  if (shape === "line")
    return svg`<path class="line" d="M1 8H27" stroke=${colour} stroke-dasharray=${dashed ? "4 4" : "none"}></path>`;
  if (shape === "point")
    return sign
      ? svg`<circle class="ring" cx="14" cy="8" r="7" stroke=${colour}></circle>
          <text class="sign" x="14" y="11.5">${sign}</text>`
      : svg`<circle cx="14" cy="8" r="6" fill=${colour}></circle>`;
  const width = 26 / colours.length;
  return colours.map(
    (one, i) =>
      svg`<rect x=${1 + i * width} y="1" width=${width} height="14" fill=${one} fill-opacity=${opacity} stroke=${one}></rect>`,
  );
}

/**
 * Dots or a hatch, as the sprite has them.
 * @param {string} name
 * @param {string} ink
 */
function pattern(name, ink) {
  return name.startsWith("dots")
    ? svg`<path class="dots" stroke=${ink} d="M5 5h0M11 11h0M14 4h0M19 9h0M24 5h0M23 12h0M5 12h0"></path>`
    : svg`<path class="hatch" stroke=${ink} d="M2 10 10 2M4 14 16 2M10 14 22 2M16 14 26 4M22 14 26 10"></path>`;
}
