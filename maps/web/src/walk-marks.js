/** What the page of walks adds to the style: what was clicked, what is reached from there, sites. */

import { known, token } from "./page.js";

/** @typedef {import("./base-map.js").Layer} Layer */

/**
 * @param {string} building code of the one chosen, "" for none
 * @param {number} gap id of the one chosen, -1 for none
 * @returns {Layer[]}
 */
export function walkMarks(building, gap) {
  const walks = /** @type {const} */ ({ source: "walks" });
  const sites = /** @type {const} */ ({ source: "sites", "source-layer": "sites" });
  const joined = /** @type {const} */ ({ "line-join": "round" });
  const fonts = token("--face").split(",").map((name) => name.trim().replaceAll('"', ""));
  /** @type {Layer[]} */
  const marks = [
    {
      id: "isochrone-fill", type: "fill", source: "isochrone",
      paint: { "fill-color": token("--ink"), "fill-opacity": 0.1 },
    },
    {
      id: "isochrone-line", type: "line", source: "isochrone", layout: joined,
      paint: { "line-color": token("--ink"), "line-width": 1.5 },
    },
    {
      id: "gap-chosen", type: "line", ...walks, "source-layer": "gaps",
      filter: ["==", ["id"], gap], layout: joined,
      paint: { "line-color": token("--danger"), "line-width": 5 },
    },
    {
      id: "reach-chosen", type: "line", ...walks, "source-layer": "reach",
      filter: ["==", ["get", "code"], building],
      paint: { "line-color": token("--ink"), "line-width": 3 },
    },
    {
      id: "site-dots", type: "circle", ...sites,
      paint: {
        "circle-color": token("--warn"), "circle-radius": 10,
        "circle-stroke-color": token("--paper"), "circle-stroke-width": 2,
      },
    },
    {
      id: "site-ranks", type: "symbol", ...sites,
      layout: {
        "text-field": ["to-string", ["get", "rank"]], "text-font": fonts, "text-size": 12,
        "text-allow-overlap": true,
      },
      paint: { "text-color": token("--paper") },
    },
  ];
  return known ? marks : marks.filter((layer) => !("source" in layer) || layer.source !== "sites");
}
