/** The one module that knows MapLibre: a plan's grids over a quiet ground. */

import { Map as GlMap, NavigationControl, ScaleControl } from "maplibre-gl";
import { grouped, percent } from "./figures.js";
import { ground, grids } from "./map-style.js";
import { hatching } from "./hatching.js";
import { base, token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {import("./api.js").Grid} Grid */
/** @typedef {[number, number, number, number]} Extent */

const TILE_LAYERS = ["communities", "courtyards", "buildings", "streets", "barriers"];
const PADDING = { top: 32, right: 32, bottom: 56, left: 32 };
const GAP = 8;
/** @type {import("maplibre-gl").ExpressionSpecification} */
const NOBODY = ["==", ["get", "grid_no"], -1];

export class PlanMap {
  /**
   * Draw the map of a plan; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over the legend, which lies over the lower left of the box
   * @param {number} plan
   * @param {Extent} extent
   * @param {(grid: number | null) => void} onSelect
   */
  constructor(box, over, plan, extent, onSelect) {
    this.extent = extent;
    this.box = box;
    this.over = over;
    this.map = new GlMap({
      container: box,
      bounds: extent,
      fitBoundsOptions: { padding: PADDING },
      attributionControl: false,
      maxZoom: 19,
      minZoom: 9,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      localIdeographFontFamily: token("--face"),
      locale: controlTexts(),
      style: emptyStyle(plan),
    });
    this.whole();
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    this.map.on("load", () => this.dress());
    this.map.on("click", (event) => onSelect(this.gridAt(event.point)));
    this.map.on("mousemove", (event) => this.hover(this.gridAt(event.point)));
    this.map.on("mouseout", () => this.hover(null));
    // Tests and the screenshot command wait for this mark.
    this.map.on("idle", () => box.toggleAttribute("data-idle", true));
    this.map.on("movestart", () => box.toggleAttribute("data-idle", false));
  }

  dress() {
    for (const name of ["over", "far-over"])
      this.map.addImage(`hatch-${name}`, hatching(token(`--load-${name}`)), { pixelRatio: 2 });
    for (const layer of [...ground(), ...grids()]) this.map.addLayer(layer);
    if (this.labels) this.label(this.labels);
    if (this.names) this.name(this.names);
    this.select(this.selected ?? null);
  }

  /** @param {{x: number, y: number}} point */
  gridAt(point) {
    if (!this.map.getLayer("grid-fill")) return null;
    const [hit] = this.map.queryRenderedFeatures([point.x, point.y], { layers: ["grid-fill"] });
    return hit ? Number(hit.properties.grid_no) : null;
  }

  /** @param {number | null} grid */
  hover(grid) {
    this.map.getCanvas().style.cursor = grid === null ? "" : "pointer";
    this.mark("grid-hover", grid);
  }

  /**
   * Mark a grid; `fly` brings it into view.
   * @param {number | null} grid
   * @param {Extent | null} [fly]
   */
  select(grid, fly = null) {
    this.selected = grid;
    this.mark("grid-selected", grid);
    this.mark("grid-selected-halo", grid);
    if (fly) this.bringIntoView(fly);
  }

  /** @param {Extent} extent */
  bringIntoView(extent) {
    const seen = this.map.getBounds();
    const [west, south, east, north] = extent;
    if (seen.contains([west, south]) && seen.contains([east, north])) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(extent, { padding: this.padding(extent), maxZoom: 17, animate: !still });
  }

  whole() {
    this.map.fitBounds(this.extent, { padding: this.padding(this.extent), animate: false });
  }

  /**
   * Room around an extent, so that nothing lies under the legend: beside it or above it,
   * whichever shows the extent larger.
   * @param {Extent} extent
   */
  padding(extent) {
    const box = this.box.getBoundingClientRect();
    const legend = this.over?.getBoundingClientRect();
    if (!legend?.width || !box.width) return PADDING;
    const beside = { ...PADDING, left: legend.right - box.left + GAP };
    const above = { ...PADDING, bottom: box.bottom - legend.top + GAP };
    const zoom = (/** @type {typeof PADDING} */ padding) =>
      this.map.cameraForBounds(extent, { padding })?.zoom ?? -1;
    return zoom(beside) >= zoom(above) ? beside : above;
  }

  /**
   * @param {string} layer
   * @param {number | null} grid
   */
  mark(layer, grid) {
    if (!this.map.getLayer(layer)) return;
    this.map.setFilter(layer, grid === null ? NOBODY : ["==", ["get", "grid_no"], grid]);
  }

  /**
   * Name and load in the middle of each grid.
   * @param {Grid[]} rows
   */
  label(rows) {
    this.labels = rows;
    const features = rows.filter((grid) => grid.label).map((grid) => labelled(grid));
    this.fill("grid-labels", features);
  }

  /**
   * Names of courtyards.
   * @param {import("./api.js").Courtyard[]} rows
   */
  name(rows) {
    this.names = rows;
    const features = rows
      .filter((row) => row.name)
      .map((row) => point(middle(row.geometry.coordinates), { name: row.name }));
    this.fill("courtyard-names", features);
  }

  /**
   * @param {string} source
   * @param {GeoJSON.Feature[]} features
   */
  fill(source, features) {
    const found = /** @type {import("maplibre-gl").GeoJSONSource | undefined} */ (
      this.map.getSource(source)
    );
    found?.setData({ type: "FeatureCollection", features });
  }

  remove() {
    this.map.remove();
  }
}

/** @param {Grid} grid */
function labelled(grid) {
  const about = t("households", { n: grouped(grid.households) });
  const count = grid.households_estimated ? t("estimate", { figure: about }) : about;
  return point(/** @type {[number, number]} */ (grid.label), {
    grid_no: grid.grid_no,
    name: grid.name,
    load: grid.load,
    figures: grid.load > 0 ? `${count} · ${percent(grid.load)}` : count,
  });
}

/**
 * @param {[number, number]} at
 * @param {Record<string, unknown>} properties
 * @returns {GeoJSON.Feature}
 */
function point(at, properties) {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: at } };
}

/**
 * Middle of the box around a shape.
 * @param {any[]} coordinates
 * @returns {[number, number]}
 */
function middle(coordinates) {
  const flat = /** @type {number[]} */ (coordinates.flat(Infinity));
  const lons = flat.filter((_, i) => i % 2 === 0);
  const lats = flat.filter((_, i) => i % 2 === 1);
  return [
    (Math.min(...lons) + Math.max(...lons)) / 2,
    (Math.min(...lats) + Math.max(...lats)) / 2,
  ];
}

/**
 * @param {number} plan
 * @returns {import("maplibre-gl").StyleSpecification}
 */
function emptyStyle(plan) {
  /** @type {import("maplibre-gl").StyleSpecification["sources"]} */
  const sources = {
    grids: { type: "vector", url: `${location.origin}${base}/tiles/grids.json?plan=${plan}` },
  };
  for (const name of TILE_LAYERS)
    sources[name] = { type: "vector", url: `${location.origin}${base}/tiles/${name}.json` };
  for (const name of ["grid-labels", "courtyard-names"])
    sources[name] = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
  return { version: 8, sources, layers: [] };
}

function controlTexts() {
  return {
    "NavigationControl.ZoomIn": t("map.zoom-in"),
    "NavigationControl.ZoomOut": t("map.zoom-out"),
    "Map.Title": t("map.title"),
  };
}
