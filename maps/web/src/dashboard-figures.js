/** The large figures of the dashboard, each with its unit, its time and its method. */

import { html, nothing } from "lit";
import { grouped, percent, share } from "./figures.js";
import { householdsWord, labelOf } from "./parts.js";
import { t } from "./texts.js";
import { kindName } from "./walk-list.js";

/**
 * @typedef {object} AreaFigures
 * @property {number} communities
 * @property {number} published
 * @property {number} buildings
 * @property {{total: number, estimated: number, kinds: Record<string, number>}} households
 * @property {{base: number, special: number, micro: number, over_cap: number,
 *   mean_load: number | null, highest_load: number | null,
 *   loads: {low: number, fit: number, over: number, far_over: number}}} grids
 * @property {{posts: number, vacant: number, workers: number, needed: number | null,
 *   grids_without_post: number}} posts
 * @property {{reached: number, total: number, share: number | null} | null} covered
 * @property {{gaps: number, households: number, households_estimated: number} | null} gaps
 *
 * @typedef {AreaFigures & {code: string, name: string, level: string}} Child
 *
 * @typedef {object} WorstGap
 * @property {number} id
 * @property {string} community_code
 * @property {string | null} community_name
 * @property {number} households
 * @property {number} households_estimated
 * @property {number} buildings
 * @property {Record<string, number>} reasons
 * @property {[number, number, number, number]} extent
 *
 * @typedef {AreaFigures & {
 *   flags: Record<string, number>,
 *   coverage: {kind: string, cutoff_s: number, share: number | null, reached: number,
 *     total: number, estimated: number}[],
 *   worst_gaps: WorstGap[],
 * }} WholeArea
 *
 * @typedef {object} Walking
 * @property {string} made_at
 * @property {string} gates
 * @property {import("./api.js").KindName[]} kinds
 * @property {Record<string, number>} speeds
 * @property {number[]} cutoffs_s
 * @property {string} kind
 * @property {number} speed_m_s
 * @property {number} cutoff_s
 *
 * @typedef {object} Figures
 * @property {string} at
 * @property {string} as_of
 * @property {string | null} grids_since
 * @property {{code: string, name: string, level: string}[]} way
 * @property {[number, number, number, number] | null} extent
 * @property {Walking | null} walking
 * @property {WholeArea} figures
 * @property {Child[]} children
 */

/** @typedef {{name: string, label: string, value: string, unit?: string, part?: string,
 *   note: string, bad?: boolean, guess?: boolean}} Large */

/**
 * @param {Figures} told
 * @param {Map<string, number>} changed figures that differ from the reading before
 */
export function largeFiguresOf(told, changed) {
  return html`<dl class="large">
    ${[...stock(told), ...load(told), ...staff(told), ...walked(told)].map((one) => large(one, changed))}
  </dl>`;
}

/**
 * @param {Large} one
 * @param {Map<string, number>} changed
 */
function large(one, changed) {
  const by = changed.get(one.name);
  return html`<div data-figure=${one.name} class="${one.bad ? "bad" : ""} ${by ? "changed" : ""}">
    <dt>${one.label}</dt>
    <dd>
      <span class="value figure">${one.guess ? estimate(one.value) : one.value}</span
      >${one.unit ? html`<span class="unit">${one.unit}</span>` : nothing}
      ${one.part ? html`<span class="part figure">${one.part}</span>` : nothing}
      ${by ? html`<ins class="figure">${by > 0 ? "+" : "\u2212"}${grouped(Math.abs(by))}</ins>` : nothing}
    </dd>
    <dd class="source" title=${one.note}>${one.note}</dd>
  </div>`;
}

/** @param {string} value */
function estimate(value) {
  return html`<abbr class="estimate" title=${t("estimate.method")} tabindex="0"
    >${t("estimate", { figure: value })}</abbr
  >`;
}

/**
 * @param {Figures} told
 * @returns {Large[]}
 */
