/** How the ground and the grids are drawn. Colours come from tokens.css. */

import { token } from "./page.js";

/** @typedef {import("maplibre-gl").LayerSpecification} Layer */
/** @typedef {import("maplibre-gl").ExpressionSpecification} Expression */

/**
 * A width that grows with the zoom.
 * @param {number} at14
 * @param {number} at18
 * @returns {Expression}
 */
const widening = (at14, at18) => [
  "interpolate", ["exponential", 1.6], ["zoom"], 14, at14, 18, at18,
];

/**
 * Width of a street by its class.
 * @param {number} extra
 * @returns {Expression}
 */
function streetWidth(extra) {
  /** @type {(wide: number, street: number, lane: number, path: number) => Expression} */
  const byClass = (wide, street, lane, path) => [
    "match", ["get", "class"],
    "arterial", wide + extra, "street", street + extra, "lane", lane + extra, path + extra,
  ];
  return [
    "interpolate", ["exponential", 1.6], ["zoom"],
    12, byClass(2, 1, 0.6, 0.3), 15, byClass(7, 4, 2.5, 1), 18, byClass(26, 16, 9, 3),
  ];
}

/** @returns {Expression} */
function loadColour() {
  return [
    "case",
    ["<", ["get", "load"], 0.8], token("--load-low"),
    ["<=", ["get", "load"], 1], token("--load-fit"),
    ["<=", ["get", "load"], 1.2], token("--load-over"),
    token("--load-far-over"),
  ];
}

const round = /** @type {const} */ ({ "line-cap": "round", "line-join": "round" });

/**
 * Families of the machine's own fonts. MapLibre reads the weight from the first name; no machine
 * has a family of that name, so the second is the one seen.
 * @param {"Regular" | "Semibold"} weight
 * @returns {string[]}
 */
function faces(weight) {
  const names = token("--face").split(",").map((name) => name.trim().replaceAll('"', ""));
  return [`${names[0]} ${weight}`, ...names];
}

/**
 * The quiet ground: land, water, courtyards, streets, buildings.
 * @returns {Layer[]}
 */
export function ground() {
  return [
    { id: "outside", type: "background", paint: { "background-color": token("--map-outside") } },
    {
      id: "land", type: "fill", source: "communities", "source-layer": "communities",
      paint: { "fill-color": token("--map-land"), "fill-antialias": false },
    },
    {
      id: "courtyards", type: "fill", source: "courtyards", "source-layer": "courtyards",
      paint: {
        "fill-color": token("--map-green"), "fill-outline-color": token("--map-court-edge"),
      },
    },
    {
      id: "rivers", type: "line", source: "barriers", "source-layer": "barriers",
      filter: ["==", ["get", "kind"], "river"], layout: round,
      paint: { "line-color": token("--map-water"), "line-width": widening(12, 90) },
    },
    {
      id: "street-casing", type: "line", source: "streets", "source-layer": "streets",
      filter: ["!", ["in", ["get", "class"], ["literal", ["footpath", "steps"]]]],
      layout: round,
      paint: { "line-color": token("--map-street-casing"), "line-width": streetWidth(2) },
    },
    {
      id: "streets", type: "line", source: "streets", "source-layer": "streets",
      layout: round,
      paint: { "line-color": token("--map-street"), "line-width": streetWidth(0) },
    },
    {
      id: "rails", type: "line", source: "barriers", "source-layer": "barriers",
      filter: ["==", ["get", "kind"], "railway"],
      paint: {
        "line-color": token("--map-rail"), "line-width": widening(2, 5),
        "line-dasharray": [3, 2],
      },
    },
    {
      id: "walls", type: "line", source: "barriers", "source-layer": "barriers", minzoom: 15,
      filter: ["==", ["get", "kind"], "wall"],
      paint: { "line-color": token("--map-wall"), "line-width": widening(0.8, 2) },
    },
    {
      id: "buildings", type: "fill", source: "buildings", "source-layer": "buildings",
      paint: {
        "fill-color": token("--map-building"), "fill-outline-color": token("--map-building-edge"),
      },
    },
  ];
}

