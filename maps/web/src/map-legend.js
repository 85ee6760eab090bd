/** What the colours mean. */

import { html, svg } from "lit";
import { LOAD_CLASSES } from "./figures.js";
import { t } from "./texts.js";

export function legend() {
  const roomy = matchMedia("(min-width: 721px)").matches;
  return html`<details class="legend" ?open=${roomy}>
    <summary>${t("legend")}</summary>
    <ul>
      ${LOAD_CLASSES.map(
        ([name, , hatched]) =>
          html`<li>${swatch(name, hatched)}<span>${t(`legend.${name}`)}</span></li>`,
      )}
    </ul>
    <p class="muted small">${t("legend.load")}</p>
  </details>`;
}

/**
 * A piece of a grid as the map draws it.
 * @param {string} name
 * @param {boolean} hatched
 */
function swatch(name, hatched) {
  return html`<svg class="swatch ${name}" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
    <rect class="ground" x="1" y="1" width="26" height="14" rx="2"></rect>
    ${hatched ? svg`<path class="hatch" d="M2 10 10 2M4 14 16 2M10 14 22 2M16 14 26 4M22 14 26 10"></path>` : ""}
  </svg>`;
}