function stock({ at, figures }) {
  const { households } = figures;
  const buildings = grouped(figures.buildings);
  return [
    {
      name: "communities",
      label: labelOf(t("communities")),
      value: grouped(figures.communities),
      part: t("dash.published", { n: grouped(figures.published) }),
      note: t("dash.on", { day: at }),
    },
    {
      name: "households",
      label: labelOf(householdsWord(Object.keys(households.kinds))),
      value: grouped(households.total),
      unit: t("dash.unit.households"),
      guess: households.estimated > 0,
      note: households.estimated
        ? t("dash.stock.estimated", { buildings, n: grouped(households.estimated) })
        : t("dash.stock", { buildings }),
    },
  ];
}

/**
 * @param {Figures} told
 * @returns {Large[]}
 */
function load({ figures, grids_since }) {
  const { grids } = figures;
  const since = grids_since ? t("dash.since", { day: grids_since }) : t("dash.none-published");
  const apart = [grids.special && t("dash.special", { n: grids.special }), grids.micro && t("dash.micro", { n: grids.micro })];
  return [
    {
      name: "grids",
      label: labelOf(t("grids")),
      value: grouped(grids.base + grids.special),
      part: apart.filter(Boolean).join(" "),
      note: since,
    },
    {
      name: "mean-load",
      label: t("dash.mean-load"),
      value: grids.mean_load === null ? t("walk.untold") : percent(grids.mean_load),
      part: grids.highest_load === null ? "" : t("dash.highest", { load: percent(grids.highest_load) }),
      note: t("legend.load"),
    },
    {
      name: "over-cap",
      label: t("dash.over-cap"),
      value: grouped(grids.over_cap),
      bad: grids.over_cap > 0,
      part: t("dash.of", { n: grouped(grids.loads.low + grids.loads.fit + grids.over_cap) }),
      note: t("dash.over-cap.note"),
    },
  ];
}

/**
 * @param {Figures} told
 * @returns {Large[]}
 */
function staff({ at, figures }) {
  const { posts } = figures;
  return [
    {
      name: "vacant",
      label: t("dash.vacant"),
      value: grouped(posts.vacant),
      bad: posts.vacant > 0,
      part: t("dash.posts", { posts: grouped(posts.posts), workers: grouped(posts.workers) }),
      note: posts.grids_without_post
        ? t("dash.without-post", { n: grouped(posts.grids_without_post), day: at })
        : t("dash.roster", { day: at }),
    },
  ];
}

/**
 * @param {Figures} told
 * @returns {Large[]}
 */
function walked({ figures, walking }) {
  const named = walking?.kinds.find((kind) => kind.kind === walking.kind);
  const { covered, gaps } = figures;
  return [
    {
      name: "covered",
      label: named ? t("dash.covered", { kind: kindName(named) }) : t("walk.covered"),
      value: covered?.share == null ? t("walk.untold") : share(covered.share),
      part: covered ? t("dash.reached", { n: grouped(covered.reached), all: grouped(covered.total) }) : "",
      note: walking ? walkNote(walking) : t("dash.not-walked"),
    },
    {
      name: "gaps",
      label: t("dash.gaps"),
      value: gaps ? grouped(gaps.gaps) : t("walk.untold"),
      bad: (gaps?.gaps ?? 0) > 0,
      unit: gaps ? t("dash.unit.gaps") : "",
      // Counted in the area itself: a gap may reach over its border.
      part: covered ? t("walk.gap.households", { n: grouped(covered.total - covered.reached) }) : "",
      note: walking ? walkNote(walking) : t("dash.not-walked"),
    },
  ];
}

/**
 * How far, how fast, along what, and when it was computed.
 * @param {Walking} walking
 */
export function walkNote(walking) {
  return t("dash.walk-note", {
    n: Number((walking.cutoff_s / 60).toFixed(1)),
    v: walking.speed_m_s,
    at: clock(walking.made_at),
  });
}

/**
 * A moment in the time of the machine that shows it.
 * @param {string} moment
 */
export function clock(moment) {
  const at = new Date(moment);
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
