/** A plan as it is being drawn: which grid each unit is in, and what that adds up to. */

/** @typedef {import("./town.js").Town} Town */

export const NONE = -1;

/**
 * One grid with its figures; those of `NONE` are of the units in no grid.
 * @typedef {object} Figures
 * @property {number} no
 * @property {string} name
 * @property {string} kind
 * @property {boolean} locked
 * @property {string | null} code
 * @property {boolean} removed off the list
 * @property {Set<number>} units
 * @property {number} households
 * @property {number} estimated households that are an estimate
 * @property {number} load whole number
 * @property {number} busy units with a load
 * @property {number} buildings
 * @property {number} area_m2
 * @property {number} around_m length of its outline
 * @property {number} soft_m length of soft barriers inside it
 * @property {number} pieces connected parts; counted when asked for after a change
 */

/** @typedef {{no: number, name: string, kind: string, locked?: boolean, removed?: boolean, code?: string | null}} NewGrid */
/** @typedef {[number, string, any, any]} Change of a grid: its number, which aspect, was, is now */

export class Drawing {
  /**
   * @param {Town} town
   * @param {NewGrid[]} grids
   * @param {ArrayLike<number>} assignment
   */
  constructor(town, grids, assignment) {
    this.town = town;
    /** Grid of each unit. */
    this.grid = new Int32Array(town.count).fill(NONE);
    /** @type {Map<number, Figures>} */
    this.grids = new Map();
    /** Whether a border parts two grids. */
    this.parting = Uint8Array.from(town.right, (right) => Number(right === -1));
    /** Grids whose figures have changed since somebody asked. */
    this.touched = new Set();
    /** How many grids the units of each courtyard part lie in. */
    this.gridsOfPart = new Int32Array(town.unitsOfPart.start.length - 1);
    this.stale = new Set();
    this.addGrid({ no: NONE, name: "", kind: "none" });
    for (const grid of grids) this.addGrid(grid);
    this.#fill();
    for (let unit = 0; unit < town.count; unit += 1)
      if (assignment[unit] !== NONE) this.move(unit, assignment[unit]);
  }

