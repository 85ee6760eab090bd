/** Which units lie at a place, under a brush, in a shape: asked of the units' own shapes. */

/** @typedef {import("./town.js").Town} Town */
/** @typedef {[number, number]} Place x and y in metres from the corner */

/** Units by the squares of a net that their cells lie in. */
export class Places {
  /** @param {Town} town */
  constructor(town) {
    this.town = town;
    const boxes = boxesOf(town);
    this.boxes = boxes;
    const extent = extentOf(boxes);
    // About one unit a square.
    const span = Math.max((extent.east - extent.west) * (extent.north - extent.south), 1);
    this.side = Math.max(Math.sqrt(span / Math.max(town.count, 1)), 1);
    this.west = extent.west;
    this.south = extent.south;
    this.columns = Math.floor((extent.east - extent.west) / this.side) + 1;
    this.rows = Math.floor((extent.north - extent.south) / this.side) + 1;
    /** @type {number[][]} */
    this.squares = Array.from({ length: this.columns * this.rows }, () => []);
    for (let unit = 0; unit < town.count; unit += 1)
      this.#each(boxes[4 * unit], boxes[4 * unit + 1], boxes[4 * unit + 2], boxes[4 * unit + 3], (square) =>
        square.push(unit),
      );
    this.seen = new Int32Array(town.count);
    this.asked = 0;
  }

  /**
   * Unit at a place; -1 outside.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    const column = Math.floor((x - this.west) / this.side);
    const row = Math.floor((y - this.south) / this.side);
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return -1;
    for (const unit of this.squares[row * this.columns + column]) if (this.covers(unit, x, y)) return unit;
    return -1;
  }

  /**
   * Units that a brush takes on its way between two places: those whose cell its middle
   * crosses, and those whose own place lies under it.
   * @param {Place} from
   * @param {Place} to
   * @param {number} radius in metres
   */
  underBrush(from, to, radius) {
    const reach = radius + 1e-9;
    /** @type {number[]} */
    const taken = [];
    this.#candidates(
      Math.min(from[0], to[0]) - reach,
      Math.min(from[1], to[1]) - reach,
      Math.max(from[0], to[0]) + reach,
      Math.max(from[1], to[1]) + reach,
      (unit) => {
        const { x, y } = this.town;
        if (distance2(x[unit], y[unit], from, to) <= radius * radius || this.crosses(unit, from, to))
          taken.push(unit);
      },
    );
    return taken;
  }

  /**
   * Units whose cell lies within reach of a place.
   * @param {Place} at
   * @param {number} reach in metres
   */
  underReach(at, reach) {
    const [x, y] = at;
    /** @type {number[]} */
    const near = [];
    this.#candidates(x - reach, y - reach, x + reach, y + reach, (unit) => {
      if (this.covers(unit, x, y) || this.#edgeWithin(unit, at, reach)) near.push(unit);
    });
    return near;
  }

  /**
   * @param {number} unit
   * @param {Place} at
   * @param {number} reach
   */
  #edgeWithin(unit, at, reach) {
    const { ring, start, x, y } = this.town.cells;
    for (let r = ring[unit]; r < ring[unit + 1]; r += 1)
      for (let p = start[r], before = start[r + 1] - 1; p < start[r + 1]; before = p, p += 1)
        if (distance2(at[0], at[1], [x[before], y[before]], [x[p], y[p]]) <= reach * reach) return true;
    return false;
  }

  /**
   * Units whose own place lies in a box.
   * @param {Place} a
   * @param {Place} b the corner opposite
   */
  inBox(a, b) {
    const [west, east] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
    const [south, north] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
    const { x, y } = this.town;
    /** @type {number[]} */
    const inside = [];
    this.#candidates(west, south, east, north, (unit) => {
      if (x[unit] >= west && x[unit] <= east && y[unit] >= south && y[unit] <= north) inside.push(unit);
    });
    return inside;
  }

  /**
   * Units whose own place lies in a shape drawn by hand.
   * @param {Place[]} shape its last place need not be the first again
   */
  inShape(shape) {
    const xs = Float64Array.from(shape, ([x]) => x);
    const ys = Float64Array.from(shape, ([, y]) => y);
    const { x, y } = this.town;
    /** @type {number[]} */
    const inside = [];
    this.#candidates(least(xs), least(ys), most(xs), most(ys), (unit) => {
      if (crossings(0, shape.length, xs, ys, x[unit], y[unit]) % 2) inside.push(unit);
    });
    return inside;
  }

  /**
   * Whether a unit's cell covers a place.
   * @param {number} unit
   * @param {number} x
   * @param {number} y
   */
  covers(unit, x, y) {
    const { ring, start, x: xs, y: ys } = this.town.cells;
    let crossed = 0;
    for (let r = ring[unit]; r < ring[unit + 1]; r += 1) crossed += crossings(start[r], start[r + 1], xs, ys, x, y);
    return crossed % 2 === 1;
  }

  /**
   * Whether a line between two places enters a unit's cell.
   * @param {number} unit
   * @param {Place} from
   * @param {Place} to
   */
  crosses(unit, from, to) {
    if (this.covers(unit, to[0], to[1])) return true;
    if (from[0] === to[0] && from[1] === to[1]) return false;
    const { ring, start, x, y } = this.town.cells;
    for (let r = ring[unit]; r < ring[unit + 1]; r += 1)
      for (let p = start[r], before = start[r + 1] - 1; p < start[r + 1]; before = p, p += 1)
        if (meet(from, to, [x[before], y[before]], [x[p], y[p]])) return true;
    return false;
  }

  /**
   * Each unit whose box meets a box, once.
   * @param {number} west
   * @param {number} south
   * @param {number} east
   * @param {number} north
   * @param {(unit: number) => void} tell
   */
  #candidates(west, south, east, north, tell) {
    const asked = (this.asked += 1);
    const { boxes, seen } = this;
    this.#each(west, south, east, north, (square) => {
      for (const unit of square) {
        if (seen[unit] === asked) continue;
        seen[unit] = asked;
        const b = 4 * unit;
        if (boxes[b] <= east && boxes[b + 2] >= west && boxes[b + 1] <= north && boxes[b + 3] >= south)
          tell(unit);
      }
    });
  }

  /**
   * @param {number} west
   * @param {number} south
   * @param {number} east
   * @param {number} north
   * @param {(square: number[]) => void} tell
   */
  #each(west, south, east, north, tell) {
    const first = Math.max(Math.floor((west - this.west) / this.side), 0);
    const last = Math.min(Math.floor((east - this.west) / this.side), this.columns - 1);
    const low = Math.max(Math.floor((south - this.south) / this.side), 0);
    const high = Math.min(Math.floor((north - this.south) / this.side), this.rows - 1);
    for (let row = low; row <= high; row += 1)
      for (let column = first; column <= last; column += 1) tell(this.squares[row * this.columns + column]);
  }
}

