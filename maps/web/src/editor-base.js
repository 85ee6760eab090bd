/** A base map under the grids: none, or Tianditu where the operator has a key of their own. */

import { html, nothing } from "lit";
import { t } from "./texts.js";

/** @typedef {"" | "vec" | "img"} Base streets, or pictures from above */

export const BASES = /** @type {Base[]} */ (["", "vec", "img"]);
const HOST = "https://t0.tianditu.gov.cn";

/**
 * Tiles of Tianditu in Web Mercator; CGCS2000, so they lie where our own data lies.
 * @param {Base} base
 * @param {string} key
 * @returns {import("maplibre-gl").RasterSourceSpecification}
 */
export function baseSource(base, key) {
  const query = `SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${base}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}`;
  return { type: "raster", tiles: [`${HOST}/${base}_w/wmts?${query}&tk=${key}`], tileSize: 256, minzoom: 1, maxzoom: 18 };
}

/** @type {import("maplibre-gl").RasterLayerSpecification} */
export const BASE_LAYER = { id: "base-map", type: "raster", source: "base-map" };

/**
 * The choice of a base map; nothing where there is none to choose.
 * @param {import("./editor-page.js").EditorPage} page
 */
export function baseChoice(page) {
  if (!page.tianditu) return nothing;
  const chosen = (/** @type {Event} */ event) => {
    page.base = /** @type {Base} */ (/** @type {HTMLSelectElement} */ (event.target).value);
    page.map?.lay(page.base, page.tianditu);
  };
  return html`<label class="tool way" title=${t("editor.base.tip")}><span>${t("editor.base")}</span>
    <select @change=${chosen}>${BASES.map((name) => html`<option value=${name} ?selected=${page.base === name}>${t(`editor.base.${name || "none"}`)}</option>`)}</select></label>`;
}
