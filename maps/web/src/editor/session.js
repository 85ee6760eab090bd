/**
 * One plan drawn by one planner among others: what the server has confirmed, what waits to be
 * sent, and the drawing that the two make together. Nothing waits for the server but the saving.
 */

import { NONE } from "./drawing.js";
import { Stacks } from "./history.js";
import { madeRoom, renumber } from "./numbers.js";
import { apply } from "./strokes.js";

/** @typedef {import("./strokes.js").Move} Move */
/** @typedef {import("./history.js").Edit} Edit */
/** @typedef {import("./drawing.js").NewGrid} NewGrid */
/** @typedef {import("./drawing.js").Change} Change */

/**
 * Something that waits to be saved. `client` makes sending it twice the same as once.
 * @typedef {object} Op
 * @property {string} client
 * @property {"strokes" | "undo" | "redo" | "grid"} kind
 * @property {Move[]} moves of undo and redo: what they are expected to do
 * @property {Change[]} changes of grids; likewise
 * @property {string} action
 * @property {string | null} why
 * @property {NewGrid[]} grids new ones
 * @property {string | null} [takes] of undo and redo: name of the act that they take back, where it has one
 * @property {number} [ground] that its units are of
 */

/** Of `why`: "taken", "locked" or "removed". @typedef {{unit: number, from: number | null, to: number | null, now: number | null, by: string | null, at: string | null,
 *   why?: string}} Rejected */
/**
 * `numbers` are those that new grids got instead of their own.
 * @typedef {{seq: number | null, revision: number, applied: Move[], rejected: Rejected[],
 *   numbers?: Record<number, number>, ground?: number}} Answer
 */

/**
 * The service as a session needs it. A fault has the `status` of the answer, 0 without one; its
 * `answer` is what a refused stroke was answered, and `refused` says that this op can never be made.
 * @typedef {object} Remote
 * @property {(op: Op) => Promise<Answer>} send
 * @property {(after: number) => Promise<Edit[]>} edits
 * @property {() => Promise<NewGrid[]>} grids those on the list
 * @property {number} [ground] that the page has loaded
 * @property {() => void} [reopen] called when the plan is on another ground by now
 */

/**
 * Where the ops of one account wait for the next visit.
 * @typedef {object} Outbox
 * @property {() => Promise<Op[]>} all in the order in which they were put
 * @property {() => Promise<Map<string, number>>} others how many ops of this plan wait for each other account
 * @property {(op: Op) => Promise<void>} put
 * @property {(client: string) => Promise<void>} remove
 * @property {(ops: Op[], gone: string) => Promise<void>} replace keep ops as they are now, and one no more: all or nothing
 */

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

