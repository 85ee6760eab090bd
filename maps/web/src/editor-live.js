/** What the planner's page does while a tool draws: list, tip, map and problems follow the pointer. */

import { newGrid } from "./editor-moves.js";
import { hearLate } from "./editor-sharing.js";
import { hideTip, moveRing, showTip } from "./editor-tip.js";
import { gridName, strokeWarnings, strokeWords } from "./editor-words.js";
import { NONE } from "./editor/drawing.js";
import { problemsOf } from "./editor/problems.js";
import { grouped } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {import("./editor/strokes.js").Stroke} Stroke */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */

/**
 * The page as its tools know it.
 * @param {EditorPage} page
 * @returns {import("./editor-tools.js").Desk}
 */
export function deskOf(page) {
  const { drawing, places, map } = page;
  if (!drawing || !places || !map) throw new TypeError("nothing is open yet");
  return {
    drawing,
    places,
    map,
    ways: () => waysOf(page),
    begin: (stroke) => began(page, stroke),
    moved: (stroke, moved, event) => followed(page, drawing, stroke, moved, event),
    end: (stroke) => ended(page, drawing, stroke),
    cancelled: (_, units) => cancelled(page, units),
    pick: (unit, event) => page.pick(unit, event.shiftKey),
    over: (unit, event) => hovered(page, drawing, unit, event),
    cut: (grid, units) => newGrid(page, units, grid),
    hint: (name) => page.say(t(`editor.hint.${name}`)),
  };
}

/** @param {EditorPage} page */
function waysOf({ tool, target, drawing, size, whole, unassigned, inside, drawable }) {
  const chosen = drawing?.listed(target) ? target : NONE;
  return { tool, target: chosen, size, whole, unassigned, inside, drawing: drawable };
}

/**
 * @param {EditorPage} page
 * @param {Stroke} stroke
 */
function began(page, stroke) {
  if (page.session) page.session.live = stroke;
  page.map?.hold();
}

/**
 * The list, the tip and the map follow at every move of the pointer.
 * @param {EditorPage} page
 * @param {Drawing} drawing
 * @param {Stroke} stroke
 * @param {number[]} moved
 * @param {PointerEvent} event
 */
function followed(page, drawing, stroke, moved, event) {
  showTip(page, event, strokeWords(drawing, stroke), strokeWarnings(drawing, stroke));
  if (moved.length === 0) return;
  page.map?.repaint(moved);
  refreshRows(page);
  refreshSummary(page);
}

/**
 * @param {EditorPage} page
 * @param {Drawing} drawing
 * @param {Stroke} stroke
 */
function ended(page, drawing, stroke) {
  if (page.session) page.session.live = null;
  hideTip(page);
  const moves = stroke.moves();
  if (moves.length) {
    page.say(strokeWords(drawing, stroke));
    page.session?.commit(moves);
  } else if (stroke.locked.size) page.say(t("editor.warn.locked", { n: stroke.locked.size }));
  page.problems = problemsOf(drawing);
  page.map?.release();
  hearLate(page);
}

/**
 * @param {EditorPage} page
 * @param {number[]} units
 */
function cancelled(page, units) {
  if (page.session) page.session.live = null;
  hideTip(page);
  redraw(page, units);
  page.map?.release();
  hearLate(page);
}

/**
 * @param {EditorPage} page
 * @param {Drawing} drawing
 * @param {number} unit
 * @param {PointerEvent} event
 */
function hovered(page, drawing, unit, event) {
  moveRing(page, event);
  if (unit < 0 || event.pointerType === "touch") return hideTip(page);
  const { town, grid } = drawing;
  showTip(page, event, t("editor.over", { grid: gridName(drawing, grid[unit]), n: town.households[unit] }), []);
}

/**
 * After units moved by whatever way: map, list, problems.
 * @param {EditorPage} page
 * @param {number[]} units
 */
export function redraw(page, units) {
  page.saving += 1;
  const { drawing, map } = page;
  if (!drawing) return;
  leaveUnlisted(page, drawing);
  if (units.length || drawing.touched.size) {
    map?.repaint(units);
    refreshRows(page);
    page.problems = problemsOf(drawing);
  }
  if (map && !page.session?.live) map.relabel();
}

/**
 * A chosen grid that undo, or another planner, has taken off the list is chosen no more: units that
 * joined it would be sent back.
 * @param {EditorPage} page
 * @param {Drawing} drawing
 */
function leaveUnlisted(page, drawing) {
  const { target } = page;
  if (target === NONE || drawing.listed(target)) return;
  page.choose(NONE, false);
  page.say(t("editor.hint.gone", { grid: gridName(drawing, target) }));
}

/**
 * New grids have got other numbers: what is chosen or asked about stays the same grid.
 * @param {EditorPage} page
 * @param {(no: number) => number} its number of a grid by the one it had
 */
export function followNumbers(page, its) {
  const { target, dialog } = page;
  const buildings = /** @type {{to: number | null} | null} */ (/** @type {unknown} */ (page.querySelector("wg-editor-buildings")));
  if (typeof buildings?.to === "number") buildings.to = its(buildings.to);
  if (dialog && "grid" in dialog && its(dialog.grid) !== dialog.grid) page.dialog = { ...dialog, grid: its(dialog.grid) };
  if (its(target) !== target) page.choose(its(target), false);
}

/** Draw the rows of touched grids anew. @param {EditorPage} page */
export function refreshRows(page) {
  const touched = page.drawing?.touched;
  const list = /** @type {any} */ (page.querySelector("wg-editor-grids"));
  if (!touched) return;
  list?.refresh(touched);
  touched.clear();
}

/** Figures over the list. @param {EditorPage} page */
export function refreshSummary(page) {
  const { drawing } = page;
  const strip = page.querySelector(".editor-strip");
  if (!strip || !drawing) return;
  const { grids, households, over } = drawing.totals();
  const values = [grids, households, over, drawing.figures(NONE).households];
  strip.querySelectorAll("dd").forEach((cell, k) => {
    const text = grouped(values[k]);
    // Only what differs is written: the browser lays out anew what is.
    if (cell.textContent !== text) cell.textContent = text;
    cell.parentElement?.classList.toggle("bad", k > 1 && values[k] > 0);
  });
}
