/** One stroke of a tool: what it takes, what it must leave alone, and how it is taken back. */

import { NONE } from "./drawing.js";
import { turn } from "./places.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./places.js").Place} Place */
/** @typedef {[number, number | null, number | null]} Move unit, grid it leaves, grid it joins */

/**
 * What a stroke keeps to.
 * @typedef {object} Bounds
 * @property {boolean} [whole] take the whole courtyard of each unit
 * @property {boolean} [unassigned] take only what is in no grid
 * @property {number | null} [courtyard] take only units of this courtyard
 * @property {number | null} [grid] take only units of this grid
 */

export class Stroke {
  /**
   * @param {Drawing} drawing
   * @param {number} target grid that the units join; NONE takes them out of theirs
   * @param {Bounds} [bounds]
   */
  constructor(drawing, target, bounds = {}) {
    this.drawing = drawing;
    this.target = target;
    this.bounds = bounds;
    /** Grid that each unit taken was in. @type {Map<number, number>} */
    this.from = new Map();
    /** Units that lie in a locked grid and were left there. */
    this.locked = new Set();
    this.households = 0;
    this.buildings = new Set();
    /** Share of the target before the stroke. */
    this.before = target === NONE ? 0 : drawing.share(target);
  }

  /**
   * Take units; returns those that moved.
   * @param {Iterable<number>} units
   */
  take(units) {
    /** @type {number[]} */
    const moved = [];
    if (this.target !== NONE && this.drawing.figures(this.target).locked) return moved;
    for (const hit of units)
      for (const unit of this.bounds.whole ? this.#courtyardOf(hit) : [hit]) if (this.#take(unit)) moved.push(unit);
    return moved;
  }

  /** @param {number} unit */
  #take(unit) {
    const { drawing, target, bounds } = this;
    const grid = drawing.grid[unit];
    if (grid === target || this.from.has(unit)) return false;
    if (bounds.unassigned && grid !== NONE) return false;
    if (bounds.courtyard != null && drawing.town.courtyard[unit] !== bounds.courtyard) return false;
    if (bounds.grid != null && grid !== bounds.grid) return false;
    if (grid !== NONE && drawing.figures(grid).locked) {
      this.locked.add(unit);
      return false;
    }
    this.from.set(unit, grid);
    this.households += drawing.town.households[unit];
    if (drawing.town.building[unit] >= 0) this.buildings.add(drawing.town.building[unit]);
    drawing.move(unit, target);
    return true;
  }

  /** @param {number} unit */
  #courtyardOf(unit) {
    const { courtyard, unitsOfCourtyard } = this.drawing.town;
    const its = courtyard[unit];
    if (its < 0) return [unit];
    return unitsOfCourtyard.items.subarray(unitsOfCourtyard.start[its], unitsOfCourtyard.start[its + 1]);
  }

  /** Take it back; returns the units. */
  cancel() {
    const units = [...this.from.keys()];
    for (const [unit, grid] of this.from) this.drawing.move(unit, grid);
    this.from.clear();
    return units;
  }

  /**
   * The moves of the stroke.
   * @returns {Move[]}
   */
  moves() {
    return [...this.from].map(([unit, from]) => [unit, named(from), named(this.target)]);
  }
}

/**
 * Do moves that hold; returns the units that moved.
 * @param {Drawing} drawing
 * @param {Move[]} moves
 */
export function apply(drawing, moves) {
  const moved = [];
  for (const [unit, from, to] of moves) {
    if (drawing.grid[unit] !== (from ?? NONE) || !drawing.grids.has(to ?? NONE)) continue;
    drawing.move(unit, to ?? NONE);
    moved.push(unit);
  }
  return moved;
}

/**
 * The moves that take moves back.
 * @param {Move[]} moves
 * @returns {Move[]}
 */
export const inverse = (moves) => moves.map(([unit, from, to]) => [unit, to, from]);

/**
 * @param {import("./drawing.js").Change[]} changes
 * @returns {import("./drawing.js").Change[]}
 */
export const changedBack = (changes) => changes.map(([no, aspect, was, is]) => [no, aspect, is, was]);

/** @param {number} grid */
const named = (grid) => (grid === NONE ? null : grid);

/**
 * Units of a grid on the right of a line drawn by hand, which goes on straight at both ends.
 * A unit is where its own place is: on the side of the stretch nearest to it.
 * @param {Drawing} drawing
 * @param {number} grid
 * @param {Place[]} line
 */
export function rightOf(drawing, grid, line) {
  const { x, y } = drawing.town;
  const path = simplified(line);
  if (path.length < 2) return [];
  return [...drawing.figures(grid).units].filter((unit) => !onLeft(path, [x[unit], y[unit]]));
}

/**
 * The line without places that say nothing: a hand shakes.
 * @param {Place[]} line
 */
function simplified(line) {
  /** @type {Place[]} */
  const kept = [];
  for (const place of line) {
    const last = kept.at(-1);
    if (!last || Math.hypot(place[0] - last[0], place[1] - last[1]) > 2) kept.push(place);
  }
  return kept;
}

/**
 * @param {Place[]} path
 * @param {Place} place
 */
function onLeft(path, place) {
  let [nearest, least] = [0, Infinity];
  for (let k = 0; k + 1 < path.length; k += 1) {
    const distance = away(place, path[k], path[k + 1], k === 0, k + 2 === path.length);
    if (distance < least) [nearest, least] = [k, distance];
  }
  const [a, b, c] = [path[nearest], path[nearest + 1], path[nearest + 2]];
  const left = turn(a, b, place) > 0;
  if (!c) return left;
  // At a bend the two stretches may disagree: inside a left bend both must have it on the left.
  const following = turn(b, c, place) > 0;
  if (left === following || away(place, b, c, false, nearest + 3 === path.length) > least + 1e-9) return left;
  return turn(a, b, c) > 0 ? left && following : left || following;
}

/**
 * Square of the distance from a stretch, which may go on at either end.
 * @param {Place} place
 * @param {Place} a
 * @param {Place} b
 * @param {boolean} before
 * @param {boolean} after
 */
function away(place, a, b, before, after) {
  const [along, up] = [b[0] - a[0], b[1] - a[1]];
  let share = ((place[0] - a[0]) * along + (place[1] - a[1]) * up) / (along * along + up * up);
  if (!before) share = Math.max(share, 0);
  if (!after) share = Math.min(share, 1);
  return (place[0] - a[0] - share * along) ** 2 + (place[1] - a[1] - share * up) ** 2;
}