/**
 * West, south, east, north of each unit's cell.
 * @param {Town} town
 */
export function boxesOf(town) {
  const { ring, start, x, y } = town.cells;
  const boxes = new Float64Array(4 * town.count);
  for (let unit = 0; unit < town.count; unit += 1) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = start[ring[unit]]; p < start[ring[unit + 1]]; p += 1) {
      box[0] = Math.min(box[0], x[p]);
      box[1] = Math.min(box[1], y[p]);
      box[2] = Math.max(box[2], x[p]);
      box[3] = Math.max(box[3], y[p]);
    }
    boxes.set(box, 4 * unit);
  }
  return boxes;
}

/** @param {Float64Array} boxes */
function extentOf(boxes) {
  const extent = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (let b = 0; b < boxes.length; b += 4) {
    extent.west = Math.min(extent.west, boxes[b]);
    extent.south = Math.min(extent.south, boxes[b + 1]);
    extent.east = Math.max(extent.east, boxes[b + 2]);
    extent.north = Math.max(extent.north, boxes[b + 3]);
  }
  return boxes.length ? extent : { west: 0, south: 0, east: 1, north: 1 };
}

/** @param {Float64Array} values */
const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
/** @param {Float64Array} values */
const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/**
 * How often a ray to the east from a place meets a ring.
 * @param {number} first
 * @param {number} end
 * @param {Float64Array} xs
 * @param {Float64Array} ys
 * @param {number} x
 * @param {number} y
 */
function crossings(first, end, xs, ys, x, y) {
  let crossed = 0;
  for (let p = first, before = end - 1; p < end; before = p, p += 1) {
    if (ys[p] > y === ys[before] > y) continue;
    if (x < ((xs[before] - xs[p]) * (y - ys[p])) / (ys[before] - ys[p]) + xs[p]) crossed += 1;
  }
  return crossed;
}

/**
 * Square of the distance of a place from a stretch.
 * @param {number} x
 * @param {number} y
 * @param {Place} from
 * @param {Place} to
 */
function distance2(x, y, from, to) {
  const [along, up] = [to[0] - from[0], to[1] - from[1]];
  const length2 = along * along + up * up;
  const share = length2 === 0 ? 0 : ((x - from[0]) * along + (y - from[1]) * up) / length2;
  const kept = Math.min(Math.max(share, 0), 1);
  return (x - from[0] - kept * along) ** 2 + (y - from[1] - kept * up) ** 2;
}

/**
 * Twice the area of the triangle of three places, positive against the clock.
 * @param {Place} a
 * @param {Place} b
 * @param {Place} c
 */
export const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);

/**
 * Whether two stretches cross.
 * @param {Place} a
 * @param {Place} b
 * @param {Place} c
 * @param {Place} d
 */
export function meet(a, b, c, d) {
  return turn(a, b, c) > 0 !== turn(a, b, d) > 0 && turn(c, d, a) > 0 !== turn(c, d, b) > 0;
}