export class Session {
  /**
   * @param {import("./drawing.js").Drawing} drawing as the server has it
   * @param {number} revision
   * @param {Edit[]} edits all up to the revision
   * @param {string} me name by which the server calls this planner
   * @param {Remote} remote
   * @param {Outbox} outbox
   * @param {(units: number[]) => void} tell called after the units given may have moved
   */
  constructor(drawing, revision, edits, me, remote, outbox, tell) {
    this.drawing = drawing;
    this.revision = revision;
    this.edits = edits;
    this.me = me;
    this.remote = remote;
    this.outbox = outbox;
    this.tell = tell;
    /** Grid of each unit as the server has it. */
    this.base = drawing.grid.slice();
    /** @type {Op[]} */
    this.pending = [];
    this.confirmed = new Stacks(me, edits);
    this.stacks = this.confirmed.copy();
    /** Units that somebody else was faster with. @type {Rejected[]} */
    this.conflicts = [];
    /** Why nothing is sent any more. @type {{status: number, message: string} | null} */
    this.stopped = null;
    /** The server was not reached. */
    this.offline = false;
    /** @type {Date | null} */
    this.savedAt = null;
    /** A stroke that is not finished. @type {import("./strokes.js").Stroke | null} */
    this.live = null;
    /** Why strokes are made from now on, in the words of whoever draws. @type {string | null} */
    this.why = null;
    this.sending = false;
    /** Ops whose new grids are called what the server calls them. @type {WeakSet<Op>} */
    this.numbered = new WeakSet();
    /** Called when grids that wait to be made get other numbers. @type {(its: (no: number) => number) => void} */
    this.renumbered = () => {};
    /** Whether grids may be otherwise here than the server has them: asked again after the next op. */
    this.doubted = false;
    /** @type {Promise<void>} */
    this.heard = Promise.resolve();
    this.pause = FIRST_PAUSE_MS;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Bring back what an earlier visit could not send, and send it. */
  async resume() {
    const waiting = await this.outbox.all();
    for (const op of waiting) this.#queue(op);
    this.#refold(waiting.filter((op) => this.#fits(op)).flatMap(unitsOf));
    return this.flush();
  }

  /**
   * Save moves that the drawing has made already.
   * @param {Move[]} moves
   * @param {{action?: string, why?: string | null, grids?: NewGrid[]}} [about]
   */
  commit(moves, { action = "stroke", why = this.why, grids = [] } = {}) {
    return this.#enqueue({ client: crypto.randomUUID(), kind: "strokes", moves, changes: news(grids), action, why, grids });
  }

  /**
   * Rename a grid, lock it, or take it off the list.
   * @param {Change} change
   */
  changeGrid(change) {
    this.drawing.change([change]);
    this.tell([]);
    return this.#enqueue({ client: crypto.randomUUID(), kind: "grid", moves: [], changes: [change], action: "grid", why: null, grids: [] });
  }

  /**
   * Make moves and save them.
   * @param {Move[]} moves
   * @param {{action?: string, why?: string | null, grids?: NewGrid[]}} [about]
   */
  draw(moves, about = {}) {
    for (const grid of about.grids ?? []) this.drawing.addGrid(grid);
    const moved = apply(this.drawing, moves);
    const saved = this.commit(moves, about);
    this.tell(moved);
    return saved;
  }

  /**
   * Take the last stroke back, or do it again; null where there is nothing to.
   * @param {"undo" | "redo"} kind
   */
  step(kind) {
    const back = this.stacks[kind]();
    if (!back) return null;
    const moved = apply(this.drawing, back.moves);
    this.drawing.change(back.changes);
    this.#enqueue({ client: crypto.randomUUID(), kind, ...back, action: kind, why: null, grids: [] });
    this.tell(moved);
    return moved;
  }

  /**
   * Whether an op names units of the ground that is open. Of another one it waits, to be refused
   * or discarded, but is not drawn: its numbers are those of other units.
   * @param {Op} op
   */
  #fits({ ground }) {
    return ground === undefined || ground === this.remote.ground;
  }

  /** @param {Op} op */
  #queue(op) {
    this.pending.push(op);
    if (!this.#fits(op)) return;
    for (const grid of op.grids) this.drawing.addGrid(grid);
    this.drawing.change(op.changes);
    this.stacks.push(op);
  }

