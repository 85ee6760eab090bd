/** The cells of units, put together from their borders: each line is stored and sent once. */

/**
 * Rings of all units. Ring `r` has the points `start[r]` to `start[r + 1]`, the last of which is
 * not the first again; the rings of unit `u` are `ring[u]` to `ring[u + 1]`.
 * @typedef {object} Cells
 * @property {Int32Array} ring
 * @property {Int32Array} start
 * @property {Int32Array} stepX whole steps east of the corner
 * @property {Int32Array} stepY
 * @property {Float64Array} x metres east of the corner
 * @property {Float64Array} y
 * @property {Float64Array} area_m2 of each unit
 * @property {Int32Array} lineStart points of border `b`: `lineStart[b]` to `lineStart[b + 1]`
 * @property {Int32Array} lineX
 * @property {Int32Array} lineY
 */

/**
 * @param {number} count of units
 * @param {Int32Array} left
 * @param {Int32Array} right
 * @param {{points: number[], dx: number[], dy: number[]}} lines
 * @param {number} inX metres of a step east
 * @param {number} inY
 * @returns {Cells}
 */
export function cellsOf(count, left, right, lines, inX, inY) {
  const lineX = summed(lines.dx);
  const lineY = summed(lines.dy);
  const lineStart = new Int32Array(lines.points.length + 1);
  lines.points.forEach((points, b) => (lineStart[b + 1] = lineStart[b] + points));
  const around = piecesOfUnits(count, left, right);
  const corners = cornersOf(lineStart, lineX, lineY);
  const points = around.items.reduce((sum, border) => sum + lines.points[border] - 1, 0);
  const [stepX, stepY] = [new Int32Array(points), new Int32Array(points)];
  const ring = new Int32Array(count + 1);
  const start = [0];
  let end = 0;
  for (let unit = 0; unit < count; unit += 1) {
    for (const chain of rings(unit, around, left, corners)) {
      for (const border of chain) end = append(border, left[border] === unit, lineStart, lineX, lineY, stepX, stepY, end);
      start.push(end);
    }
    ring[unit + 1] = start.length - 1;
  }
  const cells = {
    ring,
    start: Int32Array.from(start),
    stepX,
    stepY,
    x: Float64Array.from(stepX, (x) => x * inX),
    y: Float64Array.from(stepY, (y) => y * inY),
    lineStart,
    lineX,
    lineY,
  };
  return { ...cells, area_m2: areas(count, cells) };
}

/** @param {number[]} steps */
function summed(steps) {
  let at = 0;
  return Int32Array.from(steps, (step) => (at += step));
}

/**
 * Numbers of the places where borders begin and end, two each; the same place has the same one.
 * @param {Int32Array} lineStart
 * @param {Int32Array} x
 * @param {Int32Array} y
 */
function cornersOf(lineStart, x, y) {
  const corners = new Float64Array(2 * (lineStart.length - 1));
  for (let border = 0; border + 1 < lineStart.length; border += 1)
    for (const [end, point] of [[0, lineStart[border]], [1, lineStart[border + 1] - 1]]) corners[2 * border + end] = x[point] * 2 ** 26 + y[point];
  return corners;
}

/**
 * The borders around each unit.
 * @param {number} count
 * @param {Int32Array} left
 * @param {Int32Array} right
 */
function piecesOfUnits(count, left, right) {
  const start = new Int32Array(count + 1);
  const each = (/** @type {(unit: number, border: number) => void} */ tell) => {
    for (let border = 0; border < left.length; border += 1) {
      tell(left[border], border);
      if (right[border] >= 0) tell(right[border], border);
    }
  };
  each((unit) => (start[unit + 1] += 1));
  for (let unit = 0; unit < count; unit += 1) start[unit + 1] += start[unit];
  const items = new Int32Array(start[count]);
  const next = start.slice(0, count);
  each((unit, border) => (items[next[unit]++] = border));
  return { start, items };
}

/**
 * Chains of the borders around a unit that close, the unit on their left.
 * @param {number} unit
 * @param {{start: Int32Array, items: Int32Array}} around
 * @param {Int32Array} left
 * @param {Float64Array} corners
 */
function rings(unit, around, left, corners) {
  // A unit has few borders: looking through what is left of them is faster than any index.
  const waiting = Array.from(around.items.subarray(around.start[unit], around.start[unit + 1]));
  const ends = (/** @type {number} */ border, /** @type {number} */ last) => corners[2 * border + (left[border] === unit ? last : 1 - last)];
  const chains = [];
  for (let border = waiting.shift(); border !== undefined; border = waiting.shift()) {
    const chain = [border];
    const goal = ends(border, 0);
    for (let at = ends(border, 1); at !== goal; at = ends(chain[chain.length - 1], 1)) {
      const next = waiting.findIndex((other) => ends(other, 0) === at);
      if (next < 0) break;
      chain.push(...waiting.splice(next, 1));
    }
    chains.push(chain);
  }
  return chains;
}

/**
 * Write the points of a border down; the last is the first of the next.
 * @param {number} border
 * @param {boolean} forward
 * @param {Int32Array} lineStart
 * @param {Int32Array} lineX
 * @param {Int32Array} lineY
 * @param {Int32Array} x
 * @param {Int32Array} y
 * @param {number} end of what is written
 * @returns {number} and of what is written then
 */
function append(border, forward, lineStart, lineX, lineY, x, y, end) {
  const points = lineStart[border + 1] - lineStart[border] - 1;
  const first = forward ? lineStart[border] : lineStart[border + 1] - 1;
  for (let k = 0; k < points; k += 1) {
    x[end + k] = lineX[forward ? first + k : first - k];
    y[end + k] = lineY[forward ? first + k : first - k];
  }
  return end + points;
}

/**
 * @param {number} count
 * @param {Omit<Cells, "area_m2">} cells
 */
function areas(count, { ring, start, x, y }) {
  const area = new Float64Array(count);
  for (let unit = 0; unit < count; unit += 1)
    for (let r = ring[unit]; r < ring[unit + 1]; r += 1) area[unit] += signed(start[r], start[r + 1], x, y);
  return area;
}

/**
 * Area of a ring: positive where it runs against the clock, as the outer one does.
 * @param {number} first
 * @param {number} end
 * @param {Float64Array} x
 * @param {Float64Array} y
 */
export function signed(first, end, x, y) {
  let twice = 0;
  for (let p = first, before = end - 1; p < end; before = p, p += 1)
    twice += x[before] * y[p] - x[p] * y[before];
  return twice / 2;
}
