/** Where the cells and borders of a town lie for the graphics card, in single precision. */

import earcut from "earcut";
import { signed } from "./cells.js";

// A whole world is 2^25 of these: a little more than a metre, so that 24 bits hold millimetres.
const PER_WORLD = 2 ** 25;

/**
 * Corner of a town on the map's square of the world, and its points from there in steps.
 * @typedef {object} GroundPlaces
 * @property {[number, number]} corner
 * @property {number} step
 * @property {Float32Array} rings x and y of each point of the cells' rings
 * @property {Float32Array} lines and of the borders' lines
 */

/**
 * @param {import("./town.js").Town} town
 * @returns {GroundPlaces}
 */
export function groundPlaces({ cells, scale }) {
  const east = (/** @type {number} */ lon) => (lon + 180) / 360;
  const corner = /** @type {[number, number]} */ ([east(scale.west), south(scale.south)]);
  const placed = (/** @type {Int32Array} */ xs, /** @type {Int32Array} */ ys) => {
    const places = new Float32Array(2 * xs.length);
    for (let p = 0; p < xs.length; p += 1) {
      places[2 * p] = ((xs[p] * scale.step) / 360) * PER_WORLD;
      places[2 * p + 1] = (south(scale.south + ys[p] * scale.step) - corner[1]) * PER_WORLD;
    }
    return places;
  };
  return { corner, step: 1 / PER_WORLD, rings: placed(cells.stepX, cells.stepY), lines: placed(cells.lineX, cells.lineY) };
}

/**
 * Web Mercator: 0 at the northern edge of the map, 1 at the southern.
 * @param {number} lat
 */
function south(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/**
 * Cells cut into triangles: those of unit `u` have the corners `start[u]` to `start[u + 1]`.
 * @param {import("./town.js").Town} town
 * @param {Float32Array} rings
 * @returns {import("./town.js").Lists}
 */
export function triangles({ count, cells }, rings) {
  const { ring, start: first } = cells;
  const start = new Int32Array(count + 1);
  /** @type {number[]} */
  const corners = [];
  for (let unit = 0; unit < count; unit += 1) {
    const from = first[ring[unit]];
    if (ring[unit + 1] - ring[unit] < 2)
      for (const corner of earcut(rings.subarray(2 * from, 2 * first[ring[unit + 1]]))) corners.push(from + corner);
    else addHoled(cells, unit, rings, corners);
    start[unit + 1] = corners.length;
  }
  return { start, items: Int32Array.from(corners) };
}

/**
 * @param {import("./cells.js").Cells} cells
 * @param {number} unit
 * @param {Float32Array} rings
 * @param {number[]} corners to which those of the unit are added
 */
function addHoled({ ring, start, x, y }, unit, rings, corners) {
  const its = Array.from({ length: ring[unit + 1] - ring[unit] }, (_, k) => ring[unit] + k);
  // The outer ring is the one that runs against the clock, and is to come first.
  its.sort((a, b) => signed(start[b], start[b + 1], x, y) - signed(start[a], start[a + 1], x, y));
  const points = its.flatMap((r) => Array.from({ length: start[r + 1] - start[r] }, (_, k) => start[r] + k));
  const holes = [];
  for (let [k, before] = [0, 0]; k + 1 < its.length; k += 1) holes.push((before += start[its[k] + 1] - start[its[k]]));
  const places = Float32Array.from(points.flatMap((p) => [rings[2 * p], rings[2 * p + 1]]));
  for (const corner of earcut(places, holes)) corners.push(points[corner]);
}
