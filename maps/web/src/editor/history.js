/** Edits of a plan in their order, and what undo and redo would do: the same fold as the server's. */

import { changedBack, inverse } from "./strokes.js";

/**
 * @typedef {object} Edit
 * @property {number} seq
 * @property {string} at
 * @property {string} by
 * @property {string | null} [client] name that a page gave it
 * @property {string} action
 * @property {string | null} why
 * @property {import("./strokes.js").Move[]} moves
 * @property {number | null} undoes
 * @property {import("./drawing.js").Change[]} changes of grids
 * @property {{ground?: number, ground_was?: number, reasons?: Record<string, string>, remarks?: string | null}} [detail] of an
 *   edit that put the plan on another ground; what a step on the way was told
 */

/**
 * An edit, or one that waits to be saved: that has no number yet, and is one's own.
 * @typedef {{seq?: number, by?: string, client?: string | null, action: string, undoes?: number | null,
 *   moves: import("./strokes.js").Move[], changes: import("./drawing.js").Change[],
 *   detail?: {ground?: number, ground_was?: number}}} Step
 */

/** They tell of the plan's life and move nothing. */
const MARKS = new Set(["publish", "withdraw", "submit", "return", "approve", "recall"]);
/** Undo stops there, as it does at the edit that a plan began with. */
const BEGINNINGS = new Set(["rebase", "fork"]);

/** One person's strokes that stand, and undone ones that could be done again; the newest last. */
export class Stacks {
  /**
   * @param {string} whose name of the person
   * @param {Iterable<Step>} [steps]
   */
  constructor(whose, steps = []) {
    this.whose = whose;
    /** @type {Step[]} */
    this.done = [];
    /** @type {Step[]} */
    this.undone = [];
    /** Ground that the plan is on; undefined: the one it began with, as long as it has no other. @type {number | undefined} */
    this.ground = undefined;
    /** Ground that each step left the plan on. @type {Map<Step, number | undefined>} */
    this.on = new Map();
    for (const step of steps) this.push(step);
  }

  /** @param {Step} step */
  push(step) {
    const own = step.by === undefined || step.by === this.whose;
    this.#reground(step);
    if (MARKS.has(step.action)) return;
    if (step.by !== undefined && (step.seq === 1 || BEGINNINGS.has(step.action))) {
      this.done.length = 0;
      this.undone.length = 0;
    } else if (own && step.action === "undo") {
      this.done = without(this.done, step);
      this.undone.push(step);
    } else if (own && step.action === "redo") {
      this.undone = without(this.undone, step);
      this.done.push(step);
    } else if (own) {
      this.done.push(step);
      this.undone.length = 0;
    }
  }

  /** @param {Step} step */
  #reground(step) {
    const { ground, ground_was: was } = step.detail ?? {};
    if (was !== undefined && this.ground === undefined) for (const before of this.on.keys()) this.on.set(before, was);
    if (ground !== undefined) this.ground = ground;
    this.on.set(step, this.ground);
  }

  /**
   * The last of a stack, unless units had other numbers when it was made.
   * @param {Step[]} stack
   */
  #last(stack) {
    const last = stack.at(-1);
    return last && this.on.get(last) === this.ground ? last : undefined;
  }

  /** What undo would do; null: there is nothing to undo. */
  undo() {
    return takenBack(this.#last(this.done));
  }

  /** What redo would do; null: there is nothing to redo. */
  redo() {
    return takenBack(this.#last(this.undone));
  }

  copy() {
    const same = new Stacks(this.whose);
    same.done = [...this.done];
    same.undone = [...this.undone];
    same.ground = this.ground;
    same.on = new Map(this.on);
    return same;
  }
}

/**
 * The inverse of a step, and the name of what it takes back.
 * @param {Step | undefined} last
 */
const takenBack = (last) =>
  last ? { moves: inverse(last.moves), changes: changedBack(last.changes), takes: last.client ?? null } : null;

/**
 * Steps without the one that another takes back; without a number that is the last.
 * @param {Step[]} steps
 * @param {Step} back
 */
function without(steps, { undoes }) {
  const known = undoes == null ? -1 : steps.findIndex(({ seq }) => seq === undoes);
  return known < 0 ? steps.slice(0, -1) : steps.filter((_, k) => k !== known);
}
