/** Who reaches a kind on foot, over a quiet ground. */

import { BaseMap, ownSource } from "./base-map.js";
import { base, known } from "./page.js";
import { styleAddress } from "./style-address.js";
import { walkMarks } from "./walk-marks.js";

/** @typedef {import("./base-map.js").Extent} Extent */

/**
 * What is shown.
 * @typedef {object} Choice
 * @property {string} kind
 * @property {number} speed metres a second
 * @property {number} cutoff minutes
 */

/**
 * Address of the style of a choice, or of its legend.
 * @param {Choice} choice
 * @param {"" | "/legend"} [part]
 */
export const walkStyle = ({ kind, speed, cutoff }, part) =>
  styleAddress("coverage", { kind, speed: String(speed), minutes: String(cutoff) }, part);

export class WalkMap extends BaseMap {
  /**
   * Draw the map of walks; throws where the browser has no WebGL.
   * @param {HTMLElement} box
   * @param {HTMLElement | null} over the legend
   * @param {Extent} extent
   * @param {Choice} choice
   * @param {(building: Record<string, any> | null, lon: number, lat: number) => void} onSelect
   */
  constructor(box, over, extent, choice, onSelect) {
    super(box, over, extent, { isochrone: ownSource(), ...sites(choice) }, walkStyle(choice));
    this.choice = choice;
    this.building = "";
    this.gap = -1;
    this.map.on("click", (event) =>
      onSelect(
        this.featureAt(event.point, ["reach-fill"])?.properties ?? null,
        event.lngLat.lng,
        event.lngLat.lat,
      ),
    );
    this.map.on("mousemove", (event) => {
      const over = this.featureAt(event.point, ["reach-fill"]);
      this.map.getCanvas().style.cursor = over ? "pointer" : "";
    });
  }

  ownLayers() {
    return walkMarks(this.building, this.gap);
  }

  /**
   * Show another kind, speed or cutoff.
   * @param {Choice} choice
   */
  show(choice) {
    this.choice = choice;
    Object.assign(this.own, sites(choice));
    this.gap = -1;
    this.restyle(walkStyle(choice));
  }

  /** @param {string} code of a building, "" for none */
  mark(code) {
    this.building = code;
    if (this.map.getLayer("reach-chosen"))
      this.map.setFilter("reach-chosen", ["==", ["get", "code"], code]);
  }

  /**
   * Draw what is reached from a clicked point; nothing when there is none.
   * @param {import("./api.js").Isochrone | null} isochrone
   */
  walkedFrom(isochrone) {
    const areas = isochrone?.areas.filter((area) => area.geometry) ?? [];
    this.fill(
      "isochrone",
      areas.map(({ minutes, geometry }) => ({
        type: "Feature",
        properties: { minutes },
        geometry: /** @type {GeoJSON.Geometry} */ (geometry),
      })),
    );
  }

  /** @param {number} gap its id, -1 for none */
  markGap(gap) {
    this.gap = gap;
    if (this.map.getLayer("gap-chosen")) this.map.setFilter("gap-chosen", ["==", ["id"], gap]);
  }
}

/**
 * Suggested places for a kind; strangers are not told.
 * @param {Choice} choice
 * @returns {Record<string, import("maplibre-gl").SourceSpecification>}
 */
const sites = ({ kind }) =>
  known
    ? {
        sites: {
          type: "vector",
          url: `${location.origin}${base}/tiles/sites.json?${new URLSearchParams({ kind })}`,
        },
      }
    : {};