  /** Everything begins in no grid. */
  #fill() {
    const { town } = this;
    const none = this.figures(NONE);
    for (let unit = 0; unit < town.count; unit += 1) {
      none.units.add(unit);
      this.#count(none, unit, 1);
    }
    none.buildings = town.unitsOfBuilding.start.length - 1;
    for (let b = 0; b < town.left.length; b += 1) {
      if (town.right[b] < 0) none.around_m += town.length_m[b];
      else if (town.soft[b]) none.soft_m += town.length_m[b];
    }
  }

  /** @param {NewGrid} grid */
  addGrid({ no, name, kind, locked = false, removed = false, code = null }) {
    if (this.grids.has(no)) return;
    this.grids.set(no, {
      ...{ no, name, kind, locked, code, removed, units: new Set(), households: 0, estimated: 0, load: 0 },
      ...{ busy: 0, buildings: 0, area_m2: 0, around_m: 0, soft_m: 0, pieces: 0 },
    });
    this.touched.add(no);
  }

  /** @param {number} no */
  figures(no) {
    const found = this.grids.get(no);
    if (!found) throw new RangeError(`no grid ${no}`);
    return found;
  }

  /**
   * Change what a grid is called, what kind it is, whether it is locked or removed.
   * @param {Change[]} changes
   */
  change(changes) {
    for (const [no, aspect, , is] of changes) {
      const grid = this.grids.get(no);
      if (!grid) continue;
      Object.assign(grid, { [aspect]: is });
      this.touched.add(no);
    }
  }

  /**
   * Whether a grid is on the list, as one must be that units join. What has units is, whatever was
   * said of it: a grid leaves the list empty.
   * @param {number} no
   */
  listed(no) {
    const grid = this.grids.get(no);
    return no !== NONE && grid !== undefined && (!grid.removed || grid.units.size > 0);
  }

  /** Grids without the unassigned and those removed, in the order of their numbers. */
  list() {
    return [...this.grids.values()].filter(({ no }) => this.listed(no)).sort((a, b) => a.no - b.no);
  }

  /** Grids that have units, their households, and how many of them are above the cap. */
  totals() {
    const { capacity } = this.town.rules;
    const sums = { grids: 0, households: 0, over: 0 };
    for (const { no, units, households, load } of this.grids.values()) {
      if (no === NONE || units.size === 0) continue;
      sums.grids += 1;
      sums.households += households;
      if (load > capacity) sums.over += 1;
    }
    return sums;
  }

  /**
   * Put a unit into a grid, or into none.
   * @param {number} unit
   * @param {number} to
   */
  move(unit, to) {
    const from = this.grid[unit];
    if (from === to) return;
    const [leaves, joins] = [this.figures(from), this.figures(to)];
    this.#buildings(unit, leaves, joins);
    leaves.units.delete(unit);
    joins.units.add(unit);
    this.#count(leaves, unit, -1);
    this.#count(joins, unit, 1);
    this.#borders(unit, leaves, joins);
    this.grid[unit] = to;
    this.#part(unit);
    for (const no of [from, to]) {
      this.touched.add(no);
      this.stale.add(no);
    }
  }

  /**
   * @param {Figures} figures
   * @param {number} unit
   * @param {1 | -1} sign
   */
  #count(figures, unit, sign) {
    const { households, estimated, load, area_m2 } = this.town;
    figures.households += sign * households[unit];
    if (estimated[unit]) figures.estimated += sign * households[unit];
    figures.load += sign * load[unit];
    if (load[unit] > 0) figures.busy += sign;
    figures.area_m2 += sign * area_m2[unit];
  }

  /**
   * A building of several stairwells counts in each grid that has one.
   * @param {number} unit
   * @param {Figures} leaves
   * @param {Figures} joins
   */
  #buildings(unit, leaves, joins) {
    const { building, unitsOfBuilding } = this.town;
    const its = building[unit];
    if (its < 0) return;
    let [left, right] = [0, 0];
    for (let k = unitsOfBuilding.start[its]; k < unitsOfBuilding.start[its + 1]; k += 1) {
      const grid = this.grid[unitsOfBuilding.items[k]];
      if (grid === leaves.no) left += 1;
      if (grid === joins.no) right += 1;
    }
    if (left === 1) leaves.buildings -= 1;
    if (right === 0) joins.buildings += 1;
  }

  /**
   * @param {number} unit
   * @param {Figures} leaves
   * @param {Figures} joins
   */
  #borders(unit, leaves, joins) {
    const { bordersOf, left, right, length_m, soft } = this.town;
    for (let k = bordersOf.start[unit]; k < bordersOf.start[unit + 1]; k += 1) {
      const border = bordersOf.items[k];
      const other = left[border] === unit ? right[border] : left[border];
      const beyond = other < 0 ? null : this.figures(this.grid[other]);
      const length = length_m[border];
      if (beyond === leaves) {
        // It lay inside and parts the two now.
        leaves.around_m += length;
        joins.around_m += length;
        if (soft[border]) leaves.soft_m -= length;
        this.parting[border] = 1;
      } else if (beyond === joins) {
        leaves.around_m -= length;
        joins.around_m -= length;
        if (soft[border]) joins.soft_m += length;
        this.parting[border] = 0;
      } else {
        leaves.around_m -= length;
        joins.around_m += length;
      }
    }
  }

  /** @param {number} unit */
  #part(unit) {
    const { part, unitsOfPart } = this.town;
    const its = part[unit];
    if (its < 0) return;
    const grids = new Set();
    for (let k = unitsOfPart.start[its]; k < unitsOfPart.start[its + 1]; k += 1) {
      const grid = this.grid[unitsOfPart.items[k]];
      if (grid !== NONE) grids.add(grid);
    }
    this.gridsOfPart[its] = grids.size;
  }

  /**
   * Connected parts of a grid, counted anew only after it has changed.
   * @param {number} no
   */
  pieces(no) {
    const figures = this.figures(no);
    if (this.stale.delete(no)) figures.pieces = piecesOf(this.town, this.grid, figures.units).length;
    return figures.pieces;
  }

  /**
   * Units of the connected parts of a grid, the one of most households first.
   * @param {number} no
   */
  parts(no) {
    return piecesOf(this.town, this.grid, this.figures(no).units);
  }

  /**
   * Courtyard parts that are to stay whole and do not.
   * @returns {number[]}
   */
  splitParts() {
    const split = [];
    for (let p = 0; p < this.gridsOfPart.length; p += 1) if (this.gridsOfPart[p] > 1) split.push(p);
    return split;
  }

  /** Load of a grid as a share of a full one. @param {number} no */
  share(no) {
    return this.figures(no).load / this.town.rules.capacity;
  }
}

/**
 * @param {Town} town
 * @param {Int32Array} grid of each unit
 * @param {Iterable<number>} units of one grid
 */
export function piecesOf(town, grid, units) {
  const { neighbours, households } = town;
  const seen = new Set();
  /** @type {{units: number[], households: number}[]} */
  const found = [];
  for (const seed of units) {
    if (seen.has(seed)) continue;
    seen.add(seed);
    const piece = [seed];
    // The list grows while it is walked: breadth first.
    for (const unit of piece)
      for (let k = neighbours.start[unit]; k < neighbours.start[unit + 1]; k += 1) {
        const other = neighbours.items[k];
        if (grid[other] !== grid[seed] || seen.has(other)) continue;
        seen.add(other);
        piece.push(other);
      }
    found.push({ units: piece, households: piece.reduce((sum, unit) => sum + households[unit], 0) });
  }
  return found.sort((a, b) => b.households - a.households || b.units.length - a.units.length);
}

/**
 * 4 pi times area over the square of the outline: 1 for a disc.
 * @param {Figures} figures
 */
export const compactness = ({ area_m2, around_m }) =>
  around_m > 0 ? (4 * Math.PI * area_m2) / around_m ** 2 : 0;

/**
 * Full grids in a load, rounded up: posts that it needs. None without a load.
 * @param {Figures} figures
 * @param {number} capacity
 */
export const postsNeeded = ({ load }, capacity) => Math.ceil(load / capacity);
