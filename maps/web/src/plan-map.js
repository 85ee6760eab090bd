/** A plan's grids over a quiet ground. */

import { BaseMap, extentOf, ownSource, point, tileSource } from "./base-map.js";
import { grouped, percent } from "./figures.js";
import { ground, grids } from "./map-style.js";
import { hatching } from "./hatching.js";
import { token } from "./page.js";
import { t } from "./texts.js";

/** @typedef {import("./api.js").Grid} Grid */
/** @typedef {import("./base-map.js").Extent} Extent */

/** @type {import("maplibre-gl").ExpressionSpecification} */
const NOBODY = ["==", ["get", "grid_no"], -1];

export class PlanMap extends BaseMap {
  /**
   * Draw the map of a plan; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over the legend, which lies over the lower left of the box
   * @param {number} plan
   * @param {Extent} extent
   * @param {(grid: number | null) => void} onSelect
   */
  constructor(box, over, plan, extent, onSelect) {
    super(box, over, extent, {
      grids: tileSource(`grids.json?plan=${plan}`),
      "grid-labels": ownSource(),
      "courtyard-names": ownSource(),
    });
    this.map.on("load", () => this.dress());
    this.map.on("click", (event) => onSelect(this.gridAt(event.point)));
    this.map.on("mousemove", (event) => this.hover(this.gridAt(event.point)));
    this.map.on("mouseout", () => this.hover(null));
  }

  dress() {
    for (const name of ["over", "far-over"])
      this.map.addImage(`hatch-${name}`, hatching(token(`--load-${name}`)), { pixelRatio: 2 });
    for (const layer of [...ground(), ...grids()]) this.map.addLayer(layer);
    if (this.labels) this.label(this.labels);
    if (this.names) this.name(this.names);
    this.select(this.selected ?? null);
  }

  /** @param {{x: number, y: number}} at */
  gridAt(at) {
    const hit = this.featureAt(at, ["grid-fill"]);
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
 * Middle of the box around a shape.
 * @param {any[]} coordinates
 * @returns {[number, number]}
 */
function middle(coordinates) {
  const [west, south, east, north] = extentOf(coordinates);
  return [(west + east) / 2, (south + north) / 2];
}
