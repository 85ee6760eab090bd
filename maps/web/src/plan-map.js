/** A plan's grids over a quiet ground. */

import { BaseMap } from "./base-map.js";
import { token } from "./page.js";

/** @typedef {import("./base-map.js").Extent} Extent */
/** @typedef {import("./base-map.js").Layer} Layer */

/**
 * @param {number | null} grid
 * @returns {import("maplibre-gl").ExpressionFilterSpecification}
 */
const only = (grid) => ["==", ["get", "grid_no"], grid ?? -1];

export class PlanMap extends BaseMap {
  /**
   * Draw the map of a plan; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over the legend, which lies over the lower left of the box
   * @param {string} style address of the style of the plan's grids
   * @param {Extent} extent
   * @param {(grid: number | null) => void} onSelect
   */
  constructor(box, over, style, extent, onSelect) {
    super(box, over, extent, {}, style);
    /** @type {number | null} */
    this.selected = null;
    this.map.on("click", (event) => onSelect(this.gridAt(event.point)));
    this.map.on("mousemove", (event) => this.hover(this.gridAt(event.point)));
    this.map.on("mouseout", () => this.hover(null));
  }

  /** @returns {Layer[]} */
  ownLayers() {
    const of = /** @type {const} */ ({ source: "grids", "source-layer": "grids" });
    const joined = /** @type {const} */ ({ "line-join": "round" });
    return [
      {
        id: "grid-hover", type: "fill", ...of, filter: only(null),
        paint: { "fill-color": token("--paper"), "fill-opacity": 0.28 },
      },
      {
        id: "grid-selected-halo", type: "line", ...of, filter: only(this.selected), layout: joined,
        paint: { "line-color": token("--map-halo"), "line-width": 7 },
      },
      {
        id: "grid-selected", type: "line", ...of, filter: only(this.selected), layout: joined,
        paint: { "line-color": token("--ink"), "line-width": 3 },
      },
    ];
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
    if (this.map.getLayer(layer)) this.map.setFilter(layer, only(grid));
  }
}
