/** Figures of an area, as a card beside a small map and as a list where there is no map. */

import { html, nothing } from "lit";
import { count, households, LOAD_CLASSES, share } from "./figures.js";
import { t } from "./texts.js";

/**
 * @typedef {object} AreaFigures
 * @property {number} communities
 * @property {number} published
 * @property {number} buildings
 * @property {{total: number, estimated: number, kinds: Record<string, number>}} households
 * @property {{base: number, special: number, micro: number, over_cap: number,
 *   loads: {low: number, fit: number, over: number, far_over: number}}} grids
 * @property {{posts: number, vacant: number}} posts
 *
 * @typedef {AreaFigures & {coverage: {kind: string, cutoff_s: number, share: number | null,
 *   total: number, estimated: number}[]}} WholeArea
 *
 * @typedef {object} Figures
 * @property {string} at
 * @property {string} as_of
 * @property {{code: string, name: string}[]} way
 * @property {{method: string, speed_m_s: number, cutoff_s: number} | null} walking
 * @property {WholeArea} figures
 * @property {(AreaFigures & {code: string, name: string})[]} children
 */

/**
 * @param {Figures} told
 * @param {Record<string, string>} kinds facility kind -> its name
 */
export function embedFigures(told, kinds) {
  const { figures, walking } = told;
  const name = told.way.at(-1)?.name ?? "";
  return html`<section class="embed-figures">
    <h1 title=${name}>${name}</h1>
    <dl class="totals">
      <div>
        <dt>${householdsLabel(figures)}</dt>
        <dd>${count(figures.households.total, figures.households.estimated > 0)}</dd>
      </div>
      <div><dt>${t("grids")}</dt><dd>${count(figures.grids.base + figures.grids.special)}</dd></div>
      <div class=${figures.grids.over_cap ? "bad" : ""}>
        <dt>${t("over-cap")}</dt><dd>${count(figures.grids.over_cap)}</dd>
      </div>
      <div class=${figures.posts.vacant ? "warn" : ""}>
        <dt>${t("embed.vacant")}</dt><dd>${count(figures.posts.vacant)}</dd>
      </div>
    </dl>
    ${loads(figures)} ${coverage(told, kinds)}
    <p class="muted small">
      ${t("embed.as-of", { at: told.at })}
      ${walking ? t("embed.method", { v: walking.speed_m_s, n: walking.cutoff_s / 60 }) : nothing}
    </p>
  </section>`;
}

/** @param {AreaFigures} figures */
function householdsLabel(figures) {
  const kinds = Object.keys(figures.households.kinds);
  if (kinds.length === 0) return t("households.word");
  return kinds.map((kind) => t(`households.${kind}`)).join(t("list.comma"));
}

/**
 * How many grids there are in each class of load, as words and as bars.
 * @param {AreaFigures} figures
 */
function loads({ grids }) {
  const counts = { low: grids.loads.low, fit: grids.loads.fit, over: grids.loads.over, "far-over": grids.loads.far_over };
  const most = Math.max(1, ...Object.values(counts));
  return html`<table class="embed-loads">
    <caption>${t("legend")}</caption>
    ${LOAD_CLASSES.map(
      ([name]) => html`<tr>
        <th scope="row">${t(`legend.${name}`)}</th>
        <td class="number">${count(counts[name])}</td>
        <td aria-hidden="true"><svg class="load-count ${name}" viewBox="0 0 100 8" preserveAspectRatio="none"><rect width=${(100 * counts[name]) / most} height="8"></rect></svg></td>
      </tr>`,
    )}
  </table>`;
}

/**
 * Share of the households that reach each kind within the cutoff.
 * @param {Figures} told
 * @param {Record<string, string>} kinds
 */
function coverage({ figures, walking }, kinds) {
  const rows = figures.coverage.filter((row) => row.cutoff_s === walking?.cutoff_s);
  if (rows.length === 0) return nothing;
  return html`<table class="embed-coverage">
    <caption>${t("embed.covered", { n: (walking?.cutoff_s ?? 0) / 60 })}</caption>
    ${rows.map(
      (row) => html`<tr>
        <th scope="row">${kinds[row.kind] ?? row.kind}</th>
        <td class="number">${row.share === null ? t("walk.untold") : share(row.share)}</td>
      </tr>`,
    )}
  </table>`;
}

/**
 * What stands on the map, as a list: areas with their grids, or kinds with their coverage.
 * @param {Figures} told
 * @param {string} page
 * @param {Record<string, string>} kinds
 */
export function embedRows(told, page, kinds) {
  if (page === "coverage") return coverage(told, kinds);
  const rows = told.children.length ? told.children : [{ ...told.figures, code: "", name: told.way.at(-1)?.name ?? "" }];
  return html`<table class="embed-rows">
    <thead>
      <tr>
        <th scope="col">${t("community")}</th>
        <th scope="col" class="number">${t("households.word")}</th>
        <th scope="col" class="number">${t("grids")}</th>
        <th scope="col" class="number">${t("over-cap")}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) => html`<tr>
          <th scope="row">${row.name}</th>
          <td class="number">${households(row.households.total, row.households.estimated > 0)}</td>
          <td class="number">${count(row.grids.base + row.grids.special)}</td>
          <td class="number ${row.grids.over_cap ? "bad" : ""}">${count(row.grids.over_cap)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}
