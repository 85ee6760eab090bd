/** The planner's page: one plan, redrawn by hand on the map and from the list. */

import { html, nothing } from "lit";
import { followPlan, onChange } from "./changes.js";
import "./editor-dialogs.js";
import "./editor-grids.js";
import "./editor-problems.js";
import "./editor-buildings.js";
import { barOf } from "./editor-bar.js";
import { editorKeys, spaceKey } from "./editor-keys.js";
import { EditorMap } from "./editor-map.js";
import { notices } from "./editor-notices.js";
import { toolbox } from "./editor-toolbox.js";
import { Tools } from "./editor-tools.js";
import { gridName, strokeWarnings, strokeWords } from "./editor-words.js";
import { Drawing, NONE } from "./editor/drawing.js";
import { outboxOf } from "./editor/outbox.js";
import { Places } from "./editor/places.js";
import { problemsOf } from "./editor/problems.js";
import { Session } from "./editor/session.js";
import { readTown } from "./editor/town.js";
import { grouped, percent } from "./figures.js";
import { Problem } from "./api.js";
import { base } from "./page.js";
import { empty, fault, mapLine, skeleton, topBar } from "./parts.js";
import { editorDocument, editsAfter, forkOf, judgedProblems, present, remoteOf } from "./planner-api.js";
import { styleAddress } from "./style-address.js";
import { Component, language, onLanguage, t } from "./texts.js";

/** @typedef {import("./editor/strokes.js").Stroke} Stroke */
/** @typedef {import("./editor/strokes.js").Move} Move */
/** @typedef {import("./editor-tools.js").Tool} Tool */

const PRESENCE_MS = 20_000;
const HINT_MS = 6000;

export class EditorPage extends Component {
  static properties = {
    plan: { type: Number },
    told: { state: true },
    error: { state: true },
    tool: { state: true },
    target: { state: true },
    size: { state: true },
    whole: { state: true },
    unassigned: { state: true },
    inside: { state: true },
    colouring: { state: true },
    overlays: { state: true },
    kinds: { state: true },
    behind: { state: true },
    chosen: { state: true },
    problems: { state: true },
    panel: { state: true },
    dialog: { state: true },
    people: { state: true },
    said: { state: true },
    mapless: { state: true },
    saving: { state: true },
  };

  constructor() {
    super();
    this.plan = 0;
    /** @type {import("./editor/town.js").EditorDocument | null} */
    this.told = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {Tool} */
    this.tool = "select";
    this.target = NONE;
    this.size = 0;
    this.whole = false;
    this.unassigned = false;
    /** @type {"" | "courtyard" | "grid"} */
    this.inside = "";
    /** @type {import("./editor-map.js").Colouring} */
    this.colouring = "grids";
    /** How the buildings have changed since the plan was drawn; empty: they have not. */
    this.behind = "";
    /** Overlays that are shown, with the facility kind of circles. @type {Map<import("./editor-overlays.js").Overlay, string>} */
    this.overlays = new Map();
    /** Kinds of facility that somebody has walked to. @type {import("./api.js").KindName[]} */
    this.kinds = [];
    /** Units chosen to be moved from the list. @type {number[]} */
    this.chosen = [];
    /** @type {import("./editor/problems.js").Found[]} */
    this.problems = [];
    /** @type {"grids" | "buildings" | "history"} */
    this.panel = "grids";
    /** @type {import("./editor-dialogs.js").Asked | null} */
    this.dialog = null;
    /** @type {string[]} */
    this.people = [];
    /** What the page says in one line. */
    this.said = "";
    this.mapless = false;
    /** Counts up whenever what is saved has changed. */
    this.saving = 0;
    /** @type {Drawing | null} */
    this.drawing = null;
    /** @type {Session | null} */
    this.session = null;
    /** @type {EditorMap | null} */
    this.map = null;
    /** @type {Tools | null} */
    this.tools = null;
    this.client = crypto.randomUUID();
    /** @type {(() => void)[]} */
    this.ends = [];
  }

