/** The planner's page: one plan, redrawn by hand on the map and from the list. */

import { html, nothing } from "lit";
import { followPlan, onChange } from "./changes.js";
import { actNamed } from "./editor-actions.js";
import { barOf } from "./editor-bar.js";
import "./editor-dialogs.js";
import { editorKeys, spaceKey } from "./editor-keys.js";
import { deskOf, followNumbers, redraw, refreshRows, refreshSummary } from "./editor-live.js";
import { EditorMap } from "./editor-map.js";
import { notices } from "./editor-notices.js";
import "./editor-problems.js";
import { greet, hear, hearLate } from "./editor-sharing.js";
import { followSigning } from "./editor-signing.js";
import { sideOf } from "./editor-side.js";
import { toolbox } from "./editor-toolbox.js";
import { Tools } from "./editor-tools.js";
import { Drawing, NONE } from "./editor/drawing.js";
import { outboxOf } from "./editor/outbox.js";
import { Places } from "./editor/places.js";
import { problemsOf } from "./editor/problems.js";
import { Session } from "./editor/session.js";
import { readTown } from "./editor/town.js";
import { fault, mapLine, skeleton, topBar } from "./parts.js";
import { editorDocument, editsAfter, judgedProblems, remoteOf } from "./planner-api.js";
import { styleAddress } from "./style-address.js";
import { Component, language, onLanguage, t } from "./texts.js";

/** @typedef {import("./editor-tools.js").Tool} Tool */

const PRESENCE_MS = 20_000;
const HINT_MS = 6000;

export class EditorPage extends Component {
  static properties = {
    plan: { type: Number },
    tianditu: { type: String },
    base: { state: true },
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
    elsewhere: { state: true },
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
    /** Key of the base map; empty: there is none. */
    this.tianditu = "";
    /** @type {import("./editor-base.js").Base} */
    this.base = "";
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
    /** Strokes of other accounts that wait in this browser, of each how many. @type {Map<string, number>} */
    this.elsewhere = new Map();
    /** Overlays that are shown, with the facility kind of circles. @type {Map<import("./editor-overlays.js").Overlay, string>} */
    this.overlays = new Map();
    /** Kinds of facility that somebody has walked to. @type {import("./api.js").KindName[]} */
    this.kinds = [];
    /** Units chosen to be moved from the list. @type {number[]} */
    this.chosen = [];
    /** @type {import("./editor/problems.js").Found[]} */
    this.problems = [];
    /** @type {typeof import("./editor-side.js").PANELS[number]} */
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
    /** Whether others changed something while a stroke was drawn. */
    this.late = false;
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
    const presence = setInterval(() => greet(this), PRESENCE_MS);
    this.ends = [
      onChange((change) => hear(this, change)),
      followSigning(this),
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
    const { no, name, kind, locked, removed, code } = told.grids;
    const grids = no.map((number, k) => ({ no: number, name: name[k], kind: kind[k], locked: locked[k], removed: removed[k], code: code[k] }));
    this.drawing = new Drawing(town, grids, told.assignment);
    const known = edits.filter((edit) => told.plan.revision >= edit.seq);
    const outbox = await outboxOf(this.plan, told.plan.me);
    this.elsewhere = await outbox.others();
    const tell = (/** @type {number[]} */ units) => redraw(this, units);
    this.session = new Session(this.drawing, told.plan.revision, known, told.plan.me, remoteOf(this.plan, told.plan.ground), outbox, tell);
    this.session.renumbered = (its) => followNumbers(this, its);
    this.places = new Places(town);
    this.told = told;
    this.problems = problemsOf(this.drawing);
    await this.updateComplete;
    this.#draw();
    performance.mark("wangge-paintable");
    await this.session.resume();
    hearLate(this);
    greet(this);
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
    this.tools = new Tools(this.map.map.getCanvasContainer(), deskOf(this));
    this.requestUpdate();
  }

  /** The map follows the pointer only where the pointer draws nothing. */
  #hold() {
    if (this.tool === "select") this.map?.map.dragPan.enable();
    else this.map?.map.dragPan.disable();
  }

  /** Whether this plan may be drawn by whoever looks at it. */
  get drawable() {
    return Boolean(this.told?.plan.may_draw) && !this.session?.stopped;
  }

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

  /** @param {number[]} units */
  showUnits(units) {
    this.chooseUnits(units);
    this.map?.show(units);
  }

  /** @param {string} text */
  say(text) {
    this.said = text;
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => (this.said = ""), HINT_MS);
  }

  reword() {
    const style = styleAddress("base", { community: this.told?.plan.community_code ?? "" });
    this.map?.restyle(style);
    for (const no of this.drawing?.grids.keys() ?? []) this.map?.dirty.add(no);
    this.map?.relabel();
  }

  render() {
    document.title = this.told ? `${this.told.plan.community_name ?? ""} · ${this.told.plan.name} · Wangge` : "Wangge";
    if (this.error) return html`${topBar(nothing)}<main class="sheet">${fault(this.error, () => this.load())}</main>`;
    return html`${barOf(this)}
      <main class="editor" data-tool=${this.tool} data-size=${this.size} data-revision=${this.session?.revision ?? ""} data-ground=${this.told?.plan.ground ?? ""}>
        <h1 class="unseen">${document.title}</h1>
        ${toolbox(this)}
        <section class="map-side" aria-label=${t("map.title")}>
          <div class="map"></div>
          ${this.mapless ? html`<p class="over-map">${t("map.none")}</p>` : nothing}
          <div class="brush-ring" aria-hidden="true"></div>
          <div class="pointer-tip" hidden aria-hidden="true"></div>
          <p class="said" role="status">${this.said ? html`<span>${this.said}</span>` : nothing}</p>
          ${notices(this)}
          <div class="map-foot">${mapLine()}${this.base ? html`<span class="map-line">${t("editor.base.owner")}</span>` : nothing}</div>
        </section>
        <aside class="panel" aria-label=${t("editor.panel")}>${this.drawing && this.told ? sideOf(this, this.drawing) : skeleton()}</aside>
        ${this.drawing ? html`<wg-editor-problems .drawing=${this.drawing} .found=${this.problems} @large=${() => actNamed(this, "stairwells")} @show=${(/** @type {CustomEvent} */ event) => this.showProblem(event.detail)}></wg-editor-problems>` : nothing}
        <p class="too-small">${t("editor.too-small")}</p>
      </main>
      <wg-editor-dialogs .page=${this} .asked=${this.dialog} @close=${() => (this.dialog = null)}></wg-editor-dialogs>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("tool") || changed.has("told")) this.#hold();
    refreshSummary(this);
    if (this.drawing?.touched.size && this.querySelector("wg-editor-grids")) refreshRows(this);
  }
}

customElements.define("wg-editor-page", EditorPage);
