/**
 * What can be done on the planner's page, in one table: the toolbox, the menu, the keys and the
 * help sheet are all made of it. A dialog of its own is a module that exports an element, and a line here.
 */

import { drawnDialog } from "./editor-drawn.js";
import { importDialog } from "./editor-import.js";
import { changeGrid, newGrid } from "./editor-moves.js";
import { snapshotsDialog } from "./editor-snapshots.js";
import { stairwellsDialog } from "./editor-stairwells.js";
import { NONE } from "./editor/drawing.js";
import { base } from "./page.js";
import { filesDialog } from "./plan-files.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {import("./editor/drawing.js").Figures} Figures */

/**
 * An action. Its label is the text `editor.action.NAME`, its tip `editor.action.NAME.tip`.
 * @typedef {object} Action
 * @property {string} name
 * @property {string} key letter that calls it; empty: none
 * @property {"tools" | "menu"} place in the toolbox, or in the menu of the bar
 * @property {(page: EditorPage) => boolean} may whether it is offered to whoever looks at this plan
 * @property {(page: EditorPage) => void} run
 */

/** Whoever may look at the page. */
const reads = () => true;
const draws = (/** @type {EditorPage} */ page) => page.drawable;

/**
 * What asks the engine and shows a preview.
 * @param {"repair" | "complete" | "divide"} action
 */
const engine = (action) => (/** @type {EditorPage} */ page) => {
  page.dialog = { kind: "engine", engine: { action } };
};

/**
 * What is done with the chosen grid.
 * @param {"merge" | "split" | "lock"} name
 */
const chosen = (name) => (/** @type {EditorPage} */ page) => {
  if (page.target === NONE) page.say(t("editor.hint.choose"));
  else actOn(page, name, page.target);
};

/** @type {Action[]} */
export const ACTIONS = [
  { name: "new", key: "N", place: "tools", may: draws, run: (page) => newGrid(page, page.chosen) },
  { name: "merge", key: "M", place: "tools", may: draws, run: chosen("merge") },
  { name: "split", key: "S", place: "tools", may: draws, run: chosen("split") },
  { name: "lock", key: "X", place: "tools", may: draws, run: chosen("lock") },
  { name: "repair", key: "F", place: "tools", may: draws, run: engine("repair") },
  { name: "complete", key: "P", place: "tools", may: draws, run: engine("complete") },
  { name: "divide", key: "G", place: "tools", may: draws, run: engine("divide") },
  { name: "compare", key: "", place: "menu", may: () => true, run: compare },
  { name: "stairwells", key: "T", place: "tools", may: draws, run: (page) => openDialog(page, "stairwells", stairwellsDialog) },
  { name: "drawn", key: "", place: "menu", may: draws, run: (page) => openDialog(page, "drawn", drawnDialog) },
  { name: "files", key: "", place: "menu", may: () => true, run: (page) => openDialog(page, "files", filesDialog) },
  { name: "snapshots", key: "A", place: "menu", may: reads, run: (page) => openDialog(page, "snapshots", snapshotsDialog) },
  { name: "import", key: "I", place: "menu", may: reads, run: (page) => openDialog(page, "import", importDialog) },
];

/**
 * Go to where the plan stands beside another, with all that was drawn saved as far as it can be.
 * @param {EditorPage} page
 */
async function compare(page) {
  await page.session?.flush();
  location.assign(`${base}/compare?right=plan-${page.plan}`);
}

/**
 * Do what an action does, where it may be done.
 * @param {EditorPage} page
 * @param {Action} action
 */
export function act(page, action) {
  if (page.drawing && action.may(page)) action.run(page);
}

/**
 * @param {EditorPage} page
 * @param {string} name of an action
 */
export function actNamed(page, name) {
  const action = ACTIONS.find((one) => one.name === name);
  if (action) act(page, action);
}

/**
 * Open a dialog that is an element of its own; it is given `page`, and `close` to be called at its end.
 * @param {EditorPage} page
 * @param {string} name of the action, whose label is the heading
 * @param {(page: EditorPage, close: () => void) => unknown} body
 */
export function openDialog(page, name, body) {
  page.dialog = { kind: "own", name, body };
}

/** What can be done with one grid, in the order of its buttons. */
export const GRID_ACTIONS = /** @type {{name: GridAction, may: (grid: Figures) => boolean, word: (grid: Figures) => string}[]} */ ([
  { name: "rename", may: () => true, word: () => t("editor.rename") },
  { name: "lock", may: () => true, word: ({ locked }) => (locked ? t("editor.unlock") : t("editor.lock")) },
  { name: "merge", may: () => true, word: () => t("editor.merge") },
  { name: "split", may: () => true, word: () => t("editor.split") },
  { name: "remove", may: ({ units }) => units.size === 0, word: () => t("editor.remove") },
]);

/** @typedef {"rename" | "lock" | "remove" | "merge" | "split"} GridAction */

/**
 * Do something with a grid.
 * @param {EditorPage} page
 * @param {GridAction} name
 * @param {number} no
 */
export function actOn(page, name, no) {
  const { drawing } = page;
  if (!drawing?.listed(no) || !page.drawable) return;
  const grid = drawing.figures(no);
  if (name === "lock") changeGrid(page, no, "locked", !grid.locked);
  else if (name === "remove") changeGrid(page, no, "removed", true);
  else page.dialog = { kind: name, grid: no };
}
