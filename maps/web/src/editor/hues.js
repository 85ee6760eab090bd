/** Hues for grids so that neighbours differ, and so that a grid keeps its hue while it is drawn. */

import { NONE } from "./drawing.js";

export const HUES = 8;

export class Hues {
  constructor() {
    /** @type {Map<number, number>} */
    this.hue = new Map([[NONE, 0]]);
  }

  /**
   * Hue of a grid, from 1 to 8; 0 for what is in none. A new grid gets the hue that is used least
   * among those its neighbours leave.
   * @param {import("./drawing.js").Drawing} drawing
   * @param {number} grid
   */
  of(drawing, grid) {
    const known = this.hue.get(grid);
    if (known !== undefined) return known;
    const used = new Array(HUES + 1).fill(0);
    for (const [no, hue] of this.hue) if (no !== NONE) used[hue] += 1;
    const near = new Set([...neighboursOf(drawing, grid)].map((no) => this.hue.get(no)));
    const all = Array.from({ length: HUES }, (_, k) => k + 1);
    const free = all.filter((hue) => !near.has(hue));
    const hue = (free.length ? free : all).reduce((a, b) => (used[a] > used[b] ? b : a));
    this.hue.set(grid, hue);
    return hue;
  }
}

/**
 * Grids beside a grid.
 * @param {import("./drawing.js").Drawing} drawing
 * @param {number} no
 */
export function neighboursOf(drawing, no) {
  const { bordersOf, left, right } = drawing.town;
  /** @type {Set<number>} */
  const near = new Set();
  for (const unit of drawing.figures(no).units)
    for (let k = bordersOf.start[unit]; k < bordersOf.start[unit + 1]; k += 1) {
      const border = bordersOf.items[k];
      if (!drawing.parting[border] || right[border] < 0) continue;
      const other = left[border] === unit ? right[border] : left[border];
      near.add(drawing.grid[other]);
    }
  near.delete(NONE);
  return near;
}
