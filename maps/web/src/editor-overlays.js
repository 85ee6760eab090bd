/** What may be laid over the planner's map: facilities, service circles, barriers, courtyards. */

import { html, nothing } from "lit";
import { walkingRun } from "./api.js";
import { baseChoice } from "./editor-base.js";
import { ELDER_CLASSES, ELDER_LOOK, elderSource, tellsElders } from "./editor-elders.js";
import { base, token } from "./page.js";
import { language, t } from "./texts.js";

/** @typedef {import("./base-map.js").Layer} Layer */
/** @typedef {"facilities" | "barriers" | "courtyards" | "managed" | "elders" | "circles"} Overlay */

export const OVERLAYS = /** @type {Overlay[]} */ (["facilities", "barriers", "courtyards", "managed", "elders", "circles"]);

/**
 * Tiles of an overlay, asked for when it is first shown.
 * @param {Overlay} name
 * @param {string} community
 * @param {string} kind of facility, for circles
 * @param {import("./editor/town.js").Town} town
 * @returns {import("maplibre-gl").SourceSpecification}
 */
export function overlaySource(name, community, kind, town) {
  if (name === "elders") return elderSource(town);
  const layer = name === "managed" ? "courtyards" : name;
  const query = new URLSearchParams({ community, ...(name === "circles" ? { kind } : {}) });
  return { type: "vector", url: new URL(`${base}/tiles/${layer}.json?${query}`, location.origin).href };
}

/**
 * @param {Overlay} name
 * @returns {Layer}
 */
export function overlayLayer(name) {
  const from = name === "elders" ? {} : { "source-layer": name === "managed" ? "courtyards" : name };
  const of = { id: `over-${name}`, source: `over-${name}`, ...from };
  return /** @type {Layer} */ ({ ...of, ...looks()[name] });
}

/** @returns {Record<Overlay, object>} */
function looks() {
  const outline = (/** @type {unknown} */ colour) => ({
    type: "line", paint: { "line-color": colour, "line-width": 3, "line-dasharray": [3, 1] },
  });
  return {
    facilities: {
      type: "circle",
      paint: { "circle-radius": 6, "circle-color": token("--paper"), "circle-stroke-color": token("--accent"), "circle-stroke-width": 2.5 },
    },
    barriers: { type: "line", paint: { "line-color": token("--danger"), "line-width": 3, "line-opacity": 0.8 } },
    courtyards: outline(["match", ["get", "kind"], "old", token("--warn"), "new", token("--good"), token("--muted")]),
    managed: outline(["case", ["==", ["get", "managed"], true], token("--good"), token("--danger")]),
    elders: ELDER_LOOK,
    circles: { type: "fill", paint: { "fill-color": token("--accent"), "fill-opacity": 0.14, "fill-outline-color": token("--accent") } },
  };
}

/** @param {import("./editor-page.js").EditorPage} page */
export function overlayChoices(page) {
  return html`<details class="overlays" @toggle=${() => askKinds(page)}>
    <summary class="tool">${t("editor.overlays")}</summary>
    ${baseChoice(page)}
    ${OVERLAYS.filter((name) => name !== "elders" || (page.drawing && tellsElders(page.drawing.town))).map((name) => (name === "circles" ? circles(page) : button(page, name)))}
  </details>`;
}

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {Overlay} name
 */
function button(page, name) {
  return html`<button type="button" class="tool" aria-pressed=${page.overlays.has(name)} title=${t(`editor.overlay.${name}.tip`, { classes: ELDER_CLASSES.join(" / ") })} @click=${() => turn(page, name, "")}>
    ${t(`editor.overlay.${name}`)}
  </button>`;
}

/** @param {import("./editor-page.js").EditorPage} page */
function circles(page) {
  if (page.kinds.length === 0) return nothing;
  const chosen = (/** @type {Event} */ event) => turn(page, "circles", /** @type {HTMLSelectElement} */ (event.target).value);
  return html`<label class="tool way" title=${t("editor.overlay.circles.tip")}><span>${t("editor.overlay.circles")}</span>
    <select @change=${chosen}>
      <option value="">${t("editor.overlay.none")}</option>
      ${page.kinds.map((named) => html`<option value=${named.kind}>${named[language()]}</option>`)}
    </select></label>`;
}

/** @param {import("./editor-page.js").EditorPage} page */
async function askKinds(page) {
  if (page.kinds.length) return;
  try {
    page.kinds = (await walkingRun()).kinds;
  } catch {
    // Nobody has walked this town yet: there are no circles to choose from.
    page.kinds = [];
  }
}

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {Overlay} name
 * @param {string} kind
 */
function turn(page, name, kind) {
  const on = name === "circles" ? kind !== "" : !page.overlays.has(name);
  const overlays = new Map(page.overlays);
  overlays.delete(name);
  if (on) overlays.set(name, kind);
  page.overlays = overlays;
  page.map?.overlay(overlays, page.told?.plan.community_code ?? "");
}
