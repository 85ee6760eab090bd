/** The figures of two divisions side by side: what differs is bold and says by how much. */

import { html, nothing } from "lit";
import { grouped, percent } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {import("./compare-api.js").Comparison} Comparison */
/** @typedef {import("./compare-api.js").ComparedSide} ComparedSide */

/**
 * A figure: its key in the texts, its value, how it is written, and whether more of it is
 * better (1), worse (-1) or neither (0).
 * @typedef {[string, (side: ComparedSide) => number, (value: number) => string, -1 | 0 | 1]} Figure
 */

const plain = grouped;
const kilometres = (/** @type {number} */ metres) => t("compare.km", { n: (metres / 1000).toFixed(1) });
const hundredths = (/** @type {number} */ value) => value.toFixed(2);

/** @type {Figure[]} */
const FIGURES = [
  ["grids", (side) => side.grids, plain, 0],
  ["over", (side) => side.over_cap, plain, -1],
  ["unassigned", (side) => side.unassigned_households, plain, -1],
  ["highest", (side) => side.highest_load, percent, -1],
  ["lowest", (side) => side.lowest_load, percent, 0],
  ["balance", (side) => side.balance, hundredths, -1],
  ["compactness", (side) => side.compactness, hundredths, 1],
  ["round", (side) => side.round_m, kilometres, -1],
  ["posts", (side) => side.posts_needed, plain, -1],
];

/** @param {Comparison} told */
export function figures(told) {
  return html`<dl class="compare-figures">
    <div>
      <dt>${t("compare.moved")}</dt>
      <dd class="figure ${told.moved.length ? "differs" : ""}">
        ${t("compare.moved.figure", { n: grouped(told.moved.length), households: grouped(told.households_moved) })}
      </dd>
    </div>
    ${FIGURES.map((figure) => compared(figure, told))} ${tier(told)}
  </dl>`;
}

/**
 * @param {Figure} figure
 * @param {Comparison} told
 */
function compared([key, of, written, better], { a, b }) {
  const [was, is] = [written(of(a)), written(of(b))];
  const differs = was !== is;
  const good = Math.sign(of(b) - of(a)) * better;
  const tone = ["bad", "", "good"][good + 1];
  return html`<div>
    <dt title=${t(`compare.figure.${key}.what`)}>${t(`compare.figure.${key}`)}</dt>
    <dd class="figure ${differs ? "differs" : ""}">
      ${differs
        ? html`${was} <span aria-hidden="true">→</span><span class="unseen">${t("compare.becomes")}</span>
            <span class=${tone}>${is}${good ? verdict(good) : nothing}</span>`
        : html`${is} <small class="muted">${t("compare.same")}</small>`}
    </dd>
  </div>`;
}

/**
 * Never by colour alone.
 * @param {number} good
 */
function verdict(good) {
  return html`<span class="unseen">${t(good > 0 ? "compare.better" : "compare.worse")}</span>`;
}

/** @param {Comparison} told */
function tier({ a, b, subsidy }) {
  const differs = a.subsidy_tier !== b.subsidy_tier;
  const word = (/** @type {ComparedSide} */ side) => tierWord(side.subsidy_tier, subsidy.bounds);
  const households = a.households === b.households ? grouped(b.households) : `${grouped(a.households)} → ${grouped(b.households)}`;
  const rule = t(subsidy.includes_bound ? "compare.tier.included" : "compare.tier.excluded", {
    bounds: subsidy.bounds.map(grouped).join(t("list.comma")),
  });
  return html`<div class="tier">
    <dt title=${rule}>${t("compare.tier")}</dt>
    <dd class="figure ${differs ? "differs" : ""}">
      ${differs ? html`${word(a)} → ${word(b)}` : word(b)}
      <small class="muted">${t("households", { n: households })} · ${rule}</small>
    </dd>
  </div>`;
}

/**
 * @param {number} reached bounds reached
 * @param {number[]} bounds
 */
function tierWord(reached, bounds) {
  if (reached === 0) return t("compare.tier.below", { n: grouped(bounds[0]) });
  return t("compare.tier.from", { tier: reached });
}
