/** The map of the ground: everything editable drawn from its own shapes, and tools that draw. */

import { TerraDraw, TerraDrawLineStringMode, TerraDrawPointMode, TerraDrawPolygonMode, TerraDrawRenderMode, TerraDrawSelectMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { BaseMap, extentOf, ownSource } from "./base-map.js";
import { token } from "./page.js";
import { styleAddress } from "./style-address.js";

/** @typedef {import("./ground-api.js").Feature} Feature */
/** @typedef {"polygon" | "linestring" | "point"} Shape */

const SHOWN = ["ground-areas", "ground-lines", "ground-points"];
const IDLE = "idle";
const VERTICES = { draggable: true, deletable: true, midpoints: true };

export class GroundMap extends BaseMap {
  /**
   * Draw the map; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {import("./base-map.js").Extent} extent
   * @param {(layer: string, code: string) => void} chosen
   */
  constructor(box, extent, chosen) {
    super(box, null, extent, { ground: { ...ownSource(), promoteId: "code" } }, styleAddress("base", {}));
    /** @type {Feature[]} */
    this.features = [];
    this.layer = "";
    this.code = "";
    /** What to do with a shape that was just drawn. @type {((shape: GeoJSON.Geometry) => void) | null} */
    this.drawn = null;
    /** @type {TerraDraw | null} */
    this.pen = null;
    this.map.on("styledata", () => this.#begin());
    // The click that ends a shape reaches the map when the pen rests already.
    this.ending = false;
    box.addEventListener("pointerdown", () => (this.ending = false), { capture: true });
    this.map.on("click", ({ point }) => {
      if (this.busy || this.ending) return;
      const hit = this.featureAt(point, [...SHOWN].reverse());
      if (hit) chosen(hit.properties.layer, hit.properties.code);
    });
  }

  /** Whether the pen draws or moves something. */
  get busy() {
    return this.pen !== null && this.pen.getMode() !== IDLE;
  }

  #begin() {
    if (this.pen || !this.map.getSource("ground")) return;
    this.pen = pen(this.map);
    this.pen.start();
    this.pen.setMode(IDLE);
    this.pen.on("finish", (id, { action }) => {
      if (action !== "draw" || !this.drawn || !this.pen) return;
      const shape = this.pen.getSnapshotFeature(id)?.geometry;
      const tell = this.drawn;
      this.ending = true;
      // The pen is in the middle of its own event; it is put down after that.
      queueMicrotask(() => {
        this.rest();
        if (shape) tell(shape);
      });
    });
    this.show(this.features, this.layer, this.code);
  }

  /** @returns {import("./base-map.js").Layer[]} */
  ownLayers() {
    const [accent, muted, danger] = [token("--accent"), token("--muted"), token("--danger")];
    const active = ["case", ["get", "active"], accent, muted];
    const outline = ["match", ["get", "layer"], "barriers", danger, active];
    const kind = (/** @type {string[]} */ ...types) => ["match", ["geometry-type"], types, true, false];
    const chosen = ["get", "chosen"];
    return /** @type {any} */ ([
      { id: "ground-areas", type: "fill", source: "ground", filter: kind("Polygon", "MultiPolygon"), paint: { "fill-color": active, "fill-opacity": ["case", chosen, 0.45, ["==", ["get", "layer"], "courtyards"], 0.06, 0.16] } },
      { id: "ground-edges", type: "line", source: "ground", filter: kind("Polygon", "MultiPolygon"), paint: { "line-color": active, "line-width": ["case", chosen, 3, 1] } },
      { id: "ground-lines", type: "line", source: "ground", filter: kind("LineString", "MultiLineString"), paint: { "line-color": outline, "line-width": ["case", chosen, 5, ["get", "active"], 3, 1.5] } },
      { id: "ground-points", type: "circle", source: "ground", filter: kind("Point"), paint: { "circle-color": active, "circle-radius": ["case", chosen, 9, ["get", "active"], 6, 4], "circle-stroke-color": token("--paper"), "circle-stroke-width": 2 } },
    ]);
  }

  /**
   * Draw features; those of the layer that is worked on stand out.
   * @param {Feature[]} features
   * @param {string} layer
   * @param {string} code of the one that is chosen
   */
  show(features, layer, code) {
    [this.features, this.layer, this.code] = [features, layer, code];
    const shown = features.filter((each) => each.geometry);
    // What is worked on is painted last, so that a click finds it first.
    shown.sort((a, b) => Number(a.layer === layer) - Number(b.layer === layer));
    this.fill("ground", shown.map((each) => ({
      type: "Feature",
      geometry: /** @type {GeoJSON.Geometry} */ (each.geometry),
      properties: { layer: each.layer, code: each.code, active: each.layer === layer, chosen: each.layer === layer && each.code === code },
    })));
  }

  /**
   * Let the planner draw a shape.
   * @param {Shape} shape
   * @param {(drawn: GeoJSON.Geometry) => void} tell
   */
  draw(shape, tell) {
    if (!this.pen) return;
    this.rest();
    this.drawn = tell;
    this.pen.setMode(shape);
  }

  /**
   * Let the planner move a shape and its vertices; `moved` tells what became of it.
   * @param {GeoJSON.Geometry} shape
   */
  reshape(shape) {
    const single = singlePart(shape);
    if (!this.pen || !single) return false;
    this.rest();
    this.pen.setMode("select");
    const mode = single.type.toLowerCase();
    const [added] = this.pen.addFeatures([{ type: "Feature", geometry: single, properties: { mode } }]);
    if (!added?.valid || added.id === undefined) {
      this.rest();
      return false;
    }
    this.pen.selectFeature(added.id);
    return true;
  }

  /** What became of the shape that was given to `reshape`. @returns {GeoJSON.Geometry | null} */
  get moved() {
    const own = this.pen?.getSnapshot().find(({ properties }) => ["polygon", "linestring", "point"].includes(String(properties.mode)) && !properties.midPoint && !properties.selectionPoint);
    return own?.geometry ?? null;
  }

  /** Put the pen down and forget what it drew. */
  rest() {
    this.drawn = null;
    this.pen?.setMode(IDLE);
    this.pen?.clear();
  }

  /**
   * Bring a thing so near that its corners can be seen.
   * @param {Feature} feature
   */
  see(feature) {
    if (!feature.geometry || !("coordinates" in feature.geometry)) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(extentOf(/** @type {any[]} */ (feature.geometry.coordinates)), { padding: 160, maxZoom: 18, animate: !still });
  }
}

/** @param {import("maplibre-gl").Map} map */
function pen(map) {
  const accent = /** @type {`#${string}`} */ (token("--accent"));
  const line = { lineStringColor: accent, lineStringWidth: 3 };
  const area = { fillColor: accent, fillOpacity: 0.2, outlineColor: accent, outlineWidth: 3 };
  const handles = { selectedPolygonColor: accent, selectedPolygonOutlineColor: accent, selectedPolygonOutlineWidth: 3, selectedLineStringColor: accent, selectionPointColor: accent, selectionPointWidth: 6, midPointColor: accent, midPointWidth: 4 };
  return new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: "pen" }),
    modes: [
      new TerraDrawRenderMode({ modeName: IDLE, styles: {} }),
      new TerraDrawPointMode({ styles: { pointColor: accent, pointWidth: 7 } }),
      new TerraDrawLineStringMode({ styles: line }),
      new TerraDrawPolygonMode({ styles: area }),
      new TerraDrawSelectMode({
        allowManualDeselection: false,
        flags: {
          polygon: { feature: { draggable: true, coordinates: VERTICES } },
          linestring: { feature: { draggable: true, coordinates: VERTICES } },
          point: { feature: { draggable: true } },
        },
        styles: handles,
      }),
    ],
  });
}

/**
 * A shape that the pen can hold: of a collection its only part, none when it has several.
 * @param {GeoJSON.Geometry} shape
 * @returns {GeoJSON.Polygon | GeoJSON.LineString | GeoJSON.Point | null}
 */
function singlePart(shape) {
  if (shape.type === "MultiPolygon" && shape.coordinates.length === 1 && shape.coordinates[0].length === 1)
    return { type: "Polygon", coordinates: shape.coordinates[0] };
  if (shape.type === "MultiLineString" && shape.coordinates.length === 1)
    return { type: "LineString", coordinates: shape.coordinates[0] };
  if (shape.type === "Polygon" && shape.coordinates.length === 1) return shape;
  return shape.type === "LineString" || shape.type === "Point" ? shape : null;
}
