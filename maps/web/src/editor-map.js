/** The planner's map: cells recoloured one by one, outlines from the borders that part two grids. */

import { BaseMap, ownSource } from "./base-map.js";
import { NONE } from "./editor/drawing.js";
import { HUES, Hues } from "./editor/hues.js";
import { borderFeatures, cellFeatures, labelPlace, lineOf, outlineOf } from "./editor-shapes.js";
import { OVERLAYS, overlayLayer, overlaySource } from "./editor-overlays.js";
import { LOAD_CLASSES, loadClass, percent } from "./figures.js";
import { token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {import("./base-map.js").Extent} Extent */
/** @typedef {import("./base-map.js").Layer} Layer */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {"grids" | "load"} Colouring */

// Shapes of grids and their labels go through a worker; while a stroke lasts, this often.
const SHAPES_PAUSE_MS = 120;
const EMPTY = /** @type {const} */ ({ type: "FeatureCollection", features: [] });
const STATE = (/** @type {string} */ name) => ["coalesce", ["feature-state", name], 0];

export class EditorMap extends BaseMap {
  /**
   * Draw the map; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over
   * @param {string} style
   * @param {Drawing} drawing
   */
  constructor(box, over, style, drawing) {
    const town = drawing.town;
    super(box, over, extentOfTown(drawing), sources(town), style);
    this.drawing = drawing;
    this.hues = new Hues();
    /** @type {Colouring} */
    this.colouring = "grids";
    this.selected = NONE;
    /** Colour number of each grid as it is painted. @type {Map<number, number>} */
    this.painted = new Map();
    /** @type {import("./editor-overlays.js").Overlay[]} */
    this.overlays = [];
    /** Which features each source holds. @type {Map<string, Set<number>>} */
    this.held = new Map();
    this.ready = false;
    this.dirty = new Set(drawing.grids.keys());
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.map.doubleClickZoom.disable();
    this.map.boxZoom.disable();
    this.map.keyboard.disableRotation();
    this.map.on("styledata", () => this.#begin());
  }

  /** Colour everything once the style has brought our sources. */
  #begin() {
    if (this.ready || !this.map.getSource("cells")) return;
    this.ready = true;
    this.repaintAll();
  }

  /** @returns {Layer[]} */
  ownLayers() {
    const colour = colours(STATE("c"));
    const joined = /** @type {const} */ ({ "line-join": "round", "line-cap": "round" });
    const wide = (/** @type {number} */ px) => ["interpolate", ["linear"], ["zoom"], 13, ["*", ["get", "p"], px / 2], 17, ["*", ["get", "p"], px]];
    const layers = [
      {
        id: "cells", type: "fill", source: "cells",
        paint: { "fill-color": colour, "fill-opacity": 0.35, "fill-antialias": false },
      },
      {
        id: "grid-hatch", type: "fill", source: "grids", filter: ["get", "over"],
        paint: { "fill-pattern": ["case", ["get", "far"], "hatch-far-over", "hatch-over"], "fill-opacity": 0.8 },
      },
      {
        id: "grid-special", type: "fill", source: "grids", filter: ["==", ["get", "kind"], "special"],
        paint: { "fill-pattern": "dots-special", "fill-opacity": 0.7 },
      },
      {
        id: "cell-lines", type: "line", source: "borders", minzoom: 16.5,
        paint: { "line-color": token("--map-halo"), "line-width": 0.8, "line-opacity": 0.8 },
      },
      {
        id: "edge-halo", type: "line", source: "edges", layout: joined,
        paint: { "line-color": token("--map-halo"), "line-width": wide(7) },
      },
      {
        id: "edge-left", type: "line", source: "edges", layout: joined,
        paint: { "line-color": colours(["get", "l"]), "line-width": wide(2.5), "line-offset": -1.5 },
      },
      {
        id: "edge-right", type: "line", source: "edges", layout: joined,
        paint: { "line-color": colours(["get", "r"]), "line-width": wide(2.5), "line-offset": 1.5 },
      },
      {
        id: "grid-chosen", type: "line", source: "grids", filter: ["==", ["get", "no"], this.selected ?? NONE], layout: joined,
        paint: { "line-color": token("--ink"), "line-width": 3 },
      },
      {
        id: "marked", type: "fill", source: "marked",
        paint: { "fill-color": token("--ink"), "fill-opacity": 0.28 },
      },
      {
        id: "marked-line", type: "line", source: "marked", layout: joined,
        paint: { "line-color": token("--ink"), "line-width": 2.5, "line-dasharray": [2, 1.2] },
      },
      {
        id: "hand", type: "line", source: "hand", layout: joined,
        paint: { "line-color": token("--accent"), "line-width": 2.5, "line-dasharray": [2, 1] },
      },
      {
        id: "hand-area", type: "fill", source: "hand", filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": token("--accent"), "fill-opacity": 0.12 },
      },
    ];
    const at = layers.findIndex(({ id }) => id === "grid-chosen");
    const over = (this.overlays ?? []).map(overlayLayer);
    return /** @type {Layer[]} */ ([...layers.slice(0, at), ...over, ...layers.slice(at)]);
  }

  /** @param {import("./base-map.js").Style} style */
  completed(style) {
    const drawn = super.completed(style);
    const fonts = drawn.layers.find(({ type }) => type === "symbol")?.layout;
    const labels = {
      id: "grid-labels", type: "symbol", source: "grid-labels",
      layout: {
        "text-field": ["get", "text"], "text-size": 12.5, "text-max-width": 9, "text-line-height": 1.25,
        ...(fonts && "text-font" in fonts ? { "text-font": fonts["text-font"] } : {}),
        "text-padding": 1, "symbol-sort-key": ["-", 0, ["get", "load"]],
      },
      paint: { "text-color": token("--ink"), "text-halo-color": token("--map-halo"), "text-halo-width": 1.8 },
    };
    return { ...drawn, layers: [...drawn.layers, /** @type {Layer} */ (labels)] };
  }

  /**
   * Show that units have moved.
   * @param {Iterable<number>} units
   */
  repaint(units) {
    if (!this.ready) return;
    const { drawing, map } = this;
    /** @type {Set<number>} */
    const borders = new Set();
    for (const no of drawing.touched) {
      this.dirty.add(no);
      for (const unit of this.#recolourGrid(no)) this.#around(unit, borders);
    }
    for (const unit of units) {
      map.setFeatureState({ source: "cells", id: unit }, { c: this.colourOf(drawing.grid[unit]) });
      this.#around(unit, borders);
    }
    this.#paintBorders(borders);
    drawing.turned.clear();
    if (this.dirty.size && this.timer === undefined)
      this.timer = setTimeout(() => this.reshape(), SHAPES_PAUSE_MS);
  }

  /**
   * @param {number} unit
   * @param {Set<number>} borders that take those around it
   */
  #around(unit, borders) {
    const { start, items } = this.drawing.town.bordersOf;
    for (let k = start[unit]; k < start[unit + 1]; k += 1) borders.add(items[k]);
  }

  /**
   * Only borders that part two grids are drawn; of some 20,000 they are one in eight.
   * @param {Iterable<number>} borders
   */
  #paintBorders(borders) {
    const { parting } = this.drawing;
    const [gone, drawn] = [[], []].map((none) => /** @type {number[]} */ (none));
    for (const border of borders) (parting[border] ? drawn : gone).push(border);
    this.#update("edges", gone, drawn.map((border) => this.#edge(border)));
  }

  /**
   * @param {number} border
   * @returns {GeoJSON.Feature}
   */
  #edge(border) {
    const { grid, town, parting } = this.drawing;
    const right = town.right[border];
    const properties = {
      p: parting[border],
      l: this.colourOf(grid[town.left[border]]),
      r: right < 0 ? 0 : this.colourOf(grid[right]),
    };
    return { type: "Feature", id: border, properties, geometry: { type: "LineString", coordinates: lineOf(town, border) } };
  }

  repaintAll() {
    const { town } = this.drawing;
    if (!this.ready) return;
    for (const no of this.drawing.grids.keys()) this.painted.set(no, this.colourOf(no));
    for (let unit = 0; unit < town.count; unit += 1)
      this.map.setFeatureState({ source: "cells", id: unit }, { c: this.colourOf(this.drawing.grid[unit]) });
    this.#paintBorders(town.left.keys());
    this.drawing.turned.clear();
    for (const no of this.drawing.grids.keys()) this.dirty.add(no);
    this.reshape();
  }

  /**
   * A grid whose load is of another class is coloured anew, where load is what colours tell.
   * @param {number} no
   * @returns {Iterable<number>} its units, when it was
   */
  #recolourGrid(no) {
    const colour = this.colourOf(no);
    if (this.painted.get(no) === colour) return [];
    this.painted.set(no, colour);
    const { units } = this.drawing.figures(no);
    for (const unit of units) this.map.setFeatureState({ source: "cells", id: unit }, { c: colour });
    return units;
  }

  /**
   * Number of a grid's colour: 0 for none, its hue, or after those the class of its load.
   * @param {number} no
   */
  colourOf(no) {
    if (no === NONE) return 0;
    if (this.colouring === "grids") return this.hues.of(this.drawing, no);
    const its = loadClass(this.drawing.share(no));
    return HUES + 1 + LOAD_CLASSES.findIndex(([name]) => name === its);
  }

  /** @param {Colouring} colouring */
  colour(colouring) {
    this.colouring = colouring;
    this.repaintAll();
  }

  /**
   * Show some overlays, and no others.
   * @param {Map<import("./editor-overlays.js").Overlay, string>} wanted with the facility kind of circles
   * @param {string} community
   */
  overlay(wanted, community) {
    for (const name of OVERLAYS) {
      const id = `over-${name}`;
      if (this.map.getLayer(id)) this.map.removeLayer(id);
      if (this.map.getSource(id)) this.map.removeSource(id);
      delete this.own[id];
      const kind = wanted.get(name);
      if (kind === undefined) continue;
      this.own[id] = overlaySource(name, community, kind);
      this.map.addSource(id, this.own[id]);
      this.map.addLayer(overlayLayer(name), "grid-chosen");
    }
    this.overlays = [...wanted.keys()];
  }

  /** Bring hatches, labels and the outline of the chosen grid up to date. */
  reshape() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.ready || this.dirty.size === 0) return;
    const changed = [...this.dirty].filter((no) => no !== NONE && this.drawing.grids.has(no));
    this.dirty.clear();
    const present = changed.filter((no) => this.drawing.figures(no).units.size > 0);
    const gone = changed.filter((no) => this.drawing.figures(no).units.size === 0);
    // MapLibre takes no feature without a shape.
    const drawn = present.filter((no) => this.#isShaped(no));
    this.#update("grids", changed, drawn.map((no) => this.#gridFeature(no)));
    this.#update("grid-labels", gone, present.flatMap((no) => this.#label(no)));
  }

  /**
   * @param {string} source
   * @param {number[]} gone
   * @param {GeoJSON.Feature[]} features
   */
  #update(source, gone, features) {
    const found = /** @type {import("maplibre-gl").GeoJSONSource | undefined} */ (this.map.getSource(source));
    const held = this.held.get(source) ?? new Set();
    this.held.set(source, held);
    const again = features.map(({ id }) => /** @type {number} */ (id));
    const remove = [...new Set([...gone, ...again])].filter((id) => held.delete(id));
    for (const id of again) held.add(id);
    if (remove.length || features.length) found?.updateData({ remove, add: features });
  }

  /**
   * @param {number} no
   * @returns {GeoJSON.Feature}
   */
  #gridFeature(no) {
    const grid = this.drawing.figures(no);
    const share = this.drawing.share(no);
    const properties = { no, kind: grid.kind, over: share > 1, far: share > 1.2 };
    return { type: "Feature", id: no, properties, geometry: outlineOf(this.drawing.town, grid.units) };
  }

  /**
   * Only hatched, dotted and chosen grids are drawn as shapes.
   * @param {number} no
   */
  #isShaped(no) {
    return no === this.selected || this.drawing.share(no) > 1 || this.drawing.figures(no).kind === "special";
  }

  /**
   * @param {number} no
   * @returns {GeoJSON.Feature[]}
   */
  #label(no) {
    const grid = this.drawing.figures(no);
    const place = labelPlace(this.drawing, no);
    if (!place) return [];
    const share = this.drawing.share(no);
    const households = t(grid.estimated ? "editor.label.estimated" : "editor.label", { n: grid.households, load: percent(share) });
    const sign = `${grid.locked ? "🔒 " : ""}${share > 1 ? "▲ " : ""}`;
    return [
      {
        type: "Feature", id: no, properties: { text: `${sign}${grid.name}\n${households}`, load: share },
        geometry: { type: "Point", coordinates: place },
      },
    ];
  }

  /**
   * Draw the outline of a grid; `fly` brings it into view.
   * @param {number} no
   * @param {boolean} fly
   */
  choose(no, fly) {
    for (const grid of [this.selected, no]) this.dirty.add(grid);
    this.selected = no;
    if (this.map.getLayer("grid-chosen")) this.map.setFilter("grid-chosen", ["==", ["get", "no"], no]);
    this.reshape();
    const units = fly && this.drawing.grids.has(no) ? this.drawing.figures(no).units : [];
    this.show(units);
  }

  /**
   * Bring units into view.
   * @param {Iterable<number>} units
   */
  show(units) {
    const extent = extentOf(this.drawing, units);
    if (extent) this.bringIntoView(extent);
  }

  /**
   * Mark units, as chosen or to be looked at.
   * @param {Iterable<number>} units
   */
  mark(units) {
    const marked = new Set(units);
    const geometry = outlineOf(this.drawing.town, marked);
    this.fill("marked", marked.size ? [{ type: "Feature", properties: {}, geometry }] : []);
  }

  /**
   * The line or shape being drawn by hand.
   * @param {import("./editor/places.js").Place[]} places
   * @param {boolean} shape
   */
  hand(places, shape) {
    const { scale } = this.drawing.town;
    const line = places.map(([x, y]) => [scale.lon(x), scale.lat(y)]);
    if (line.length < 2) return this.fill("hand", []);
    /** @type {GeoJSON.Geometry} */
    const geometry = shape && line.length > 2
      ? { type: "Polygon", coordinates: [[...line, line[0]]] }
      : { type: "LineString", coordinates: line };
    this.fill("hand", [{ type: "Feature", properties: {}, geometry }]);
  }

  /**
   * Metres from the corner at a point of the screen.
   * @param {{clientX: number, clientY: number}} event
   * @returns {import("./editor/places.js").Place}
   */
  place(event) {
    const box = this.map.getCanvas().getBoundingClientRect();
    const { lng, lat } = this.map.unproject([event.clientX - box.left, event.clientY - box.top]);
    const { scale } = this.drawing.town;
    return [scale.x(lng), scale.y(lat)];
  }

  /** Metres of a CSS pixel in the middle of the map. */
  metresOfPixel() {
    const { y } = this.map.getCanvas().getBoundingClientRect();
    const [a, b] = [0, 100].map((dx) => this.place({ clientX: dx, clientY: y + 100 }));
    return Math.abs(b[0] - a[0]) / 100;
  }

  remove() {
    clearTimeout(this.timer);
    super.remove();
  }
}

