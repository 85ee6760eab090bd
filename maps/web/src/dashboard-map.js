/** The map in the middle of the dashboard: a style of the service, and the area looked at. */

import { BaseMap, ownSource } from "./base-map.js";
import { token } from "./page.js";
import { styleAddress } from "./style-address.js";

/** @typedef {import("./base-map.js").Extent} Extent */
/** @typedef {import("./base-map.js").Layer} Layer */
/** @typedef {GeoJSON.Geometry | null} Outline */
/**
 * @typedef {object} Shown
 * @property {"load" | "coverage"} view
 * @property {import("./dashboard-state.js").Theme} theme
 * @property {import("./dashboard-figures.js").Walking | null} walking
 */

const HERE = "here";

/**
 * Where the service keeps the style of what is shown, or its legend.
 * @param {Shown} shown
 * @param {"" | "/legend"} [part]
 */
export function dashboardStyle({ view, theme, walking }, part) {
  if (view === "load" || !walking) return styleAddress("grids-load", { theme }, part);
  const { kind, cutoff_s, speed_m_s } = walking;
  const asked = { theme, kind, minutes: String(cutoff_s / 60), speed: String(speed_m_s) };
  return styleAddress("coverage", asked, part);
}

export class DashboardMap extends BaseMap {
  /**
   * Draw the map; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over the legend, which lies over the lower left of the box
   * @param {Extent} extent
   * @param {Shown} shown
   * @param {(community: string) => void} onChoose
   */
  constructor(box, over, extent, shown, onChoose) {
    const style = dashboardStyle(shown);
    super(box, over, extent, { [HERE]: ownSource() }, style);
    this.style = style;
    /** Whether somebody has moved the map; then it stays where it is. */
    this.moved = false;
    this.map.on("movestart", (event) => (this.moved ||= Boolean(event.originalEvent)));
    this.map.on("click", (event) => {
      const code = this.communityAt(event.point);
      if (code) onChoose(code);
    });
    this.map.on("mousemove", (event) => {
      this.map.getCanvas().style.cursor = this.communityAt(event.point) ? "pointer" : "";
    });
  }

  /** @returns {Layer[]} */
  ownLayers() {
    return [
      {
        id: HERE, type: "line", source: HERE, layout: { "line-join": "round" },
        paint: { "line-color": token("--ink"), "line-width": 3 },
      },
    ];
  }

  /** @param {Shown} shown */
  show(shown) {
    const style = dashboardStyle(shown);
    if (style === this.style) return;
    this.style = style;
    this.restyle(style);
  }

  /**
   * Code of the community whose ground lies under the pointer, "" outside of all.
   * @param {{x: number, y: number}} at
   */
  communityAt(at) {
    const told = (this.map.getStyle()?.layers ?? []).filter(
      (layer) => "source-layer" in layer && ["grids", "communities"].includes(layer["source-layer"] ?? ""),
    );
    const hit = this.featureAt(at, told.map((layer) => layer.id));
    return String(hit?.properties[hit.sourceLayer === "grids" ? "community" : "code"] ?? "");
  }

  /**
   * Look at an area: its line, and all of it in view.
   * @param {Extent} extent
   * @param {Outline} outline
   */
  lookAt(extent, outline) {
    /** @type {GeoJSON.Feature[]} */
    const features = outline ? [{ type: "Feature", properties: {}, geometry: outline }] : [];
    /** @type {GeoJSON.FeatureCollection} */
    const data = { type: "FeatureCollection", features };
    this.own = { [HERE]: { ...ownSource(), data } };
    this.fill(HERE, features);
    this.extent = extent;
    this.moved = false;
    this.whole();
  }

  /** Show all of the area beside the legend, unless somebody looks elsewhere. */
  fit() {
    if (!this.moved) this.whole();
  }
}
