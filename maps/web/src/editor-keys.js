/** Keys of the planner's page. Letters that somebody types into a field are left alone. */

import { ACTIONS, act, actOn } from "./editor-actions.js";
import { moveUnits, step } from "./editor-moves.js";
import { SIZES, TOOLS } from "./editor-tools.js";
import { NONE } from "./editor/drawing.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

/**
 * @param {EditorPage} page
 * @param {KeyboardEvent} event
 */
export function editorKeys(page, event) {
  if (typed(event) || page.dialog) return;
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const done = event.ctrlKey || event.metaKey ? stepped(page, key, event) : !event.altKey && pressed(page, key, event);
  if (done) event.preventDefault();
}

/** @param {KeyboardEvent} event */
function typed(event) {
  const at = /** @type {HTMLElement | null} */ (event.target);
  return Boolean(at?.closest?.("input, textarea, select, dialog"));
}

/**
 * @param {EditorPage} page
 * @param {string} key
 * @param {KeyboardEvent} event
 */
function stepped(page, key, event) {
  if (key !== "Z" && key !== "Y") return false;
  step(page, key === "Y" || event.shiftKey ? "redo" : "undo");
  return true;
}

/**
 * @param {EditorPage} page
 * @param {string} key
 * @param {KeyboardEvent} event
 */
function pressed(page, key, event) {
  if (key === "Escape") return escaped(page);
  if (key === "?") return Boolean((page.dialog = { kind: "help" }));
  const action = ACTIONS.find((its) => its.key === key);
  if (action?.may(page)) return acted(page, action);
  if (!page.drawable) return false;
  const tool = TOOLS.find(([, letter]) => letter === key);
  if (tool) page.tool = tool[0];
  else if (key === "W") page.whole = !page.whole;
  else if (key === "U") page.unassigned = !page.unassigned;
  else if (key === "[" || key === "]") page.size = Math.min(Math.max(page.size + (key === "]" ? 1 : -1), 0), SIZES.length - 1);
  else if (key === "F2" && page.target !== NONE) actOn(page, "rename", page.target);
  else if (key === "Delete" && page.chosen.length) moveUnits(page, page.chosen, NONE);
  else if (key === "Enter" && page.chosen.length && onPage(event) && page.target !== NONE) moveUnits(page, page.chosen, page.target);
  else return false;
  return true;
}

/**
 * @param {EditorPage} page
 * @param {import("./editor-actions.js").Action} action
 */
function acted(page, action) {
  act(page, action);
  return true;
}

/** @param {KeyboardEvent} event */
const onPage = (event) => !(/** @type {HTMLElement} */ (event.target).closest?.("button, a, summary"));

/**
 * While the space bar is down the pointer holds the map.
 * @param {EditorPage} page
 * @param {KeyboardEvent} event
 */
export function spaceKey(page, event) {
  if (event.key !== " " || !page.tools || typed(event) || !onPage(event)) return;
  page.tools.space = event.type === "keydown";
  event.preventDefault();
}

/** @param {EditorPage} page */
function escaped(page) {
  if (page.tools?.busy) page.tools.cancel();
  else if (page.chosen.length) page.chooseUnits([]);
  else if (page.target !== NONE) page.choose(NONE, false);
  else page.tool = "select";
  return true;
}
