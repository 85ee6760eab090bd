/** What planners do to a drawing without a stroke: move units, make and change grids, undo and redo. */

import { gridName } from "./editor-words.js";
import { NONE } from "./editor/drawing.js";
import { percent } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {import("./editor/strokes.js").Move} Move */

/** A grid's number as moves name it; null: in no grid. @param {number} grid */
export const named = (grid) => (grid === NONE ? null : grid);

/**
 * Move units into a grid, or out of theirs: what the list and the keyboard do.
 * @param {EditorPage} page
 * @param {number[]} units
 * @param {number} to
 * @param {{action?: string, why?: string | null}} [about]
 */
export function moveUnits(page, units, to, about = {}) {
  const { drawing } = page;
  if (!drawing || !page.drawable) return;
  if (to !== NONE && !drawing.listed(to)) return page.say(t("editor.hint.gone", { grid: gridName(drawing, to) }));
  if (to !== NONE && drawing.figures(to).locked) return page.say(t("editor.hint.locked"));
  const locked = (/** @type {number} */ grid) => grid !== NONE && drawing.figures(grid).locked;
  const free = units.filter((unit) => drawing.grid[unit] !== to && !locked(drawing.grid[unit]));
  /** @type {Move[]} */
  const moves = free.map((unit) => [unit, named(drawing.grid[unit]), named(to)]);
  if (moves.length === 0) return page.say(t("editor.nothing-moved"));
  page.session?.draw(moves, about);
  page.say(t("editor.moved", { n: moves.length, grid: gridName(drawing, to), load: to === NONE ? "" : percent(drawing.share(to)) }));
}

/**
 * Make a grid, of units where some are given.
 * @param {EditorPage} page
 * @param {number[]} [units]
 * @param {number} [cutFrom]
 */
export function newGrid(page, units = [], cutFrom = NONE) {
  const { drawing } = page;
  if (!drawing || !page.drawable) return;
  if (cutFrom !== NONE && (units.length === 0 || units.length === drawing.figures(cutFrom).units.size))
    return page.say(t("editor.hint.cut-nothing"));
  const no = Math.max(-1, ...drawing.grids.keys()) + 1;
  const grid = { no, name: t("editor.new-grid.name", { n: no + 1 }), kind: page.told?.rules.grid_kind ?? "base" };
  /** @type {Move[]} */
  const moves = units.map((unit) => [unit, named(drawing.grid[unit]), no]);
  page.session?.draw(moves, { action: cutFrom === NONE ? "stroke" : "cut", grids: [grid] });
  page.map?.repaint(units);
  page.choose(no, false);
  page.say(t("editor.new-grid.made", { name: grid.name, n: units.length }));
}

/**
 * @param {EditorPage} page
 * @param {number} no
 * @param {"name" | "locked" | "removed"} aspect
 * @param {string | boolean} is
 */
export function changeGrid(page, no, aspect, is) {
  const grid = page.drawing?.figures(no);
  if (!grid) return;
  page.session?.changeGrid([no, aspect, grid[aspect], is]);
  if (aspect === "removed") page.choose(NONE, false);
}

/**
 * @param {EditorPage} page
 * @param {"undo" | "redo"} kind
 */
export function step(page, kind) {
  if (!page.drawable || page.tools?.busy) return;
  const moved = page.session?.step(kind);
  page.say(moved ? t(`editor.${kind}.done`, { n: moved.length }) : t(`editor.${kind}.nothing`));
}