  /** @param {Op} op */
  async #enqueue(op) {
    op.ground = this.remote.ground;
    this.#queue(op);
    // A browser that keeps nothing is no reason not to send.
    await this.outbox.put(op).catch((fault) => console.error(fault));
    return this.flush();
  }

  /** Send what waits, one after the other, until all is saved or the server is out of reach. */
  async flush() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    try {
      while (this.pending.length && !this.stopped) if (!(await this.#send(this.pending[0]))) break;
    } finally {
      this.sending = false;
      this.tell([]);
    }
  }

  /** @param {Op} op */
  async #send(op) {
    try {
      const answer = await this.#answered(op);
      // What it has done to grids here has not been done there.
      if (op.changes.length && (answer?.seq ?? null) === null) this.doubted = true;
      if (answer) await this.#settle(op, answer);
      else await this.#drop(op);
      if (this.doubted) await this.readGrids().catch((fault) => console.error(fault));
    } catch (thrown) {
      return this.#fail(/** @type {{status?: number, message: string}} */ (thrown));
    }
    [this.offline, this.pause, this.savedAt] = [false, FIRST_PAUSE_MS, new Date()];
    return true;
  }

  /**
   * What the server says of an op; null where there was nothing left to undo, or to be done: the
   * stroke that an undo takes back may have been refused.
   * @param {Op} op
   */
  async #answered(op) {
    try {
      return await this.remote.send(op);
    } catch (thrown) {
      const fault = /** @type {{status?: number, answer?: Answer, refused?: boolean}} */ (thrown);
      if (fault.answer) return fault.answer;
      if (fault.refused) return null;
      if (fault.status === 409 && (op.kind === "undo" || op.kind === "redo")) return null;
      throw thrown;
    }
  }

  /** @param {{status?: number, message: string}} fault */
  #fail(fault) {
    const status = fault.status ?? 0;
    if (status !== 0 && status !== 429 && status < 500) {
      // Whoever halted the sending meanwhile said why in words of the page.
      this.stopped ??= { status, message: fault.message };
      return false;
    }
    this.offline = true;
    this.timer = setTimeout(() => this.flush(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE_MS);
    return false;
  }

  /**
   * @param {Op} op
   * @param {Answer} answer
   */
  async #settle(op, answer) {
    const { seq, applied, rejected, numbers = {} } = answer;
    if (Object.keys(numbers).length && !this.numbered.has(op)) await this.#renumber(op, await this.#listed(), numbers);
    if (seq === null && op.grids.length) await this.#bequeath(op);
    if (seq === this.revision + 1) this.#absorb([this.#asEdit(op, seq, applied)]);
    else if (seq !== null && seq > this.revision) await this.catchUp();
    // An answer given again after a lost connection tells of a time that may be long past.
    if (rejected.length) await this.catchUp();
    for (const lost of rejected) {
      const now = this.base[lost.unit] === NONE ? null : this.base[lost.unit];
      if (now !== lost.to) this.conflicts.push({ ...lost, now });
    }
    await this.#drop(op);
    if (answer.ground !== this.remote.ground) this.remote.reopen?.();
    this.#refold([...applied.map(([unit]) => unit), ...rejected.map(({ unit }) => unit)]);
  }

  /**
   * Somebody else's new grid has got the number of one's own: call it what the server calls it,
   * wherever it is spoken of, in one go; nothing may be drawn in between.
   * @param {Op} sent
   * @param {NewGrid[]} listed grids on the list of the server
   * @param {Record<number, number>} numbers
   */
  async #renumber(sent, listed, numbers) {
    this.numbered.add(sent);
    const waiting = this.pending.filter((op) => this.#fits(op));
    const whole = madeRoom(this.drawing.grids.keys(), sent, numbers, waiting);
    const its = (/** @type {number} */ no) => whole.get(no) ?? no;
    for (const op of waiting) {
      renumber(op, its);
      for (const grid of op.grids) this.drawing.addGrid(grid);
    }
    const { live } = this;
    if (live) {
      live.target = its(live.target);
      if (live.bounds.grid != null) live.bounds.grid = its(live.bounds.grid);
      for (const [unit, grid] of live.from) live.from.set(unit, its(grid));
    }
    this.renumbered(its);
    this.#takeGrids(listed);
    this.#refold([...waiting.flatMap(unitsOf), ...(live?.from.keys() ?? [])]);
    // What is sent again after a visit that ended here must not be renumbered a second time.
    const kept = waiting.filter((op) => op !== sent);
    await this.outbox.replace(kept, sent.client).catch((fault) => console.error(fault));
  }

  /**
   * The new grids of a stroke of which nothing held were not made: the next stroke that goes into
   * one makes it, before somebody else's grid gets its number.
   * @param {Op} refused
   */
  async #bequeath(refused) {
    /** @type {Set<Op>} */
    const heirs = new Set();
    for (const grid of refused.grids) {
      const joins = (/** @type {Op} */ op) => op !== refused && op.kind === "strokes" && op.moves.some(([, , to]) => to === grid.no);
      const heir = this.pending.find((op) => this.#fits(op) && joins(op));
      if (!heir) continue;
      heir.grids.push(grid);
      heir.changes.push(...news([grid]));
      heirs.add(heir);
    }
    await this.outbox.replace([...heirs], refused.client).catch((fault) => console.error(fault));
  }

  /**
   * @param {Op} op
   * @param {number} seq
   * @param {Move[]} moves
   * @returns {Edit}
   */
  #asEdit({ client, action, why, changes }, seq, moves) {
    return { seq, at: new Date().toISOString(), by: this.me, client, action, why, moves, undoes: null, changes };
  }

  /** @param {Op} op */
  async #drop(op) {
    this.pending = this.pending.filter((waiting) => waiting !== op);
    this.#restack();
    if (this.#fits(op)) this.#refold(unitsOf(op));
    await this.outbox.remove(op.client);
  }

  /** Take in what others have done since. Calls one after the other never overlap. */
  catchUp() {
    this.heard = this.heard.then(
      () => this.#read(),
      () => this.#read(),
    );
    return this.heard;
  }

  async #read() {
    const found = await this.remote.edits(this.revision);
    const edits = found.filter(({ seq }) => seq > this.revision);
    const held = this.drawing.grids;
    const strange = edits.some(
      ({ moves, changes }) => moves.some(([, , to]) => to !== null && !held.has(to)) || changes.some(([no]) => !held.has(no)),
    );
    if (strange) await this.readGrids();
    this.#absorb(edits);
  }

  /** Read names, kinds and locks of grids, new ones, and which are off the list. */
  async readGrids() {
    this.#takeGrids(await this.#listed());
    this.doubted = false;
  }

  /** Grids on the list of the server; of a plan that has changed meanwhile they are asked again. */
  async #listed() {
    for (;;) {
      const { revision } = this;
      const listed = await this.remote.grids();
      if (revision === this.revision) return listed;
    }
  }

  /**
   * Have grids as the server has them, and as what waits makes them.
   * @param {NewGrid[]} listed
   */
  #takeGrids(listed) {
    const { drawing } = this;
    const off = new Set(drawing.grids.keys());
    off.delete(NONE);
    for (const grid of listed) {
      drawing.addGrid(grid);
      Object.assign(drawing.figures(grid.no), grid, { removed: false });
      drawing.touched.add(grid.no);
      off.delete(grid.no);
    }
    for (const no of off) drawing.figures(no).removed = true;
    this.#changeAgain();
    this.tell([]);
  }

  /** Have grids as what waits makes them, whatever is known of them since. */
  #changeAgain() {
    for (const op of this.pending) if (this.#fits(op)) this.drawing.change(op.changes);
  }

  /** @param {Edit[]} edits */
  #absorb(edits) {
    /** @type {number[]} */
    const units = [];
    for (const edit of edits) {
      if (edit.seq <= this.revision) continue;
      for (const [unit, , to] of edit.moves) {
        this.base[unit] = to ?? NONE;
        units.push(unit);
      }
      this.drawing.change(edit.changes);
      this.edits.push(edit);
      this.confirmed.push(edit);
      this.revision = edit.seq;
    }
    this.#changeAgain();
    this.#restack();
    this.#refold(units);
  }

  #restack() {
    this.stacks = this.confirmed.copy();
    for (const op of this.pending) if (this.#fits(op)) this.stacks.push(op);
  }

  /**
   * Put units where the confirmed plan and what waits on top of it have them.
   * @param {Iterable<number>} units
   */
  #refold(units) {
    const again = new Set(units);
    const at = new Map([...again].map((unit) => [unit, this.base[unit]]));
    for (const { moves } of this.pending.filter((op) => this.#fits(op)))
      for (const [unit, from, to] of moves) if (at.get(unit) === (from ?? NONE)) at.set(unit, to ?? NONE);
    const moved = [];
    for (const [unit, grid] of at) {
      const wanted = this.#alive(unit, grid);
      if (wanted === this.drawing.grid[unit]) continue;
      this.drawing.move(unit, wanted);
      moved.push(unit);
    }
    this.tell(moved);
  }

  /**
   * A unit that the stroke under way has taken stays taken, unless it is elsewhere by now.
   * @param {number} unit
   * @param {number} grid
   */
  #alive(unit, grid) {
    const { live } = this;
    if (!live?.from.has(unit)) return grid;
    if (live.from.get(unit) === grid) return live.target;
    live.from.delete(unit);
    return grid;
  }

  /** Give up what could not be saved. */
  async discard() {
    for (const op of [...this.pending]) await this.#drop(op);
    this.stopped = null;
    this.tell([]);
  }

  /**
   * Send nothing until told to try again; what waits stays.
   * @param {{status: number, message: string}} why
   */
  halt(why) {
    this.stopped = why;
    clearTimeout(this.timer);
    this.tell([]);
  }

  /** Try again after whatever stopped the sending. */
  again() {
    this.stopped = null;
    return this.flush();
  }
}

/**
 * New grids as changes of grids, which undo can take back.
 * @param {NewGrid[]} grids
 * @returns {Change[]}
 */
const news = (grids) => grids.map(({ no }) => [no, "removed", true, false]);

/** @param {Op} op */
const unitsOf = (op) => op.moves.map(([unit]) => unit);
