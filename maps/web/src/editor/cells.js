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
  const ends = pieces(count, left, right, lineStart, lineX, lineY);
  const ring = new Int32Array(count + 1);
  const start = [0];
  /** @type {number[]} */
  const stepX = [];
  /** @type {number[]} */
  const stepY = [];
  for (let unit = 0; unit < count; unit += 1) {
    for (const chain of rings(ends[unit])) {
      for (const { border, forward } of chain)
        append(border, forward, lineStart, lineX, lineY, stepX, stepY);
      start.push(stepX.length);
    }
    ring[unit + 1] = start.length - 1;
  }
  const cells = {
    ring,
    start: Int32Array.from(start),
    stepX: Int32Array.from(stepX),
    stepY: Int32Array.from(stepY),
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

/** @typedef {{border: number, forward: boolean, from: number, to: number}} Piece */

/**
 * The borders around each unit, each in the direction that has the unit on its left.
 * @param {number} count
 * @param {Int32Array} left
 * @param {Int32Array} right
 * @param {Int32Array} lineStart
 * @param {Int32Array} x
 * @param {Int32Array} y
 */
function pieces(count, left, right, lineStart, x, y) {
  const corner = (/** @type {number} */ point) => x[point] * 2 ** 26 + y[point];
  /** @type {Piece[][]} */
  const around = Array.from({ length: count }, () => []);
  for (let border = 0; border < left.length; border += 1) {
    const first = corner(lineStart[border]);
    const last = corner(lineStart[border + 1] - 1);
    around[left[border]].push({ border, forward: true, from: first, to: last });
    if (right[border] >= 0)
      around[right[border]].push({ border, forward: false, from: last, to: first });
  }
  return around;
}

/**
 * Chains of pieces that close.
 * @param {Piece[]} around
 */
function rings(around) {
  /** @type {Map<number, Piece[]>} */
  const leaving = new Map();
  for (const piece of around) {
    const there = leaving.get(piece.from);
    if (there) there.push(piece);
    else leaving.set(piece.from, [piece]);
  }
  const chains = [];
  for (const seed of around) {
    if (!leaving.get(seed.from)?.includes(seed)) continue;
    const chain = [];
    let next = /** @type {Piece | undefined} */ (seed);
    for (let at = seed.from; next; at = next.to, next = leaving.get(at)?.[0]) {
      const waiting = /** @type {Piece[]} */ (leaving.get(at));
      waiting.splice(waiting.indexOf(next), 1);
      chain.push(next);
      if (next.to === seed.from) break;
    }
    chains.push(chain);
  }
  return chains;
}

/**
 * @param {number} border
 * @param {boolean} forward
 * @param {Int32Array} lineStart
 * @param {Int32Array} lineX
 * @param {Int32Array} lineY
 * @param {number[]} x
 * @param {number[]} y
 */
function append(border, forward, lineStart, lineX, lineY, x, y) {
  const first = lineStart[border];
  const last = lineStart[border + 1] - 1;
  // The last point of a piece is the first of the next.
  if (forward)
    for (let p = first; p < last; p += 1) {
      x.push(lineX[p]);
      y.push(lineY[p]);
    }
  else
    for (let p = last; p > first; p -= 1) {
      x.push(lineX[p]);
      y.push(lineY[p]);
    }
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
