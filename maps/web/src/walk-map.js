/** Who reaches a kind on foot, over a quiet ground. */

import { BaseMap, ownSource, tileSource } from "./base-map.js";
import { ground } from "./map-style.js";
import { hatching } from "./hatching.js";
import { token } from "./page.js";
import { walks } from "./walk-style.js";

/** @typedef {import("./base-map.js").Extent} Extent */

/**
 * What is shown.
 * @typedef {object} Choice
 * @property {string} kind
 * @property {number} speed metres a second
 * @property {number} cutoff minutes
 * @property {number[]} minutes all cutoffs, ascending
 */

const ASKED = /** @type {const} */ (["reach", "circles", "gaps", "sites"]);

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
    super(box, over, extent, {
      facilities: tileSource("facilities.json"),
      isochrone: ownSource(),
    });
    this.choice = choice;
    this.map.on("load", () => this.dress());
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

  dress() {
    this.map.addImage("hatch-unreached", hatching(token("--unreached-hatch")), { pixelRatio: 2 });
    for (const layer of ground()) this.map.addLayer(layer);
    this.loaded = true;
    this.show(this.choice);
  }

  /**
   * Show another kind, speed or cutoff.
   * @param {Choice} choice
   */
  show(choice) {
    this.choice = choice;
    if (!this.loaded) return;
    this.box.toggleAttribute("data-idle", false);
    for (const layer of walks([], 0, "")) if (this.map.getLayer(layer.id)) this.map.removeLayer(layer.id);
    const query = new URLSearchParams({
      kind: choice.kind, speed: String(choice.speed), minutes: String(choice.cutoff),
    });
    for (const name of ASKED) {
      if (this.map.getSource(name)) this.map.removeSource(name);
      this.map.addSource(name, tileSource(`${name}.json?${query}`));
    }
    for (const layer of walks(choice.minutes, choice.cutoff, choice.kind)) this.map.addLayer(layer);
  }

  /** @param {string} code of a building, "" for none */
  mark(code) {
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
    if (this.map.getLayer("gap-chosen")) this.map.setFilter("gap-chosen", ["==", ["id"], gap]);
  }
}