/**
 * Expression for a colour number.
 * @param {unknown[]} number
 */
function colours(number) {
  const hues = Array.from({ length: HUES }, (_, k) => [k + 1, token(`--area-${k + 1}`)]);
  const loads = LOAD_CLASSES.map(([name], k) => [HUES + 1 + k, token(`--load-${name}`)]);
  return ["match", number, ...hues.flat(), ...loads.flat(), token("--vacant")];
}

/**
 * @param {import("./editor/town.js").Town} town
 * @returns {import("./base-map.js").Style["sources"]}
 */
function sources(town) {
  const whole = { ...ownSource(), maxzoom: 17, tolerance: 0.2, buffer: 8 };
  return {
    cells: { ...whole, data: { ...EMPTY, features: cellFeatures(town) } },
    borders: { ...whole, data: { ...EMPTY, features: borderFeatures(town) } },
    edges: { ...whole, data: { ...EMPTY, features: [] } },
    grids: { ...ownSource(), data: { ...EMPTY, features: [] } },
    "grid-labels": ownSource(),
    marked: ownSource(),
    hand: ownSource(),
  };
}

/** @param {Drawing} drawing */
const extentOfTown = (drawing) =>
  /** @type {Extent} */ (extentOf(drawing, Array.from({ length: drawing.town.count }, (_, unit) => unit)));

/**
 * @param {Drawing} drawing
 * @param {Iterable<number>} units
 * @returns {Extent | null}
 */
function extentOf({ town }, units) {
  const { ring, start, x, y } = town.cells;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const unit of units)
    for (let p = start[ring[unit]]; p < start[ring[unit + 1]]; p += 1) {
      [west, east] = [Math.min(west, x[p]), Math.max(east, x[p])];
      [south, north] = [Math.min(south, y[p]), Math.max(north, y[p])];
    }
  if (west > east) return null;
  return [town.scale.lon(west), town.scale.lat(south), town.scale.lon(east), town.scale.lat(north)];
}
