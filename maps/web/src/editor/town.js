/** The ground of a plan as typed arrays: units, borders, who touches whom. Nothing here changes. */

import { cellsOf } from "./cells.js";

/**
 * The document of GET /api/v1/plans/ID/editor.
 * @typedef {object} EditorDocument
 * @property {{id: number, name: string, state: string, revision: number, tier: string,
 *   community_code: string, community_name: string | null, based_on: number | null, ground: number,
 *   me: string, may_draw: boolean, may_recall: boolean, may_fork: boolean, may_approve: boolean}} plan
 * @property {{name: string, caps: Record<string, number>, capacity: number, fill: number,
 *   keep_courtyards: boolean, hard_barriers: string[], soft_barriers: string[],
 *   households_kind: string, grid_kind: string}} rules
 * @property {{west: number, south: number, step: number}} scale
 * @property {{unit_id: string[], kind: string[], households: number[], estimated: number[],
 *   load: number[], building: (string | null)[], name: (string | null)[], courtyard: number[],
 *   x: number[], y: number[], elders: (number | null)[] | null}} units
 * @property {{code: string[], name: (string | null)[], kind: string[]}} courtyards
 * @property {{left: number[], right: number[], length_cm: number[], along: string[],
 *   runs_along: number[], passage: number[], points: number[], dx: number[], dy: number[]}} borders
 * @property {{a: number[], b: number[]}} touching
 * @property {{no: number[], name: string[], kind: string[], locked: boolean[], removed: boolean[],
 *   code: (string | null)[]}} grids
 * @property {number[]} assignment
 * @property {Record<string, any> | null} certificate
 */

/**
 * Lists of numbers behind one another: those of `i` stand from `start[i]` to `start[i + 1]`.
 * @typedef {object} Lists
 * @property {Int32Array} start
 * @property {Int32Array} items
 */

/**
 * @typedef {object} Town
 * @property {number} count units
 * @property {EditorDocument["rules"]} rules
 * @property {EditorDocument["units"]} units
 * @property {EditorDocument["courtyards"]} courtyards
 * @property {Int32Array} households
 * @property {Float64Array} load whole numbers; `rules.capacity` is a full grid
 * @property {Uint8Array} estimated
 * @property {Int32Array} courtyard place in `courtyards`, -1: none
 * @property {Int32Array} building number of the unit's building, -1: none
 * @property {Float64Array} x place of each unit in metres east of the corner
 * @property {Float64Array} y and north of it
 * @property {Float64Array} area_m2
 * @property {Int32Array} left unit on the left of each border
 * @property {Int32Array} right -1: outside
 * @property {Float64Array} length_m
 * @property {Uint8Array} soft whether a border runs along what grids should not cross
 * @property {Lists} bordersOf
 * @property {Lists} neighbours units that touch
 * @property {Lists} unitsOfBuilding
 * @property {Lists} unitsOfCourtyard
 * @property {Int32Array} part connected part of the courtyard that must stay whole; -1: none
 * @property {Lists} unitsOfPart
 * @property {import("./cells.js").Cells} cells
 * @property {Scale} scale
 */

/**
 * Degrees to metres from the south-western corner and back; true enough for one community.
 */
export class Scale {
  /** @param {{west: number, south: number, step: number}} told */
  constructor({ west, south, step }) {
    this.west = west;
    this.south = south;
    this.step = step;
    const latitude = (south * Math.PI) / 180;
    this.perLon = 111_412.84 * Math.cos(latitude) - 93.5 * Math.cos(3 * latitude);
    this.perLat = 111_132.92 - 559.82 * Math.cos(2 * latitude);
  }

  /** @param {number} lon */
  x(lon) {
    return (lon - this.west) * this.perLon;
  }

  /** @param {number} lat */
  y(lat) {
    return (lat - this.south) * this.perLat;
  }

  /** @param {number} x */
  lon(x) {
    return this.west + x / this.perLon;
  }

  /** @param {number} y */
  lat(y) {
    return this.south + y / this.perLat;
  }
}

/**
 * @param {EditorDocument} doc
 * @returns {Town}
 */
