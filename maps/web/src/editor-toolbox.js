/** Tools on the left of the planner's map, and what the one taken up keeps to. */

import { html, nothing } from "lit";
import { ACTIONS, act } from "./editor-actions.js";
import { overlayChoices } from "./editor-overlays.js";
import { SIZES, TOOLS } from "./editor-tools.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

const PAINTING = new Set(["brush", "rectangle", "lasso", "erase", "border"]);

/** @param {EditorPage} page */
export function toolbox(page) {
  if (!page.drawing) return html`<nav class="toolbox" aria-label=${t("editor.tools")}></nav>`;
  return html`<nav class="toolbox" aria-label=${t("editor.tools")}>
    ${page.drawable ? html`${tools(page)}${ways(page)}${actions(page)}` : nothing} ${looks(page)}
  </nav>`;
}

/** @param {EditorPage} page */
function tools(page) {
  return html`<div role="group" aria-label=${t("editor.tools.draw")}>
    ${TOOLS.map(
      ([name, letter]) =>
        html`<button
          type="button"
          class="tool"
          data-tool=${name}
          aria-pressed=${page.tool === name}
          aria-keyshortcuts=${letter}
          title="${t(`editor.tool.${name}.tip`)} (${letter})"
          @click=${() => (page.tool = name)}
        >
          <kbd>${letter}</kbd>${t(`editor.tool.${name}`)}
        </button>`,
    )}
  </div>`;
}

/** @param {EditorPage} page */
function ways(page) {
  if (!PAINTING.has(page.tool)) return nothing;
  const check = (/** @type {"whole" | "unassigned"} */ name, /** @type {string} */ letter) =>
    html`<button type="button" class="tool way" aria-pressed=${page[name]} aria-keyshortcuts=${letter} title="${t(`editor.way.${name}.tip`)} (${letter})" @click=${() => (page[name] = !page[name])}>
      <kbd>${letter}</kbd>${t(`editor.way.${name}`)}
    </button>`;
  const sized = page.tool === "brush" || page.tool === "erase";
  return html`<div role="group" aria-label=${t("editor.ways")}>
    ${sized
      ? html`<label class="tool way"><span>${t("editor.size")}</span>
          <select aria-label=${t("editor.size")} .value=${String(page.size)} @change=${(/** @type {Event} */ event) => (page.size = Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
            ${SIZES.map((_, k) => html`<option value=${k} ?selected=${page.size === k}>${t(`editor.size.${k}`)}</option>`)}
          </select></label>`
      : nothing}
    ${check("whole", "W")} ${page.tool === "erase" ? nothing : check("unassigned", "U")}
    <label class="tool way"><span>${t("editor.inside")}</span>
      <select aria-label=${t("editor.inside")} @change=${(/** @type {Event} */ event) => (page.inside = /** @type {any} */ (event.target).value)}>
        ${["", "courtyard", "grid"].map((name) => html`<option value=${name} ?selected=${page.inside === name}>${t(`editor.inside.${name || "all"}`)}</option>`)}
      </select></label>
  </div>`;
}

/** @param {EditorPage} page */
function actions(page) {
  return html`<div role="group" aria-label=${t("editor.actions")}>
    ${ACTIONS.filter(({ place, may }) => place === "tools" && may(page)).map(
      (action) =>
        html`<button type="button" class="tool" data-action=${action.name} aria-keyshortcuts=${action.key} title="${t(`editor.action.${action.name}.tip`)} (${action.key})" @click=${() => act(page, action)}>
          <kbd>${action.key}</kbd>${t(`editor.action.${action.name}`)}
        </button>`,
    )}
  </div>`;
}

/** @param {EditorPage} page */
function looks(page) {
  return html`<div role="group" aria-label=${t("editor.looks")}>
    <button type="button" class="tool" aria-pressed=${page.colouring === "load"} title=${t("editor.by-load.tip")} @click=${() => colour(page)}>${t("editor.by-load")}</button>
    ${overlayChoices(page)}
  </div>`;
}

/** @param {EditorPage} page */
function colour(page) {
  page.colouring = page.colouring === "load" ? "grids" : "load";
  page.map?.colour(page.colouring);
}
