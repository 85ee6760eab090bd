/** What is wrong with a drawing, worst first: every entry names grids or units to look at. */

import { NONE } from "./drawing.js";

/**
 * @typedef {object} Found
 * @property {"unassigned" | "over_cap" | "not_contiguous" | "courtyard_split" | "empty"} kind
 * @property {number | null} grid
 * @property {number[]} units to look at
 * @property {number} households above the cap, cut off, or in no grid
 * @property {number} [pieces]
 * @property {number} [courtyard]
 */

/**
 * Problems of a drawing under its rules. A single building above the cap is none: it cannot be
 * divided, so it is flagged in its grid.
 * @param {import("./drawing.js").Drawing} drawing
 * @returns {Found[]}
 */
export function problemsOf(drawing) {
  return [...unassigned(drawing), ...drawing.list().flatMap((grid) => ofGrid(drawing, grid)), ...split(drawing)];
}

/**
 * @param {import("./drawing.js").Drawing} drawing
 * @returns {Found[]}
 */
function unassigned(drawing) {
  const none = drawing.figures(NONE);
  if (none.units.size === 0) return [];
  return [{ kind: "unassigned", grid: NONE, units: [...none.units], households: none.households }];
}

/**
 * @param {import("./drawing.js").Drawing} drawing
 * @param {import("./drawing.js").Figures} grid
 * @returns {Found[]}
 */
function ofGrid(drawing, grid) {
  /** @type {Found[]} */
  const found = [];
  if (isOver(drawing, grid))
    found.push({ kind: "over_cap", grid: grid.no, units: [...grid.units], households: excessOf(drawing, grid) });
  const pieces = drawing.pieces(grid.no);
  if (pieces > 1) {
    const apart = drawing.parts(grid.no).slice(1);
    const households = apart.reduce((sum, piece) => sum + piece.households, 0);
    const units = apart.flatMap((piece) => piece.units);
    found.push({ kind: "not_contiguous", grid: grid.no, units, households, pieces });
  }
  return found;
}

/**
 * Whether a grid is above its cap and could give something away.
 * @param {import("./drawing.js").Drawing} drawing
 * @param {import("./drawing.js").Figures} grid
 */
export function isOver(drawing, grid) {
  const { caps, capacity } = drawing.town.rules;
  return Object.keys(caps).length > 0 && grid.load > capacity && grid.busy > 1;
}

/**
 * Households above the cap; exact where all of a grid's buildings have one cap.
 * @param {import("./drawing.js").Drawing} drawing
 * @param {import("./drawing.js").Figures} grid
 */
export function excessOf(drawing, grid) {
  const { capacity } = drawing.town.rules;
  return grid.load > capacity ? Math.ceil(grid.households * (1 - capacity / grid.load) - 1e-6) : 0;
}

/**
 * @param {import("./drawing.js").Drawing} drawing
 * @returns {Found[]}
 */
function split(drawing) {
  const { unitsOfPart, courtyard, households } = drawing.town;
  /** @type {Map<number, number[]>} */
  const units = new Map();
  for (const part of drawing.splitParts()) {
    const its = [...unitsOfPart.items.subarray(unitsOfPart.start[part], unitsOfPart.start[part + 1])];
    const whose = courtyard[its[0]];
    units.set(whose, [...(units.get(whose) ?? []), ...its]);
  }
  return [...units].map(([whose, its]) => ({
    kind: "courtyard_split",
    grid: null,
    units: its,
    households: its.reduce((sum, unit) => sum + households[unit], 0),
    courtyard: whose,
  }));
}

/**
 * Buildings above the cap by themselves, however many grids they lie in, the fullest first: no
 * fault of a plan, but what its planner may divide by stairwells.
 * @param {import("./town.js").Town} town
 * @returns {{building: string, units: number[], load: number, households: number}[]}
 */
export function buildingsOverCap(town) {
  const { rules, units, load, households } = town;
  if (Object.keys(rules.caps).length === 0) return [];
  /** @type {Map<string, {building: string, units: number[], load: number, households: number}>} */
  const found = new Map();
  for (let unit = 0; unit < town.count; unit += 1) {
    const code = units.building[unit];
    if (code === null) continue;
    const its = found.get(code) ?? { building: code, units: [], load: 0, households: 0 };
    its.units.push(unit);
    its.load += load[unit];
    its.households += households[unit];
    found.set(code, its);
  }
  return [...found.values()].filter((its) => its.load > rules.capacity).sort((a, b) => b.load - a.load);
}
