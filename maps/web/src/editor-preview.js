/** What an action of the engine would do: the figures before and after side by side, and the proof. */

import { html, nothing } from "lit";
import { Drawing, NONE } from "./editor/drawing.js";
import { problemsOf } from "./editor/problems.js";
import { apply } from "./editor/strokes.js";
import { grouped, percent } from "./figures.js";
import { skeleton } from "./parts.js";
import { t } from "./texts.js";

/**
 * @typedef {object} Sum
 * @property {number} grids
 * @property {number} over
 * @property {number} problems
 * @property {number} unassigned
 * @property {number} highest
 * @property {number} lowest
 */

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {Pick<import("./planner-api.js").Preview, "moves" | "grids" | "certificate"> | null} shown
 * @param {boolean} waiting
 * @param {() => void} adopt
 * @param {() => void} drop
 */
export function preview(page, shown, waiting, adopt, drop) {
  const leave = html`<button type="button" @click=${drop}>${t("editor.drop")}</button>`;
  if (waiting) return html`<p class="muted" role="status">${t("editor.computing")}</p>${skeleton()}<p class="ask-buttons">${leave}</p>`;
  const { drawing } = page;
  if (!shown || !drawing) return html`<p class="ask-buttons">${leave}</p>`;
  const after = new Drawing(drawing.town, drawing.list(), drawing.grid);
  for (const grid of shown.grids) after.addGrid(grid);
  apply(after, shown.moves);
  const households = shown.moves.reduce((sum, [unit]) => sum + drawing.town.households[unit], 0);
  if (shown.moves.length === 0) return html`<p>${t("editor.preview.nothing")}</p><p class="ask-buttons">${leave}</p>`;
  return html`${table(sumOf(drawing), sumOf(after))}
    <p>${t("editor.preview.moves", { n: grouped(shown.moves.length), households: grouped(households) })}</p>
    ${proof(shown.certificate)}
    <p class="ask-buttons"><button type="button" class="primary" @click=${adopt}>${t("editor.adopt")}</button>${leave}</p>`;
}

/**
 * @param {Drawing} drawing
 * @returns {Sum}
 */
export function sumOf(drawing) {
  const grids = drawing.list().filter(({ units }) => units.size);
  const shares = grids.filter(({ kind, load }) => kind !== "special" && load > 0).map(({ no }) => drawing.share(no));
  return {
    grids: grids.length,
    over: shares.filter((share) => share > 1).length,
    problems: problemsOf(drawing).length,
    unassigned: drawing.figures(NONE).households,
    highest: Math.max(0, ...shares),
    lowest: Math.min(...shares, Infinity),
  };
}

/**
 * @param {Sum} before
 * @param {Sum} after
 */
function table(before, after) {
  const rows = /** @type {[string, number, number, (value: number) => string][]} */ ([
    [t("grids"), before.grids, after.grids, grouped],
    [t("over-cap"), before.over, after.over, grouped],
    [t("editor.problems"), before.problems, after.problems, grouped],
    [t("unassigned"), before.unassigned, after.unassigned, grouped],
    [t("highest-load"), before.highest, after.highest, percent],
    [t("editor.lowest"), before.lowest, after.lowest, (value) => (Number.isFinite(value) ? percent(value) : "–")],
  ]);
  return html`<table class="figures">
    <thead><tr><td></td><th scope="col">${t("editor.before")}</th><th scope="col">${t("editor.after")}</th></tr></thead>
    <tbody>
      ${rows.map(([name, was, is, said]) => html`<tr><th scope="row">${name}</th><td class="number">${said(was)}</td><td class="number">${was === is ? said(is) : html`<strong>${said(is)}</strong>`}</td></tr>`)}
    </tbody>
  </table>`;
}

/** @param {Record<string, any> | null} certificate */
function proof(certificate) {
  const bound = certificate?.lower_bound;
  if (bound === undefined || bound === null) return nothing;
  const least = typeof bound === "object" ? bound.grids : bound;
  return html`<p class="muted small">${t("editor.certificate", { n: least })}</p>`;
}
