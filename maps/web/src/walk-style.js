/** How walks are drawn: buildings by minutes, circles, gaps, facilities and suggested sites. */

import { token } from "./page.js";

/** @typedef {import("maplibre-gl").LayerSpecification} Layer */
/** @typedef {import("maplibre-gl").ExpressionSpecification} Expression */

const STEPS = 5;

/**
 * Step of the colour scale for each cutoff, 1 for the nearest; few cutoffs are spread over the
 * whole scale, so that neighbours differ well.
 * @param {number[]} minutes cutoffs, ascending
 */
export function minuteSteps(minutes) {
  const gaps = Math.max(minutes.length - 1, 1);
  return minutes.map((_, i) => 1 + Math.round((i * (STEPS - 1)) / gaps));
}

/**
 * @param {number[]} minutes
 * @returns {Expression}
 */
function byMinutes(minutes) {
  const colours = minuteSteps(minutes).map((step) => token(`--minutes-${step}`));
  const cases = minutes.flatMap((most, i) => [["<=", ["get", "minutes"], most], colours[i]]);
  return /** @type {Expression} */ ([
    "case", ["!", ["has", "minutes"]], token("--unreached"), ...cases, token("--unreached"),
  ]);
}

/**
 * @param {number} most
 * @returns {Expression}
 */
function beyond(most) {
  return ["!", ["all", ["has", "minutes"], ["<=", ["get", "minutes"], most]]];
}

/**
 * @param {number[]} minutes cutoffs, ascending
 * @param {number} cutoff the one chosen
 * @param {string} kind
 * @returns {Layer[]}
 */
export function walks(minutes, cutoff, kind) {
  const reach = /** @type {const} */ ({ source: "reach", "source-layer": "reach" });
  const circles = /** @type {const} */ ({ source: "circles", "source-layer": "circles" });
  const gaps = /** @type {const} */ ({ source: "gaps", "source-layer": "gaps" });
  const sites = /** @type {const} */ ({ source: "sites", "source-layer": "sites" });
  const shown = upTo(minutes, cutoff);
  const halo = { "text-halo-color": token("--map-halo"), "text-halo-width": 1.6 };
  const fonts = token("--face").split(",").map((name) => name.trim().replaceAll('"', ""));
  return [
    {
      id: "circle-fill", type: "fill", ...circles, filter: ["==", ["get", "minutes"], cutoff],
      paint: { "fill-color": token("--accent"), "fill-opacity": 0.08 },
    },
    {
      id: "reach-fill", type: "fill", ...reach, paint: { "fill-color": byMinutes(shown) },
    },
    {
      id: "reach-hatch", type: "fill", ...reach, filter: beyond(cutoff),
      paint: { "fill-pattern": "hatch-unreached" },
    },
    {
      id: "reach-edge", type: "line", ...reach, minzoom: 15,
      paint: { "line-color": token("--map-halo"), "line-width": 0.8 },
    },
    {
      id: "circle-line", type: "line", ...circles, layout: { "line-join": "round" },
      filter: ["<=", ["get", "minutes"], cutoff],
      paint: {
        "line-color": token("--accent"), "line-width": ["case", ["==", ["get", "minutes"], cutoff], 2, 1],
        "line-dasharray": [2, 2],
      },
    },
    {
      id: "isochrone-fill", type: "fill", source: "isochrone",
      paint: { "fill-color": token("--ink"), "fill-opacity": 0.1 },
    },
    {
      id: "isochrone-line", type: "line", source: "isochrone", layout: { "line-join": "round" },
      paint: { "line-color": token("--ink"), "line-width": 1.5 },
    },
    {
      id: "gap-line", type: "line", ...gaps, layout: { "line-join": "round" },
      paint: { "line-color": token("--danger"), "line-width": 2 },
    },
    {
      id: "gap-chosen", type: "line", ...gaps, filter: ["==", ["id"], -1],
      layout: { "line-join": "round" },
      paint: { "line-color": token("--danger"), "line-width": 5 },
    },
    {
      id: "community-border", type: "line", source: "communities", "source-layer": "communities",
      paint: {
        "line-color": token("--map-community"), "line-width": 1.5, "line-dasharray": [6, 2, 1, 2],
      },
    },
    {
      id: "reach-chosen", type: "line", ...reach, filter: ["==", ["get", "code"], ""],
      paint: { "line-color": token("--ink"), "line-width": 3 },
    },
    {
      id: "facility-dots", type: "circle", source: "facilities", "source-layer": "facilities",
      filter: ["==", ["get", "kind"], kind],
      paint: {
        "circle-color": token("--accent"), "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 4, 17, 8],
        "circle-stroke-color": token("--paper"), "circle-stroke-width": 2,
      },
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
    {
      id: "facility-names", type: "symbol", source: "facilities", "source-layer": "facilities",
      minzoom: 14, filter: ["==", ["get", "kind"], kind],
      layout: {
        "text-field": ["coalesce", ["get", "name"], ""], "text-font": fonts, "text-size": 12,
        "text-offset": [0, 1], "text-anchor": "top", "text-max-width": 9,
      },
      paint: { "text-color": token("--ink"), ...halo },
    },
  ];
}

/**
 * Cutoffs up to the one chosen.
 * @param {number[]} minutes
 * @param {number} cutoff
 */
export function upTo(minutes, cutoff) {
  return minutes.slice(0, minutes.indexOf(cutoff) + 1);
}