  connectedCallback() {
    super.connectedCallback();
    onLanguage(() => this.reword());
    followPlan(this.plan);
    const keys = (/** @type {KeyboardEvent} */ event) => editorKeys(this, event);
    const space = (/** @type {KeyboardEvent} */ event) => spaceKey(this, event);
    const online = () => this.session?.flush();
    addEventListener("keydown", keys);
    for (const type of /** @type {const} */ (["keydown", "keyup"])) addEventListener(type, space);
    addEventListener("online", online);
    const presence = setInterval(() => this.#greet(), PRESENCE_MS);
    this.ends = [
      onChange((change) => this.#hear(change)),
      () => removeEventListener("keydown", keys),
      () => removeEventListener("keydown", space),
      () => removeEventListener("keyup", space),
      () => removeEventListener("online", online),
      () => clearInterval(presence),
    ];
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const end of this.ends) end();
    this.map?.remove();
  }

  async load() {
    this.error = null;
    try {
      const [told, edits] = await Promise.all([editorDocument(this.plan), editsAfter(this.plan, 0)]);
      await this.#open(told, edits);
    } catch (error) {
      this.error = error;
    }
  }

  /**
   * @param {import("./editor/town.js").EditorDocument} told
   * @param {import("./editor/history.js").Edit[]} edits
   */
  async #open(told, edits) {
    const town = readTown(told);
    const { no, name, kind, locked, code } = told.grids;
    const grids = no.map((number, k) => ({ no: number, name: name[k], kind: kind[k], locked: locked[k], code: code[k] }));
    this.drawing = new Drawing(town, grids, told.assignment);
    const known = edits.filter((edit) => told.plan.revision >= edit.seq);
    const outbox = await outboxOf(this.plan);
    const tell = (/** @type {number[]} */ units) => this.#redraw(units);
    this.session = new Session(this.drawing, told.plan.revision, known, told.plan.me, remoteOf(this.plan, told.plan.ground), outbox, tell);
    this.places = new Places(town);
    this.told = told;
    this.problems = problemsOf(this.drawing);
    await this.updateComplete;
    this.#draw();
    performance.mark("wangge-paintable");
    await this.session.resume();
    this.#greet();
    if (told.plan.may_draw) await this.#compareBuildings();
  }

