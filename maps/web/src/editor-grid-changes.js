/** What moves would do to each grid they touch, before they are made. */

import { html, nothing } from "lit";
import { gridName } from "./editor-words.js";
import { Drawing, NONE } from "./editor/drawing.js";
import { apply } from "./editor/strokes.js";
import { grouped, percent } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {import("./editor/strokes.js").Move} Move */

/**
 * A table of the touched grids: units that come and go, households and load now and after.
 * @param {Drawing} now
 * @param {Move[]} moves
 * @param {import("./editor/drawing.js").NewGrid[]} grids new ones
 */
export function changesOf(now, moves, grids) {
  if (moves.length === 0) return nothing;
  const after = new Drawing(now.town, now.list(), now.grid);
  for (const grid of grids) after.addGrid(grid);
  apply(after, moves);
  return html`<div class="scrolled" tabindex="0" role="region" aria-label=${t("editor.changes")}>
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">${t("editor.changes.grid")}</th>
          <th scope="col" class="number">${t("editor.changes.in")}</th>
          <th scope="col" class="number">${t("editor.changes.out")}</th>
          <th scope="col" class="number">${t("households.word")}</th>
          <th scope="col" class="number">${t("editor.changes.load")}</th>
        </tr>
      </thead>
      <tbody>${touched(moves).map(([no, its]) => row(now, after, no, its))}</tbody>
    </table>
  </div>`;
}

/**
 * Units that come into and leave each grid, by its number.
 * @param {Move[]} moves
 * @returns {[number, {in: number, out: number}][]}
 */
function touched(moves) {
  /** @type {Map<number, {in: number, out: number}>} */
  const grids = new Map();
  const of = (/** @type {number | null} */ no) => {
    const key = no ?? NONE;
    const its = grids.get(key) ?? { in: 0, out: 0 };
    grids.set(key, its);
    return its;
  };
  for (const [, from, to] of moves) {
    of(from).out += 1;
    of(to).in += 1;
  }
  return [...grids].sort(([a], [b]) => a - b);
}

/**
 * @param {Drawing} now
 * @param {Drawing} after
 * @param {number} no
 * @param {{in: number, out: number}} its
 */
function row(now, after, no, its) {
  const old = now.grids.has(no) || no === NONE ? now.figures(no).households : 0;
  const load = (/** @type {Drawing} */ drawing) => (drawing.grids.has(no) && no !== NONE ? percent(drawing.share(no)) : "–");
  const over = no !== NONE && after.share(no) > 1;
  return html`<tr>
    <th scope="row">${gridName(after, no)}</th>
    <td class="number">${its.in ? `+${grouped(its.in)}` : ""}</td>
    <td class="number">${its.out ? `−${grouped(its.out)}` : ""}</td>
    <td class="number">${grouped(old)} → ${grouped(after.figures(no).households)}</td>
    <td class="number ${over ? "bad" : ""}">${load(now)} → ${load(after)}</td>
  </tr>`;
}
