/** From pointer to stroke: every tool of the planner's map. */

import { NONE } from "./editor/drawing.js";
import { rightOf, Stroke } from "./editor/strokes.js";

/** @typedef {import("./editor/places.js").Place} Place */
/** @typedef {import("./editor/places.js").Places} Places */
/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {"select" | "brush" | "erase" | "rectangle" | "lasso" | "cut" | "border"} Tool */

/** Tools with the letter that takes them up. */
export const TOOLS = /** @type {[Tool, string][]} */ ([
  ["select", "V"],
  ["brush", "B"],
  ["rectangle", "R"],
  ["lasso", "L"],
  ["cut", "K"],
  ["border", "D"],
  ["erase", "E"],
]);

/** Radii of the brush in CSS pixels; the least takes what the pointer itself touches. */
export const SIZES = [0, 12, 28, 60];

/**
 * What a tool is told before a stroke, and tells.
 * @typedef {object} Desk
 * @property {Drawing} drawing
 * @property {Places} places
 * @property {import("./editor-map.js").EditorMap} map
 * @property {() => Ways} ways
 * @property {(stroke: Stroke) => void} begin
 * @property {(stroke: Stroke, moved: number[], event: PointerEvent) => void} moved
 * @property {(stroke: Stroke) => void} end
 * @property {(stroke: Stroke, units: number[]) => void} cancelled
 * @property {(unit: number, event: PointerEvent) => void} pick
 * @property {(unit: number, event: PointerEvent) => void} over
 * @property {(grid: number, units: number[]) => void} cut
 * @property {(name: string) => void} hint
 */

/**
 * @typedef {object} Ways
 * @property {Tool} tool
 * @property {number} target chosen grid; NONE: that in which the stroke begins
 * @property {number} size place in SIZES
 * @property {boolean} whole
 * @property {boolean} unassigned
 * @property {"" | "courtyard" | "grid"} inside stay in what the stroke begins in
 * @property {boolean} drawing whether anything may be drawn
 */

// Pixels around a border in which a drag takes hold of it.
const GRIP = 10;

export class Tools {
  /**
   * @param {HTMLElement} canvas
   * @param {Desk} desk
   */
  constructor(canvas, desk) {
    this.canvas = canvas;
    this.desk = desk;
    /** @type {Stroke | null} */
    this.stroke = null;
    /** @type {Place[]} */
    this.path = [];
    /** @type {number | null} */
    this.pointer = null;
    /** @type {PointerEvent | null} */
    this.panning = null;
    this.space = false;
    /** @type {{x: number, y: number} | undefined} */
    this.pressed = undefined;
    /** Units that moved since the last report. @type {number[] | undefined} */
    this.fresh = undefined;
    canvas.addEventListener("pointerdown", (event) => this.#down(event), true);
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", () => this.cancel());
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get busy() {
    return this.pointer !== null;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const { tool, drawing } = this.desk.ways();
    this.pressed = { x: event.clientX, y: event.clientY };
    this.desk.map.measure();
    if (this.pointer !== null || event.isPrimary === false) return this.cancel();
    if (event.button === 1 || this.space) return this.#hold(event);
    if (event.button !== 0 || tool === "select" || !drawing) return;
    this.#capture(event);
    const at = this.desk.map.place(event);
    this.path = [at];
    if (tool === "brush" || tool === "erase" || tool === "border") this.#begin(event, at);
  }

  /**
   * Hold the map and drag it.
   * @param {PointerEvent} event
   */
  #hold(event) {
    this.#capture(event);
    this.panning = event;
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #capture(event) {
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
  }

  /**
   * @param {PointerEvent} event
   * @param {Place} at
   */
  #begin(event, at) {
    const made = this.#strokeFrom(at);
    if (typeof made === "string") {
      this.#release();
      return this.desk.hint(made);
    }
    this.stroke = made;
    this.desk.begin(made);
    this.#paint(event, at, at);
  }

