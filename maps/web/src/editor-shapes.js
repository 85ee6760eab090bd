/** What the planner's map draws of a plan, as GeoJSON: the outlines of grids and the places of their labels. */

import { NONE } from "./editor/drawing.js";

/** @typedef {import("./editor/town.js").Town} Town */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {[number, number]} Position */

/**
 * @param {Town} town
 * @param {number} border
 */
function lineOf(town, border) {
  const { lineStart, lineX, lineY } = town.cells;
  /** @type {Position[]} */
  const line = [];
  for (let p = lineStart[border]; p < lineStart[border + 1]; p += 1) line.push(position(town, lineX[p], lineY[p]));
  return line;
}

/**
 * @param {Town} town
 * @param {number} x
 * @param {number} y
 * @returns {Position}
 */
function position({ scale }, x, y) {
  return [scale.west + x * scale.step, scale.south + y * scale.step];
}

/**
 * Outline of units as one shape, chained from the borders around them.
 * @param {Town} town
 * @param {Set<number>} units
 * @returns {GeoJSON.MultiPolygon}
 */
export function outlineOf(town, units) {
  const { bordersOf, left, right } = town;
  /** @type {Map<string, Position[][]>} */
  const leaving = new Map();
  for (const unit of units)
    for (let k = bordersOf.start[unit]; k < bordersOf.start[unit + 1]; k += 1) {
      const border = bordersOf.items[k];
      const forward = left[border] === unit;
      const other = forward ? right[border] : left[border];
      if (other >= 0 && units.has(other)) continue;
      const line = forward ? lineOf(town, border) : lineOf(town, border).reverse();
      const key = line[0].join();
      leaving.set(key, [...(leaving.get(key) ?? []), line]);
    }
  return { type: "MultiPolygon", coordinates: nested(chained(leaving)) };
}

/** @param {Map<string, Position[][]>} leaving */
function chained(leaving) {
  /** @type {Position[][]} */
  const rings = [];
  for (const waiting of leaving.values())
    while (waiting.length) {
      const ring = [.../** @type {Position[]} */ (waiting.pop())];
      while (ring[0].join() !== ring[ring.length - 1].join()) {
        const next = leaving.get(ring[ring.length - 1].join())?.pop();
        if (!next) break;
        ring.push(...next.slice(1));
      }
      rings.push(ring);
    }
  return rings;
}

/**
 * Rings as polygons: each hole goes to the smallest outer ring around it.
 * @param {Position[][]} rings
 */
function nested(rings) {
  const sized = rings.map((ring) => ({ ring, area: ringArea(ring) }));
  const outers = sized.filter(({ area: a }) => a > 0).sort((a, b) => a.area - b.area);
  const polygons = outers.map(({ ring }) => [ring]);
  for (const { ring } of sized.filter(({ area: a }) => a < 0)) {
    const around = outers.findIndex((outer) => contains(outer.ring, middle(ring)));
    polygons[Math.max(around, 0)]?.push(ring);
  }
  return polygons;
}

/** @param {Position[]} ring */
function ringArea(ring) {
  let twice = 0;
  for (let p = 1; p < ring.length; p += 1) twice += (ring[p - 1][0] - ring[0][0]) * (ring[p][1] - ring[0][1]) - (ring[p][0] - ring[0][0]) * (ring[p - 1][1] - ring[0][1]);
  return twice / 2;
}

/** @param {Position[]} ring */
const middle = (ring) => /** @type {Position} */ ([(ring[0][0] + ring[1][0]) / 2, (ring[0][1] + ring[1][1]) / 2]);

/**
 * @param {Position[]} ring
 * @param {Position} at
 */
function contains(ring, [x, y]) {
  let inside = false;
  for (let p = 1; p < ring.length; p += 1) {
    const [[ax, ay], [bx, by]] = [ring[p - 1], ring[p]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/**
 * A place for the label of a grid: of the unit that is nearest to the middle of its largest part.
 * @param {Drawing} drawing
 * @param {number} grid
 * @returns {Position | null}
 */
export function labelPlace(drawing, grid) {
  const { x, y, area_m2, scale } = drawing.town;
  const [largest] = drawing.parts(grid);
  if (!largest || grid === NONE) return null;
  let [sumX, sumY, sum] = [0, 0, 0];
  for (const unit of largest.units) {
    sumX += x[unit] * area_m2[unit];
    sumY += y[unit] * area_m2[unit];
    sum += area_m2[unit];
  }
  const off = (/** @type {number} */ unit) => Math.hypot(x[unit] - sumX / sum, y[unit] - sumY / sum);
  const nearest = largest.units.reduce((a, b) => (off(a) > off(b) ? b : a));
  return [scale.lon(x[nearest]), scale.lat(y[nearest])];
}
