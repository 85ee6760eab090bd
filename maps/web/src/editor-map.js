/** The planner's map: the painted ground between the layers of the style, grids and what is marked. */

import { BaseMap, ownSource } from "./base-map.js";
import { NONE } from "./editor/drawing.js";
import { HUES, Hues } from "./editor/hues.js";
import { BASE_LAYER, baseSource } from "./editor-base.js";
import { drawHatches } from "./editor-elders.js";
import { LinesLayer } from "./editor-lines.js";
import { CellsLayer, FAR_OVER, OVER, Painted, SPECIAL } from "./editor-paint.js";
import { labelPlace, outlineOf } from "./editor-shapes.js";
import { Still } from "./editor-still.js";
import { boxesOf } from "./editor/places.js";
import { OVERLAYS, overlayLayer, overlaySource } from "./editor-overlays.js";
import { LOAD_CLASSES, loadClass, percent } from "./figures.js";
import { token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {import("./base-map.js").Extent} Extent */
/** @typedef {import("./base-map.js").Layer} Layer */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {"grids" | "load"} Colouring */

// Labels go through a worker; after changes of others, this much later.
const LABELS_PAUSE_MS = 300;

export class EditorMap extends BaseMap {
  /**
   * Draw the map; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over
   * @param {string} style
   * @param {Drawing} drawing
   */
  constructor(box, over, style, drawing) {
    super(box, over, extentOfTown(drawing), sources(), style);
    this.drawing = drawing;
    // Laid out while the style is on its way.
    this.ground = new Painted(drawing, palette(), inks());
    const boxes = boxesOf(drawing.town);
    this.cells = new CellsLayer(this.ground, boxes, 0.35);
    this.lines = new LinesLayer(this.ground, boxes, { halo: colourOf(token("--map-halo")), ink: colourOf(token("--ink")) });
    this.still = new Still(this.map, this.cells, this.lines);
    this.hues = new Hues();
    /** @type {Colouring} */
    this.colouring = "grids";
    this.selected = NONE;
    /** Look of each grid as it is painted. @type {Map<number, number>} */
    this.painted = new Map();
    /** @type {import("./editor-overlays.js").Overlay[]} */
    this.overlays = [];
    /** Grids that have a label. @type {Set<number>} */
    this.labelled = new Set();
    this.ready = false;
    this.dirty = new Set(drawing.grids.keys());
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {DOMRect | undefined} */
    this.measured = undefined;
    this.map.on("resize", () => this.measure());
    drawHatches(this.map);
    this.map.doubleClickZoom.disable();
    this.map.boxZoom.disable();
    this.map.keyboard.disableRotation();
    this.map.on("styledata", () => this.#begin());
  }

  /** Put the painted ground between the layers, once the style has brought them. */
  #begin() {
    if (this.map.getLayer("cells") || !this.map.getLayer("marked")) return;
    const above = this.map.getLayersOrder().find((id) => id === "marked" || id.startsWith("over-"));
    this.map.addLayer(this.cells, above);
    this.map.addLayer(this.lines, above);
    this.map.once("render", () => performance.mark("wangge-painted"));
    this.ready = true;
    this.repaintAll();
  }

  /** @returns {Layer[]} */
  ownLayers() {
    const joined = /** @type {const} */ ({ "line-join": "round", "line-cap": "round" });
    const layers = [
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
    const at = layers.findIndex(({ id }) => id === "marked");
    const over = (this.overlays ?? []).map(overlayLayer);
    const under = this.own?.["base-map"] ? [BASE_LAYER] : [];
    return /** @type {Layer[]} */ ([...under, ...layers.slice(0, at), ...over, ...layers.slice(at)]);
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
    const { drawing, ground } = this;
    for (const no of drawing.touched) {
      this.dirty.add(no);
      this.#recolourGrid(no);
    }
    for (const unit of units) ground.look[unit] = this.lookOf(drawing.grid[unit]);
    this.#show();
    if (this.dirty.size && this.timer === undefined && !this.still.held)
      this.timer = setTimeout(() => this.relabel(), LABELS_PAUSE_MS);
  }

  /** A stroke begins: until it ends, labels and all the rest of the map stand still. */
  hold() {
    this.still.hold();
  }

  /** It has ended. */
  release() {
    this.still.release();
    this.relabel();
  }

  #show() {
    this.ground.version += 1;
    this.still.repaint();
  }

  repaintAll() {
    const { drawing, ground } = this;
    if (!this.ready) return;
    for (const no of drawing.grids.keys()) {
      this.painted.set(no, this.lookOf(no));
      this.dirty.add(no);
    }
    for (let unit = 0; unit < drawing.town.count; unit += 1) ground.look[unit] = /** @type {number} */ (this.painted.get(drawing.grid[unit]));
    this.#show();
    this.relabel();
  }

  /**
   * A grid whose load is of another class looks otherwise.
   * @param {number} no
   */
  #recolourGrid(no) {
    const look = this.lookOf(no);
    if (this.painted.get(no) === look) return;
    this.painted.set(no, look);
    for (const unit of this.drawing.figures(no).units) this.ground.look[unit] = look;
  }

  /**
   * A grid's colour with the patterns over it, which do not speak by colour alone.
   * @param {number} no
   */
  lookOf(no) {
    if (no === NONE) return 0;
    const share = this.drawing.share(no);
    const over = share > 1.2 ? FAR_OVER : share > 1 ? OVER : 0;
    return this.colourOf(no) | over | (this.drawing.figures(no).kind === "special" ? SPECIAL : 0);
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
      this.own[id] = overlaySource(name, community, kind, this.drawing.town);
      this.map.addSource(id, this.own[id]);
      this.map.addLayer(overlayLayer(name), "marked");
    }
    this.overlays = [...wanted.keys()];
  }

  /**
   * Lay a base map under the grids, or none.
   * @param {import("./editor-base.js").Base} base
   * @param {string} key
   */
  lay(base, key) {
    if (this.map.getLayer(BASE_LAYER.id)) this.map.removeLayer(BASE_LAYER.id);
    if (this.map.getSource(BASE_LAYER.id)) this.map.removeSource(BASE_LAYER.id);
    delete this.own[BASE_LAYER.id];
    if (!base) return;
    this.own[BASE_LAYER.id] = baseSource(base, key);
    this.map.addSource(BASE_LAYER.id, this.own[BASE_LAYER.id]);
    this.map.addLayer(BASE_LAYER, this.map.getLayer("cells") ? "cells" : "marked");
  }

  /** Bring the labels of grids up to date. */
  relabel() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.ready || this.dirty.size === 0) return;
    const features = [...this.dirty].flatMap((no) => (this.drawing.grids.has(no) ? this.#label(no) : []));
    const found = /** @type {import("maplibre-gl").GeoJSONSource | undefined} */ (this.map.getSource("grid-labels"));
    const remove = [...this.dirty].filter((no) => this.labelled.delete(no));
    for (const { id } of features) this.labelled.add(/** @type {number} */ (id));
    this.dirty.clear();
    if (remove.length || features.length) found?.updateData({ remove, add: features });
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
    this.selected = no;
    this.ground.chosen = no;
    this.#show();
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
    const { left, top } = this.rect;
    const { lng, lat } = this.map.unproject([event.clientX - left, event.clientY - top]);
    const { scale } = this.drawing.town;
    return [scale.x(lng), scale.y(lat)];
  }

  /** Metres of a CSS pixel in the middle of the map. */
  metresOfPixel() {
    const { left, top, height } = this.rect;
    const [a, b] = [0, 100].map((dx) => this.place({ clientX: left + dx, clientY: top + height / 2 }));
    return Math.abs(b[0] - a[0]) / 100;
  }

  /** Where the map stands on the screen; asking the browser at every move would lay out the page each time. */
  get rect() {
    this.measured ??= this.map.getCanvas().getBoundingClientRect();
    return this.measured;
  }

  /** Measure anew where the map stands. */
  measure() {
    this.measured = undefined;
  }

  remove() {
    clearTimeout(this.timer);
    super.remove();
  }
}

/**
 * Colours by their numbers: none, the hues, the classes of load.
 * @returns {import("./editor-paint.js").Colour[]}
 */
function palette() {
  const hues = Array.from({ length: HUES }, (_, k) => `--area-${k + 1}`);
  const loads = LOAD_CLASSES.map(([name]) => `--load-${name}`);
  return ["--vacant", ...hues, ...loads].map((name) => colourOf(token(name)));
}

/** Colours of the patterns: above the cap, far above it, of a special grid. */
const inks = () => ["--load-over", "--load-far-over", "--kind-special"].map((name) => colourOf(token(name)));

/**
 * @param {string} hex of six digits behind a #
 * @returns {import("./editor-paint.js").Colour}
 */
function colourOf(hex) {
  const number = Number.parseInt(hex.slice(1), 16);
  return [(number >> 16) / 255, ((number >> 8) & 255) / 255, (number & 255) / 255];
}

/** @returns {import("./base-map.js").Style["sources"]} */
function sources() {
  return { "grid-labels": ownSource(), marked: ownSource(), hand: ownSource() };
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
