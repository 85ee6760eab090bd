/** The panel right of the planner's map: figures, grids, buildings, history. */

import { html, nothing } from "lit";
import { GRID_ACTIONS, actOn } from "./editor-actions.js";
import "./editor-buildings.js";
import "./editor-grids.js";
import "./editor-history.js";
import { moveUnits } from "./editor-moves.js";
import { NONE } from "./editor/drawing.js";
import { empty, labelOf } from "./parts.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */

export const PANELS = /** @type {const} */ (["grids", "buildings", "history"]);

/**
 * @param {EditorPage} page
 * @param {Drawing} drawing
 */
export function sideOf(page, drawing) {
  const words = [t("grids"), labelOf(t("households.word")), t("over-cap"), t("unassigned")];
  return html`<header class="summary">
      <dl class="strip editor-strip">${words.map((word) => html`<div><dt>${word}</dt><dd class="figure"></dd></div>`)}</dl>
      <div class="tabs" role="tablist" aria-label=${t("editor.panel")}>
        ${PANELS.map(
          (name) => html`<button type="button" role="tab" id="tab-${name}" aria-selected=${page.panel === name} aria-controls="side-panel" @click=${() => (page.panel = name)}>${t(`editor.tab.${name}`)}</button>`,
        )}
      </div>
    </header>
    <div class="side-panel" id="side-panel" role="tabpanel" aria-labelledby="tab-${page.panel}">${tabs[page.panel](page, drawing)}</div>`;
}

/** @type {Record<typeof PANELS[number], (page: EditorPage, drawing: Drawing) => unknown>} */
const tabs = {
  history: (page, drawing) => html`<wg-editor-history .session=${page.session} .drawing=${drawing} .saving=${page.saving} .drawable=${page.drawable}></wg-editor-history>`,
  buildings: (page, drawing) => html`<wg-editor-buildings .drawing=${drawing} .grid=${page.target} .chosen=${page.chosen} .drawable=${page.drawable}
    @units=${(/** @type {CustomEvent} */ event) => page.showUnits(event.detail)}
    @move=${(/** @type {CustomEvent} */ event) => moveUnits(page, event.detail.units, event.detail.to)}></wg-editor-buildings>`,
  grids: gridsTab,
};

/**
 * @param {EditorPage} page
 * @param {Drawing} drawing
 */
function gridsTab(page, drawing) {
  const order = [NONE, ...drawing.list().map(({ no }) => no)];
  if (order.length === 1 && drawing.town.count === 0) return empty(t("plan.empty"), t("plan.empty.next"));
  return html`<wg-editor-grids
      .drawing=${drawing}
      .order=${order}
      .selected=${page.target}
      .hues=${(/** @type {number} */ no) => page.map?.hues.of(drawing, no) ?? 0}
      @choose=${(/** @type {CustomEvent} */ event) => page.choose(event.detail, true)}
    ></wg-editor-grids>
    ${acts(page, drawing)}`;
}

/**
 * What can be done with the chosen grid; outside the list, whose rows hold no buttons.
 * @param {EditorPage} page
 * @param {Drawing} drawing
 */
function acts(page, drawing) {
  const grid = drawing.grids.get(page.target);
  if (!grid || page.target === NONE || !page.drawable) return nothing;
  return html`<div class="grid-acts" role="group" aria-label=${grid.name}>
    ${GRID_ACTIONS.filter(({ may }) => may(grid)).map(
      ({ name, word }) => html`<button type="button" @click=${() => actOn(page, name, grid.no)}>${word(grid)}</button>`,
    )}
  </div>`;
}