  async #compareBuildings() {
    const changed = (await judgedProblems(this.plan)).find(({ kind }) => kind === "buildings_changed");
    this.behind = changed ? changed[language()] : "";
  }

  #draw() {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".map"));
    if (!box || !this.drawing || !this.places) return;
    try {
      const style = styleAddress("base", { community: this.told?.plan.community_code ?? "" });
      this.map = new EditorMap(box, null, style, this.drawing);
    } catch {
      this.mapless = true;
      return;
    }
    this.tools = new Tools(this.map.map.getCanvasContainer(), {
      drawing: this.drawing,
      places: this.places,
      map: this.map,
      ways: () => ({ ...this.#ways(), drawing: this.drawable }),
      begin: (stroke) => this.#begin(stroke),
      moved: (stroke, moved, event) => this.#moved(stroke, moved, event),
      end: (stroke) => this.#end(stroke),
      cancelled: (_, units) => this.#cancelled(units),
      pick: (unit, event) => this.pick(unit, event.shiftKey),
      over: (unit, event) => this.#over(unit, event),
      cut: (grid, units) => this.newGrid(units, grid),
      hint: (name) => this.say(t(`editor.hint.${name}`)),
    });
    this.requestUpdate();
  }

  /** The map follows the pointer only where the pointer draws nothing. */
  #hold() {
    if (this.tool === "select") this.map?.map.dragPan.enable();
    else this.map?.map.dragPan.disable();
  }

  #ways() {
    const { tool, target, size, whole, unassigned, inside } = this;
    return { tool, target, size, whole, unassigned, inside };
  }

  /** Whether this plan may be drawn by whoever looks at it. */
  get drawable() {
    return Boolean(this.told?.plan.may_draw) && !this.session?.stopped;
  }

  // --- strokes -------------------------------------------------------------------------------

  /** @param {Stroke} stroke */
  #begin(stroke) {
    if (this.session) this.session.live = stroke;
  }

  /**
   * The list, the tip and the map follow at every move of the pointer.
   * @param {Stroke} stroke
   * @param {number[]} moved
   * @param {PointerEvent} event
   */
  #moved(stroke, moved, event) {
    const drawing = /** @type {Drawing} */ (this.drawing);
    this.#tip(event, strokeWords(drawing, stroke), strokeWarnings(drawing, stroke));
    if (moved.length === 0) return;
    this.map?.repaint(moved);
    this.#rows();
    this.#summary();
  }

  #rows() {
    const drawing = /** @type {Drawing} */ (this.drawing);
    const list = /** @type {any} */ (this.querySelector("wg-editor-grids"));
    list?.refresh(drawing.touched);
    drawing.touched.clear();
  }

  #summary() {
    const strip = this.querySelector(".editor-strip");
    if (strip) this.#fill(strip);
  }

  /** @param {Stroke} stroke */
  #end(stroke) {
    if (this.session) this.session.live = null;
    this.#hideTip();
    const moves = stroke.moves();
    if (moves.length) {
      this.say(strokeWords(/** @type {Drawing} */ (this.drawing), stroke));
      this.session?.commit(moves);
    } else if (stroke.locked.size) this.say(t("editor.warn.locked", { n: stroke.locked.size }));
    this.#judge();
    this.map?.reshape();
  }

  /** @param {number[]} units */
  #cancelled(units) {
    if (this.session) this.session.live = null;
    this.#hideTip();
    this.#redraw(units);
  }

  /**
   * After units moved by whatever way: map, list, problems.
   * @param {number[]} units
   */
  #redraw(units) {
    this.saving += 1;
    if (!this.drawing) return;
    const touched = this.drawing.touched.size > 0;
    if (units.length || touched) {
      this.map?.repaint(units);
      this.#rows();
      this.#judge();
    }
    if (this.map && !this.session?.live) this.map.reshape();
  }

  #judge() {
    this.problems = problemsOf(/** @type {Drawing} */ (this.drawing));
  }

  /**
   * Move units into a grid, or out of theirs: what the list and the keyboard do.
   * @param {number[]} units
   * @param {number} to
   * @param {{action?: string, why?: string | null}} [about]
   */
  move(units, to, about = {}) {
    const drawing = /** @type {Drawing} */ (this.drawing);
    if (!this.drawable) return;
    if (to !== NONE && drawing.figures(to).locked) return this.say(t("editor.hint.locked"));
    const free = units.filter((unit) => drawing.grid[unit] !== to && !this.#isLocked(drawing.grid[unit]));
    /** @type {Move[]} */
    const moves = free.map((unit) => [unit, named(drawing.grid[unit]), named(to)]);
    if (moves.length === 0) return this.say(t("editor.nothing-moved"));
    this.session?.draw(moves, about);
    this.say(t("editor.moved", { n: moves.length, grid: gridName(drawing, to), load: to === NONE ? "" : percent(drawing.share(to)) }));
  }

  /** @param {number} grid */
  #isLocked(grid) {
    return grid !== NONE && Boolean(this.drawing?.figures(grid).locked);
  }

  /**
   * Make a grid, of units where some are given.
   * @param {number[]} [units]
   * @param {number} [cutFrom]
   */
  newGrid(units = [], cutFrom = NONE) {
    const drawing = /** @type {Drawing} */ (this.drawing);
    if (!this.drawable) return;
    if (cutFrom !== NONE && (units.length === 0 || units.length === drawing.figures(cutFrom).units.size))
      return this.say(t("editor.hint.cut-nothing"));
    const no = Math.max(-1, ...drawing.grids.keys()) + 1;
    const kind = this.told?.rules.grid_kind ?? "base";
    const grid = { no, name: t("editor.new-grid.name", { n: no + 1 }), kind };
    /** @type {Move[]} */
    const moves = units.map((unit) => [unit, named(drawing.grid[unit]), no]);
    this.session?.draw(moves, { action: cutFrom === NONE ? "stroke" : "cut", grids: [grid] });
    this.map?.repaint(units);
    this.choose(no, false);
    this.say(t("editor.new-grid.made", { name: grid.name, n: units.length }));
  }

  /** @param {"undo" | "redo"} kind */
  step(kind) {
    if (!this.drawable || this.tools?.busy) return;
    const moved = this.session?.step(kind);
    this.say(moved ? t(`editor.${kind}.done`, { n: moved.length }) : t(`editor.${kind}.nothing`));
  }

  // --- choosing ------------------------------------------------------------------------------

  /**
   * @param {number} no
   * @param {boolean} fly
   */
  choose(no, fly) {
    this.target = no;
    this.map?.choose(no, fly);
  }

  /**
   * A unit was clicked with the select tool.
   * @param {number} unit
   * @param {boolean} more
   */
  pick(unit, more) {
    if (unit < 0) return this.chooseUnits([]);
    const there = this.chosen.includes(unit);
    if (more) this.chooseUnits(there ? this.chosen.filter((u) => u !== unit) : [...this.chosen, unit]);
    else this.chooseUnits([unit]);
    if (!more) this.choose(/** @type {Drawing} */ (this.drawing).grid[unit], false);
  }

  /** @param {number[]} units */
  chooseUnits(units) {
    this.chosen = units;
    this.map?.mark(units);
  }

  /**
   * Show a problem on the map and in the list.
   * @param {import("./editor/problems.js").Found} found
   */
  showProblem(found) {
    if (found.grid !== null) this.choose(found.grid, false);
    const units = found.kind === "over_cap" ? [] : found.units;
    this.map?.mark(units);
    this.map?.show(found.units);
  }

  /**
   * @param {number} unit
   * @param {PointerEvent} event
   */
  #over(unit, event) {
    this.#cursor(event);
    if (unit < 0 || !this.drawing || event.pointerType === "touch") return this.#hideTip();
    const { town, grid } = this.drawing;
    this.#tip(event, t("editor.over", { grid: gridName(this.drawing, grid[unit]), n: town.households[unit] }), []);
  }

  // --- what is said --------------------------------------------------------------------------

  /** @param {string} text */
  say(text) {
    this.said = text;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => (this.said = ""), HINT_MS);
  }

  /**
   * @param {PointerEvent} event
   * @param {string} text
   * @param {string[]} warnings
   */
  #tip(event, text, warnings) {
    const tip = /** @type {HTMLElement | null} */ (this.querySelector(".pointer-tip"));
    if (!tip) return;
    const box = /** @type {HTMLElement} */ (tip.parentElement).getBoundingClientRect();
    tip.hidden = false;
    const words = [text, ...warnings].join("\n");
    if (tip.dataset.words !== words) {
      tip.dataset.words = words;
      tip.replaceChildren(...[text, ...warnings].map((line, k) => lineOf(line, k > 0)));
    }
    const flip = event.clientX - box.left > box.width - 280;
    tip.style.transform = `translate(${event.clientX - box.left + (flip ? -14 : 14)}px, ${event.clientY - box.top + 14}px)${flip ? " translateX(-100%)" : ""}`;
    this.#cursor(event);
  }

  #hideTip() {
    const tip = /** @type {HTMLElement | null} */ (this.querySelector(".pointer-tip"));
    if (tip) tip.hidden = true;
  }

  /** @param {PointerEvent} event */
  #cursor(event) {
    const ring = /** @type {HTMLElement | null} */ (this.querySelector(".brush-ring"));
    if (!ring) return;
    const box = /** @type {HTMLElement} */ (ring.parentElement).getBoundingClientRect();
    ring.style.transform = `translate(${event.clientX - box.left}px, ${event.clientY - box.top}px) translate(-50%, -50%)`;
  }

  /** @param {Element} strip */
  #fill(strip) {
    const drawing = /** @type {Drawing} */ (this.drawing);
    const none = drawing.figures(NONE);
    const grids = drawing.list().filter(({ units }) => units.size);
    const over = grids.filter(({ load }) => load > drawing.town.rules.capacity).length;
    const households = grids.reduce((sum, grid) => sum + grid.households, 0);
    const values = [grids.length, households, over, none.households];
    strip.querySelectorAll("dd").forEach((cell, k) => {
      cell.textContent = grouped(values[k]);
      cell.parentElement?.classList.toggle("bad", k > 1 && values[k] > 0);
    });
  }

  // --- others --------------------------------------------------------------------------------

  /** @param {import("./changes.js").Change} change */
  async #hear(change) {
    if (change.plan !== null && change.plan !== this.plan) return;
    if (!this.session || this.tools?.busy) {
      this.late = true;
      return;
    }
    try {
      await this.session.catchUp();
      await this.session.flush();
    } catch (error) {
      // The ground is another one by now: nothing of this page fits any more.
      if (error instanceof Problem && error.code === "rebased") location.reload();
      else this.session.offline = true;
    }
  }

  async #greet() {
    if (!this.told) return;
    try {
      ({ people: this.people } = await present(this.plan, this.client));
    } catch {
      this.people = [];
    }
  }

  /**
   * @param {number} no
   * @param {"name" | "locked" | "removed"} aspect
   * @param {string | boolean} is
   */
  changeGrid(no, aspect, is) {
    const grid = /** @type {Drawing} */ (this.drawing).figures(no);
    this.session?.changeGrid([no, aspect, grid[aspect], is]);
    if (aspect === "removed") this.choose(NONE, false);
  }

  /** Go on drawing in a copy: what could not be saved here waits for it there. */
  async fork() {
    const { session } = this;
    if (!session) return;
    const waiting = session.pending.map((op) => ({ ...op, client: crypto.randomUUID() }));
    if (await this.#forkWith(waiting)) await session.discard();
  }

  /** Go on in a copy in which the units that others took are where this planner wants them. */
  async forkConflicts() {
    const lost = this.session?.conflicts ?? [];
    /** @type {Move[]} */
    const moves = lost.map(({ unit, to, now }) => [unit, now, to]);
    await this.#forkWith([{ client: crypto.randomUUID(), kind: "strokes", moves, changes: [], action: "take-back", why: null, grids: [] }]);
  }

  /**
   * @param {import("./editor/session.js").Op[]} ops that wait for the copy to be opened
   */
  async #forkWith(ops) {
    try {
      const made = await forkOf(this.plan, t("editor.fork.name", { name: this.told?.plan.name ?? "" }));
      const box = await outboxOf(made.id);
      for (const op of ops) await box.put(op);
      location.assign(`${base}/plan/${made.id}/edit`);
      return true;
    } catch (error) {
      this.say(error instanceof Error ? error.message : "");
      return false;
    }
  }

  /** @param {import("./editor/session.js").Rejected[]} lost */
  takeBack(lost) {
    const session = /** @type {Session} */ (this.session);
    const drawing = /** @type {Drawing} */ (this.drawing);
    session.conflicts = session.conflicts.filter((conflict) => !lost.includes(conflict));
    /** @type {Move[]} */
    const moves = lost.map(({ unit, to }) => [unit, named(drawing.grid[unit]), to]);
    session.draw(moves.filter(([, from, to]) => from !== to), { action: "take-back" });
    this.requestUpdate();
  }

  leaveConflicts() {
    if (this.session) this.session.conflicts = [];
    this.requestUpdate();
  }

  reword() {
    const style = styleAddress("base", { community: this.told?.plan.community_code ?? "" });
    this.map?.restyle(style);
    for (const no of this.drawing?.grids.keys() ?? []) this.map?.dirty.add(no);
    this.map?.reshape();
  }

  // --- what is drawn -------------------------------------------------------------------------

  render() {
    document.title = this.told ? `${this.told.plan.community_name ?? ""} · ${this.told.plan.name} · Wangge` : "Wangge";
    if (this.error) return html`${topBar(nothing)}<main class="sheet">${fault(this.error, () => this.load())}</main>`;
    return html`${barOf(this)}
      <main class="editor" data-tool=${this.tool} data-size=${this.size} data-revision=${this.session?.revision ?? ""}>
        <h1 class="unseen">${document.title}</h1>
        ${toolbox(this)}
        <section class="map-side" aria-label=${t("map.title")}>
          <div class="map"></div>
          ${this.mapless ? html`<p class="over-map">${t("map.none")}</p>` : nothing}
          <div class="brush-ring" aria-hidden="true"></div>
          <div class="pointer-tip" hidden aria-hidden="true"></div>
          <p class="said" role="status">${this.said ? html`<span>${this.said}</span>` : nothing}</p>
          ${notices(this)}
          <div class="map-foot">${mapLine()}</div>
        </section>
        <aside class="panel" aria-label=${t("editor.panel")}>${this.drawing && this.told ? this.side(this.drawing) : skeleton()}</aside>
        ${this.drawing ? html`<wg-editor-problems .drawing=${this.drawing} .found=${this.problems} @show=${(/** @type {CustomEvent} */ event) => this.showProblem(event.detail)}></wg-editor-problems>` : nothing}
        <p class="too-small">${t("editor.too-small")}</p>
      </main>
      <wg-editor-dialogs .page=${this} .asked=${this.dialog} @close=${() => (this.dialog = null)}></wg-editor-dialogs>`;
  }

  /** @param {Drawing} drawing */
  side(drawing) {
    return html`<header class="summary">
        <dl class="strip editor-strip">
          ${[t("grids"), capital(t("households.word")), t("over-cap"), t("unassigned")].map((word) => html`<div><dt>${word}</dt><dd class="figure"></dd></div>`)}
        </dl>
        <div class="tabs" role="tablist" aria-label=${t("editor.panel")}>
          ${/** @type {const} */ (["grids", "buildings", "history"]).map(
            (name) => html`<button type="button" role="tab" id="tab-${name}" aria-selected=${this.panel === name} aria-controls="side-panel" @click=${() => (this.panel = name)}>${t(`editor.tab.${name}`)}</button>`,
          )}
        </div>
      </header>
      <div class="side-panel" id="side-panel" role="tabpanel" aria-labelledby="tab-${this.panel}">${this.tab(drawing)}</div>`;
  }

  /** @param {Drawing} drawing */
  tab(drawing) {
    if (this.panel === "history") return html`<wg-editor-history .session=${this.session} .drawing=${drawing} .saving=${this.saving}></wg-editor-history>`;
    if (this.panel === "buildings")
      return html`<wg-editor-buildings .drawing=${drawing} .grid=${this.target} .chosen=${this.chosen} .drawable=${this.drawable}
        @units=${(/** @type {CustomEvent} */ event) => this.showUnits(event.detail)}
        @move=${(/** @type {CustomEvent} */ event) => this.move(event.detail.units, event.detail.to)}></wg-editor-buildings>`;
    const order = [NONE, ...drawing.list().map(({ no }) => no)];
    if (order.length === 1 && drawing.town.count === 0) return empty(t("plan.empty"), t("plan.empty.next"));
    return html`<wg-editor-grids
      .drawing=${drawing}
      .order=${order}
      .selected=${this.target}
      .hues=${(/** @type {number} */ no) => this.map?.hues.of(drawing, no) ?? 0}
      @choose=${(/** @type {CustomEvent} */ event) => this.choose(event.detail, true)}
    ></wg-editor-grids>
      ${this.acts(drawing)}`;
  }

  /**
   * What can be done with the chosen grid; outside the list, whose rows hold no buttons.
   * @param {Drawing} drawing
   */
  acts(drawing) {
    const grid = drawing.grids.get(this.target);
    if (!grid || this.target === NONE || !this.drawable) return nothing;
    const button = (/** @type {"rename" | "lock" | "remove" | "merge" | "split"} */ name, /** @type {string} */ text) =>
      html`<button type="button" @click=${() => this.act(name, grid.no)}>${text}</button>`;
    return html`<div class="grid-acts" role="group" aria-label=${grid.name}>
      ${button("rename", t("editor.rename"))} ${button("lock", grid.locked ? t("editor.unlock") : t("editor.lock"))}
      ${button("merge", t("editor.merge"))} ${button("split", t("editor.split"))}
      ${grid.units.size === 0 ? button("remove", t("editor.remove")) : nothing}
    </div>`;
  }

  /** @param {number[]} units */
  showUnits(units) {
    this.chooseUnits(units);
    this.map?.show(units);
  }

  /**
   * Something to do with a grid.
   * @param {"rename" | "lock" | "remove" | "merge" | "split"} name
   * @param {number} no
   */
  act(name, no) {
    const grid = this.drawing?.grids.get(no);
    if (!grid || no === NONE || !this.drawable) return;
    if (name === "lock") this.changeGrid(no, "locked", !grid.locked);
    else if (name === "remove") this.changeGrid(no, "removed", true);
    else this.dialog = { kind: name, grid: no };
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("tool") || changed.has("told")) this.#hold();
    this.#summary();
    const list = /** @type {any} */ (this.querySelector("wg-editor-grids"));
    if (list && this.drawing?.touched.size) this.#rows();
  }
}

/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
/** @param {number} grid */
const named = (grid) => (grid === NONE ? null : grid);

/**
 * @param {string} text
 * @param {boolean} warns
 */
function lineOf(text, warns) {
  const line = document.createElement("span");
  line.textContent = text;
  if (warns) line.className = "warn";
  return line;
}

customElements.define("wg-editor-page", EditorPage);
