/** What the colours of minutes mean. */

import { html, svg } from "lit";
import { minuteSteps } from "./walk-style.js";
import { t } from "./texts.js";

/**
 * @param {number[]} minutes cutoffs that are shown, ascending
 */
export function minuteLegend(minutes) {
  const roomy = matchMedia("(min-width: 721px)").matches;
  const steps = minuteSteps(minutes);
  return html`<details class="legend" ?open=${roomy}>
    <summary>${t("walk.legend")}</summary>
    <ul>
      ${minutes.map((_, i) => html`<li>${swatch(`minutes-${steps[i]}`)}<span>${within(minutes, i)}</span></li>`)}
      <li>${swatch("unreached", true)}<span>${t("walk.not-within", { n: minutes.at(-1) ?? 0 })}</span></li>
      <li>${line("circle")}<span>${t("walk.circle")}</span></li>
      <li>${line("gap")}<span>${t("walk.gap")}</span></li>
      <li>${dot("facility")}<span>${t("walk.facility")}</span></li>
      <li>${dot("site")}<span>${t("walk.site")}</span></li>
    </ul>
    <p class="muted small">${t("walk.picture")}</p>
  </details>`;
}

/**
 * @param {number[]} minutes
 * @param {number} i
 */
function within(minutes, i) {
  if (i === 0) return t("walk.up-to", { n: minutes[0] });
  return t("walk.between", { from: minutes[i - 1], to: minutes[i] });
}

/**
 * @param {string} name
 * @param {boolean} [hatched]
 */
function swatch(name, hatched = false) {
  return html`<svg class="swatch ${name}" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
    <rect x="1" y="1" width="26" height="14" rx="2"></rect>
    ${hatched ? svg`<path class="hatch" d="M2 10 10 2M4 14 16 2M10 14 22 2M16 14 26 4M22 14 26 10"></path>` : ""}
  </svg>`;
}

/** @param {string} name */
const line = (name) =>
  html`<svg class="swatch ${name}" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
    <path d="M1 8H27"></path>
  </svg>`;

/** @param {string} name */
const dot = (name) =>
  html`<svg class="swatch ${name}" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
    <circle cx="14" cy="8" r="6"></circle>
  </svg>`;
