/** One of two maps that move in step: the grids of a side, and the ground of what has moved. */

import { BaseMap, extentOf, ownSource } from "./base-map.js";
import { HUES } from "./editor/hues.js";
import { loadClass, percent } from "./figures.js";
import { token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {import("./base-map.js").Layer} Layer */
/** @typedef {import("./compare-api.js").Comparison} Comparison */
/** @typedef {import("./compare-api.js").ComparedArea} ComparedArea */
/** @typedef {{kind: "moved", at: number} | {kind: "grid", at: number}} Chosen a row of its list */

const NONE = -1;

export class CompareMap extends BaseMap {
  /**
   * Draw the map; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {string} style
   * @param {Comparison} told
   * @param {"a" | "b"} side
   * @param {(chosen: Chosen | null) => void} onChoose
   */
  constructor(box, style, told, side, onChoose) {
    const drawn = /** @type {import("./compare-api.js").ComparedMap} */ (told.map);
    super(box, null, drawn.extent, { grids: ownSource(), names: ownSource(), moved: ownSource() }, style);
    this.side = side;
    this.told = told;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** What the map shows by now. @type {Comparison | undefined} */
    this.filled = undefined;
    this.map.on("styledata", () => this.#fill());
    this.map.on("click", (event) => onChoose(this.#at(event.point)));
    this.map.on("mousemove", (event) => (this.map.getCanvas().style.cursor = this.#at(event.point) ? "pointer" : ""));
  }

  /**
   * Show another comparison of the same community.
   * @param {Comparison} told
   */
  show(told) {
    this.told = told;
    this.chosen = null;
    this.filled = undefined;
    this.#fill();
    this.choose(null);
  }

  #fill() {
    if (this.filled === this.told || !this.map.getSource("grids") || !this.told.map) return;
    this.filled = this.told;
    const areas = this.told.map[this.side];
    this.fill("grids", areas.map((area) => gridFeature(area, this.#pairOf(area.no))));
    this.fill("names", areas.map(nameFeature));
    const hues = new Map(areas.map(({ no, hue }) => [no, hue]));
    this.fill("moved", this.told.map.moved.map((geometry, at) => {
      const { from_no, to_no } = this.told.moved[at];
      const hue = hues.get((this.side === "a" ? from_no : to_no) ?? NONE) ?? 0;
      return { type: "Feature", id: at, properties: { at, hue }, geometry };
    }));
  }

  /** @param {number} no */
  #pairOf(no) {
    return this.told.grids.findIndex((pair) => pair[this.side] === no);
  }

  /** @returns {Layer[]} */
  ownLayers() {
    const joined = /** @type {const} */ ({ "line-join": "round", "line-cap": "round" });
    const only = (/** @type {"moved" | "grid"} */ kind) => ["==", ["get", "at"], this.chosen?.kind === kind ? this.chosen.at : NONE];
    const layers = [
      { id: "grid-fill", type: "fill", source: "grids", paint: { "fill-color": hueColour(), "fill-opacity": 0.3 } },
      {
        id: "grid-hatch", type: "fill", source: "grids", filter: ["get", "over"],
        paint: { "fill-pattern": ["case", ["get", "far"], "hatch-far-over", "hatch-over"], "fill-opacity": 0.6 },
      },
      { id: "moved-fill", type: "fill", source: "moved", paint: { "fill-color": hueColour(), "fill-opacity": 0.55 } },
      { id: "grid-halo", type: "line", source: "grids", layout: joined, paint: { "line-color": token("--map-halo"), "line-width": 5 } },
      { id: "grid-line", type: "line", source: "grids", layout: joined, paint: { "line-color": hueColour(), "line-width": 2 } },
      {
        id: "moved-line", type: "line", source: "moved", layout: joined,
        paint: { "line-color": token("--ink"), "line-width": ["interpolate", ["linear"], ["zoom"], 14, 0.5, 17, 1.8], "line-dasharray": [2, 1.2] },
      },
      { id: "grid-chosen", type: "line", source: "grids", filter: only("grid"), layout: joined, paint: { "line-color": token("--ink"), "line-width": 3 } },
      { id: "moved-chosen-halo", type: "line", source: "moved", filter: only("moved"), layout: joined, paint: { "line-color": token("--map-halo"), "line-width": 8 } },
      { id: "moved-chosen", type: "line", source: "moved", filter: only("moved"), layout: joined, paint: { "line-color": token("--ink"), "line-width": 4 } },
    ];
    return /** @type {Layer[]} */ (layers);
  }

  /** @param {import("./base-map.js").Style} style */
  completed(style) {
    const drawn = super.completed(style);
    const fonts = drawn.layers.find(({ type }) => type === "symbol")?.layout;
    const names = {
      id: "grid-names", type: "symbol", source: "names",
      layout: {
        "text-field": ["get", "text"], "text-size": 12.5, "text-max-width": 9, "text-line-height": 1.25,
        ...(fonts && "text-font" in fonts ? { "text-font": fonts["text-font"] } : {}),
        "text-padding": 1, "symbol-sort-key": ["-", 0, ["get", "load"]],
      },
      paint: { "text-color": token("--ink"), "text-halo-color": token("--map-halo"), "text-halo-width": 1.8 },
    };
    // The new style has the page's sources empty again.
    this.filled = undefined;
    return { ...drawn, layers: [...drawn.layers, /** @type {Layer} */ (names)] };
  }

  /**
   * @param {{x: number, y: number}} point
   * @returns {Chosen | null}
   */
  #at(point) {
    const moved = this.featureAt(point, ["moved-fill"]);
    if (moved) return { kind: "moved", at: Number(moved.properties.at) };
    const grid = this.featureAt(point, ["grid-fill"]);
    return grid ? { kind: "grid", at: Number(grid.properties.at) } : null;
  }

  /**
   * Mark a row of one of the lists.
   * @param {Chosen | null} chosen
   */
  choose(chosen) {
    this.chosen = chosen;
    for (const [layer, kind] of [["grid-chosen", "grid"], ["moved-chosen", "moved"], ["moved-chosen-halo", "moved"]])
      if (this.map.getLayer(layer)) this.map.setFilter(layer, ["==", ["get", "at"], chosen?.kind === kind ? chosen.at : NONE]);
  }

  /**
   * Bring a row into view, with what is around it.
   * @param {Chosen} chosen
   */
  fly({ kind, at }) {
    const { told: { grids, moved }, side } = this;
    const shape = kind === "moved" ? this.told.map?.moved[at] : this.told.map?.[side].find(({ no }) => no === grids[at][side])?.geometry;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const extent = shape ? extentOf(shape.coordinates) : kind === "moved" ? [...moved[at].place, ...moved[at].place] : null;
    if (extent) this.map.fitBounds(/** @type {import("./base-map.js").Extent} */ (extent), { padding: 48, maxZoom: 16.5, animate: !still });
  }
}

/**
 * Let maps show one place at one scale, whichever is moved.
 * @param {CompareMap[]} maps
 */
export function inStep(maps) {
  let leading = false;
  for (const one of maps)
    one.map.on("move", () => {
      if (leading) return;
      leading = true;
      for (const other of maps) if (other !== one) other.map.jumpTo({ center: one.map.getCenter(), zoom: one.map.getZoom() });
      leading = false;
    });
}

/** @returns {import("maplibre-gl").ExpressionSpecification} */
function hueColour() {
  const hues = Array.from({ length: HUES }, (_, k) => [k + 1, token(`--area-${k + 1}`)]);
  return /** @type {any} */ (["match", ["get", "hue"], ...hues.flat(), token("--vacant")]);
}

/**
 * @param {ComparedArea} area
 * @param {number} at row of the list of grids
 * @returns {GeoJSON.Feature}
 */
function gridFeature({ no, load, hue, geometry }, at) {
  const its = loadClass(load);
  const properties = { at, hue, over: its === "over" || its === "far-over", far: its === "far-over" };
  return { type: "Feature", id: no, properties, geometry };
}

/**
 * @param {ComparedArea} area
 * @returns {GeoJSON.Feature}
 */
function nameFeature({ no, name, households, load, label }) {
  const figures = t("editor.label", { n: households, load: percent(load) });
  const text = `${load > 1 ? "▲ " : ""}${name}\n${figures}`;
  return { type: "Feature", id: no, properties: { text, load }, geometry: { type: "Point", coordinates: label } };
}