/**
 * The grids, louder than the ground, and the labels above all.
 * @returns {Layer[]}
 */
export function grids() {
  const text = { "text-color": token("--ink"), "text-halo-color": token("--map-halo") };
  const of = /** @type {const} */ ({ source: "grids", "source-layer": "grids" });
  /** @type {Expression} */
  const nobody = ["==", ["get", "grid_no"], -1];
  return [
    {
      id: "grid-fill", type: "fill", ...of,
      paint: { "fill-color": loadColour(), "fill-opacity": 0.35, "fill-antialias": false },
    },
    {
      id: "grid-hatch", type: "fill", ...of, filter: ["get", "over_cap"],
      paint: {
        "fill-pattern": ["case", ["<=", ["get", "load"], 1.2], "hatch-over", "hatch-far-over"],
      },
    },
    {
      id: "grid-hover", type: "fill", ...of, filter: nobody,
      paint: { "fill-color": token("--paper"), "fill-opacity": 0.28 },
    },
    {
      id: "grid-gap", type: "line", ...of, layout: { "line-join": "round" },
      paint: { "line-color": token("--map-halo"), "line-width": 1.5 },
    },
    {
      // Each grid's border lies inside it, so that both neighbours show theirs.
      id: "grid-border", type: "line", ...of, layout: { "line-join": "round" },
      paint: { "line-color": loadColour(), "line-width": 2, "line-offset": 1.5 },
    },
    {
      id: "community-border", type: "line", source: "communities", "source-layer": "communities",
      paint: {
        "line-color": token("--map-community"), "line-width": 1.5, "line-dasharray": [6, 2, 1, 2],
      },
    },
    {
      id: "grid-selected-halo", type: "line", ...of, filter: nobody,
      layout: { "line-join": "round" },
      paint: { "line-color": token("--map-halo"), "line-width": 7 },
    },
    {
      id: "grid-selected", type: "line", ...of, filter: nobody, layout: { "line-join": "round" },
      paint: { "line-color": token("--ink"), "line-width": 3 },
    },
    {
      id: "building-numbers", type: "symbol", source: "buildings", "source-layer": "buildings",
      minzoom: 16.5,
      layout: {
        "text-field": ["coalesce", ["get", "number"], ["get", "name"], ""],
        "text-font": faces("Regular"), "text-size": 11,
      },
      paint: { ...text, "text-color": token("--muted"), "text-halo-width": 1 },
    },
    {
      id: "street-names", type: "symbol", source: "streets", "source-layer": "streets",
      minzoom: 14, filter: ["has", "name"],
      layout: {
        "symbol-placement": "line", "text-field": ["get", "name"], "text-font": faces("Regular"),
        "text-size": 11, "symbol-spacing": 400,
      },
      paint: { ...text, "text-color": token("--muted"), "text-halo-width": 1.5 },
    },
    {
      id: "courtyard-names", type: "symbol", source: "courtyard-names", minzoom: 15.2,
      layout: {
        "text-field": ["get", "name"], "text-font": faces("Regular"), "text-size": 12, "text-max-width": 7,
      },
      paint: { ...text, "text-color": token("--muted"), "text-halo-width": 1.5 },
    },
    {
      id: "grid-labels", type: "symbol", source: "grid-labels",
      layout: {
        "text-field": [
          "format", ["get", "name"], { "font-scale": 1.08 }, "\n", {},
          ["get", "figures"], { "font-scale": 0.92 },
        ],
        "text-font": faces("Semibold"),
        "text-size": ["interpolate", ["linear"], ["zoom"], 13, 11, 16, 14],
        "text-line-height": 1.25,
        "text-max-width": 14,
        "text-padding": 1,
        "text-variable-anchor": ["center", "top", "bottom"],
        "symbol-sort-key": ["-", ["get", "load"]],
      },
      paint: { ...text, "text-halo-width": 1.6 },
    },
  ];
}
