/** Figures as people read them. */

import { html, nothing } from "lit";
import { t } from "./texts.js";

/** @typedef {"low" | "fit" | "over" | "far-over"} LoadClass */

/** Classes of load in rising order, each with the load it ends at and whether it is hatched. */
export const LOAD_CLASSES = /** @type {[LoadClass, number, boolean][]} */ ([
  ["low", 0.8, false],
  ["fit", 1, false],
  ["over", 1.2, true],
  ["far-over", Infinity, true],
]);

/**
 * @param {number} load households over cap; 1 is exactly full
 * @returns {LoadClass}
 */
export function loadClass(load) {
  if (load < 0.8) return "low";
  if (load <= 1) return "fit";
  return load <= 1.2 ? "over" : "far-over";
}

/**
 * Digits in groups of three, parted by a narrow space that never breaks.
 * @param {number} value
 */
export function grouped(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/**
 * Whole percent; what is above the cap is never rounded down to 100 %, nor below it up.
 * @param {number} load
 */
export function percent(load) {
  const exact = load * 100;
  const whole = load > 1 ? Math.max(101, Math.round(exact)) : Math.round(exact);
  return `${load < 1 ? Math.min(99, whole) : whole}%`;
}

/**
 * A share in whole percent; 100 % only when nobody is left out, 0 % only when nobody is in.
 * @param {number} part from 0 to 1
 */
export function share(part) {
  if (part === 0 || part === 1) return `${part * 100}%`;
  return `${Math.min(99, Math.max(1, Math.round(part * 100)))}%`;
}

/** @param {number} minutes */
export const minutesWord = (minutes) => t("minutes", { n: Number(minutes.toFixed(1)) });

/**
 * Households with their unit; an estimate says so and tells its method on hover.
 * @param {number} count
 * @param {boolean} estimated
 */
export function households(count, estimated) {
  const text = t("households", { n: grouped(count) });
  return estimated ? guess(text) : html`<span class="figure">${text}</span>`;
}

/**
 * A bare number with the mark of an estimate where it is one.
 * @param {number} count
 * @param {boolean} estimated
 */
export function count(count, estimated = false) {
  return estimated ? guess(grouped(count)) : html`<span class="figure">${grouped(count)}</span>`;
}

/** @param {string} text */
function guess(text) {
  return html`<abbr class="figure estimate" title=${t("estimate.method")} tabindex="0"
    >${t("estimate", { figure: text })}</abbr
  >`;
}

/**
 * Households above the cap, null where there are none. Exact where a plan has one cap for all.
 * @param {{households: number, load: number}} grid
 */
export function excess(grid) {
  return grid.load > 1 ? Math.ceil(grid.households * (1 - 1 / grid.load) - 1e-6) : null;
}

/** @param {number | null} area_m2 */
export function hectares(area_m2) {
  return area_m2 === null ? nothing : t("hectares", { n: (area_m2 / 10000).toFixed(1) });
}