  /**
   * The stroke that begins at a place, or why there is none.
   * @param {Place} at
   */
  #strokeFrom(at) {
    const { drawing, places } = this.desk;
    const ways = this.desk.ways();
    const unit = places.at(at[0], at[1]);
    const here = unit < 0 ? NONE : drawing.grid[unit];
    if (ways.tool === "border") return this.#grip(at, unit);
    const target = ways.tool === "erase" ? NONE : ways.target === NONE ? here : ways.target;
    if (ways.tool !== "erase" && target === NONE) return "choose";
    if (target !== NONE && drawing.figures(target).locked) return "locked";
    return new Stroke(drawing, target, {
      whole: ways.whole,
      unassigned: ways.unassigned && ways.tool !== "erase",
      courtyard: ways.inside === "courtyard" && unit >= 0 ? drawing.town.courtyard[unit] : null,
      grid: ways.inside === "grid" ? here : null,
    });
  }

  /**
   * Take hold of the border between two grids: the drag decides which of them grows.
   * @param {Place} at
   * @param {number} unit
   */
  #grip(at, unit) {
    const { drawing, places, map } = this.desk;
    const near = places.underReach(at, GRIP * map.metresOfPixel());
    const here = unit < 0 ? NONE : drawing.grid[unit];
    const other = near.map((u) => drawing.grid[u]).find((grid) => grid !== here && grid !== NONE);
    if (other === undefined || here === NONE) return "border";
    // Until the pointer leaves the grid it began in, both may grow.
    return new Stroke(drawing, here, { grid: other, whole: this.desk.ways().whole });
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (this.panning) return this.#pan(event);
    const { desk } = this;
    const { tool } = desk.ways();
    if (event.pointerId !== this.pointer) {
      const at = desk.map.place(event);
      return desk.over(desk.places.at(at[0], at[1]), event);
    }
    // All that the browser has gathered since the frame before.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const at = desk.map.place(one);
      const before = /** @type {Place} */ (this.path.at(-1));
      if (tool === "rectangle") this.path = [this.path[0], at];
      else this.path.push(at);
      if (this.stroke && one === (events.at(-1) ?? event)) this.#paint(event, before, at);
      else if (this.stroke) this.#take(before, at);
    }
    if (!this.stroke) desk.map.hand(tool === "rectangle" ? boxOf(this.path) : this.path, tool !== "cut");
  }

  /** @param {PointerEvent} event */
  #pan(event) {
    const before = /** @type {PointerEvent} */ (this.panning);
    this.desk.map.map.panBy([before.clientX - event.clientX, before.clientY - event.clientY], { animate: false });
    this.panning = event;
  }

  /**
   * @param {Place} from
   * @param {Place} to
   */
  #take(from, to) {
    const { places, map } = this.desk;
    const stroke = /** @type {Stroke} */ (this.stroke);
    const ways = this.desk.ways();
    const radius = ways.tool === "border" ? 0 : SIZES[ways.size] * map.metresOfPixel();
    if (ways.tool === "border") this.#direct(stroke, to);
    const moved = stroke.take(places.underBrush(from, to, radius));
    this.fresh = [...(this.fresh ?? []), ...moved];
  }

  /**
   * A drag from a border into one's own grid pulls the other one after it.
   * @param {Stroke} stroke
   * @param {Place} at
   */
  #direct(stroke, at) {
    const { drawing, places } = this.desk;
    if (stroke.from.size || stroke.bounds.grid == null) return;
    const unit = places.at(at[0], at[1]);
    const [first] = this.path;
    const far = Math.hypot(at[0] - first[0], at[1] - first[1]) > GRIP * this.desk.map.metresOfPixel();
    if (unit < 0 || drawing.grid[unit] !== stroke.target || !far) return;
    [stroke.target, stroke.bounds.grid] = [stroke.bounds.grid, stroke.target];
    stroke.before = drawing.share(stroke.target);
  }

  /**
   * @param {PointerEvent} event
   * @param {Place} from
   * @param {Place} to
   */
  #paint(event, from, to) {
    this.#take(from, to);
    const moved = this.fresh ?? [];
    this.fresh = undefined;
    this.desk.moved(/** @type {Stroke} */ (this.stroke), moved, event);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const { tool } = this.desk.ways();
    if (this.pointer === null) {
      if (tool === "select" && event.button === 0 && !this.#dragged(event)) this.#pick(event);
      this.pressed = undefined;
      return;
    }
    if (event.pointerId !== this.pointer) return;
    this.#release();
    if (this.panning) this.panning = null;
    else if (this.stroke) this.#finish(this.stroke);
    else this.#close(event);
    this.path = [];
  }

  /** @param {PointerEvent} event */
  #pick(event) {
    const at = this.desk.map.place(event);
    this.desk.pick(this.desk.places.at(at[0], at[1]), event);
  }

  /**
   * Whether the pointer has moved since it went down: the map was dragged, nothing was picked.
   * @param {PointerEvent} event
   */
  #dragged(event) {
    const { pressed } = this;
    return !pressed || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 4;
  }

  /** @param {Stroke} stroke */
  #finish(stroke) {
    this.stroke = null;
    this.desk.end(stroke);
  }

  /**
   * What was enclosed joins the chosen grid; what a line cuts off becomes a new one.
   * @param {PointerEvent} event
   */
  #close(event) {
    const { desk, path } = this;
    const { tool, target } = desk.ways();
    desk.map.hand([], false);
    if (path.length < 2) return desk.hint(tool);
    if (tool === "cut") return this.#cut(path, target);
    const made = this.#strokeFrom(path[0]);
    if (typeof made === "string") return desk.hint(made);
    const units = tool === "rectangle" ? desk.places.inBox(path[0], path[1]) : desk.places.inShape(path);
    desk.begin(made);
    desk.moved(made, made.take(units), event);
    desk.end(made);
  }

  /**
   * @param {Place[]} path
   * @param {number} target
   */
  #cut(path, target) {
    const { desk } = this;
    const [x, y] = path[Math.floor(path.length / 2)];
    const unit = desk.places.at(x, y);
    const grid = target !== NONE ? target : unit < 0 ? NONE : desk.drawing.grid[unit];
    if (grid === NONE) return desk.hint("cut");
    if (desk.drawing.figures(grid).locked) return desk.hint("locked");
    desk.cut(grid, rightOf(desk.drawing, grid, path));
  }

  #release() {
    if (this.pointer !== null && this.canvas.hasPointerCapture(this.pointer))
      this.canvas.releasePointerCapture(this.pointer);
    this.pointer = null;
  }

  /** Give up the stroke under way, as if it had never begun. */
  cancel() {
    this.#release();
    this.panning = null;
    this.path = [];
    this.desk.map.hand([], false);
    const { stroke } = this;
    this.stroke = null;
    if (stroke) this.desk.cancelled(stroke, stroke.cancel());
  }
}

/**
 * @param {Place[]} corners two that lie opposite
 * @returns {Place[]}
 */
function boxOf([a, b]) {
  return b ? [a, [b[0], a[1]], b, [a[0], b[1]]] : [];
}