export function readTown(doc) {
  const { units, borders, rules } = doc;
  const count = units.unit_id.length;
  const scale = new Scale(doc.scale);
  const inX = scale.perLon * scale.step;
  const inY = scale.perLat * scale.step;
  const left = Int32Array.from(borders.left);
  const right = Int32Array.from(borders.right);
  const estimated = new Uint8Array(count);
  for (const unit of units.estimated) estimated[unit] = 1;
  const isSoft = borders.along.map((kind) => (rules.soft_barriers.includes(kind) ? 1 : 0));
  const building = numbered(units.building);
  const courtyard = Int32Array.from(units.courtyard);
  const cells = cellsOf(count, left, right, borders, inX, inY);
  const neighbours = bothWays(count, doc.touching.a, doc.touching.b);
  const load = Float64Array.from(units.load);
  const part = partsToKeep(doc, load, neighbours);
  return {
    count,
    rules,
    units,
    courtyards: doc.courtyards,
    households: Int32Array.from(units.households),
    load,
    estimated,
    courtyard,
    building,
    x: Float64Array.from(units.x, (x) => x * inX),
    y: Float64Array.from(units.y, (y) => y * inY),
    area_m2: cells.area_m2,
    left,
    right,
    length_m: Float64Array.from(borders.length_cm, (cm) => cm / 100),
    soft: Uint8Array.from(borders.runs_along, (kind) => isSoft[kind]),
    bordersOf: bothSides(count, left, right),
    neighbours,
    unitsOfBuilding: grouped(building),
    unitsOfCourtyard: grouped(courtyard),
    part,
    unitsOfPart: grouped(part),
    cells,
    scale,
  };
}

/**
 * Numbers for equal texts, in the order in which they first come; -1 for null.
 * @param {(string | null)[]} names
 */
function numbered(names) {
  /** @type {Map<string, number>} */
  const known = new Map();
  return Int32Array.from(names, (name) => {
    if (name === null) return -1;
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  });
}

/**
 * Members of each group; those of group -1 are in none.
 * @param {Int32Array} group
 * @returns {Lists}
 */
export function grouped(group) {
  const groups = group.reduce((most, g) => Math.max(most, g), -1) + 1;
  return lists(groups, group, Int32Array.from(group, (_, member) => member));
}

/**
 * @param {number} count
 * @param {Int32Array} left
 * @param {Int32Array} right
 */
function bothSides(count, left, right) {
  const border = Int32Array.from(left, (_, b) => b);
  return lists(count, concatenated(left, right), concatenated(border, border));
}

/**
 * @param {number} count
 * @param {number[]} a
 * @param {number[]} b
 */
function bothWays(count, a, b) {
  return lists(count, Int32Array.from([...a, ...b]), Int32Array.from([...b, ...a]));
}

/**
 * @param {Int32Array} a
 * @param {Int32Array} b
 */
function concatenated(a, b) {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * @param {number} count of owners
 * @param {Int32Array} owner of each item; -1: nobody
 * @param {Int32Array} item
 * @returns {Lists}
 */
export function lists(count, owner, item) {
  const start = new Int32Array(count + 1);
  for (const o of owner) if (o >= 0) start[o + 1] += 1;
  for (let o = 0; o < count; o += 1) start[o + 1] += start[o];
  const items = new Int32Array(start[count]);
  const next = start.slice(0, count);
  for (let k = 0; k < owner.length; k += 1) if (owner[k] >= 0) items[next[owner[k]]++] = item[k];
  return { start, items };
}

/**
 * Connected parts of courtyards that fit one grid and so are to stay in one: a river may part
 * a courtyard, and then each part is by itself.
 * @param {EditorDocument} doc
 * @param {Float64Array} load
 * @param {Lists} neighbours
 */
function partsToKeep(doc, load, neighbours) {
  const courtyard = doc.units.courtyard;
  const part = new Int32Array(courtyard.length).fill(-1);
  if (!doc.rules.keep_courtyards) return part;
  const total = new Float64Array(doc.courtyards.code.length);
  courtyard.forEach((c, unit) => c >= 0 && (total[c] += load[unit]));
  let parts = 0;
  for (let seed = 0; seed < courtyard.length; seed += 1) {
    if (part[seed] >= 0 || courtyard[seed] < 0 || total[courtyard[seed]] > doc.rules.capacity) continue;
    const stack = [seed];
    part[seed] = parts;
    for (let unit = stack.pop(); unit !== undefined; unit = stack.pop())
      for (let k = neighbours.start[unit]; k < neighbours.start[unit + 1]; k += 1) {
        const other = neighbours.items[k];
        if (part[other] >= 0 || courtyard[other] !== courtyard[seed]) continue;
        part[other] = parts;
        stack.push(other);
      }
    parts += 1;
  }
  return part;
}
