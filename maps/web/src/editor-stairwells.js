/** A building over the cap divided by its stairwells: which building, how many, and the households of each. */

import { html, nothing } from "lit";
import { unitName } from "./editor-words.js";
import { buildingsOverCap } from "./editor/problems.js";
import { grouped, percent } from "./figures.js";
import { stairwellsOf } from "./planner-api.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {ReturnType<typeof buildingsOverCap>[number]} Over */

const MOST = 99;

/** @type {(page: EditorPage, close: () => void) => unknown} */
export const stairwellsDialog = (page, close) => html`<wg-editor-stairwells .page=${page} .close=${close}></wg-editor-stairwells>`;

class EditorStairwells extends Component {
  static properties = {
    page: { attribute: false },
    close: { attribute: false },
    building: { state: true },
    counts: { state: true },
    known: { state: true },
    waiting: { state: true },
    fault: { state: true },
  };

  constructor() {
    super();
    /** @type {EditorPage | null} */
    this.page = null;
    this.close = () => {};
    /** Code of the building that is looked at; empty: the fullest. */
    this.building = "";
    /** Households of each stairwell. @type {number[]} */
    this.counts = [];
    /** Whether the planner knows them, or they are equal shares. */
    this.known = false;
    this.waiting = false;
    this.fault = "";
  }

  connectedCallback() {
    super.connectedCallback();
    const { drawing, chosen } = /** @type {EditorPage} */ (this.page);
    const all = drawing ? buildingsOverCap(drawing.town) : [];
    const first = all.find(({ units }) => units.some((unit) => chosen.includes(unit))) ?? all[0];
    if (first) this.choose(first);
  }

  /** @param {Over} over */
  choose(over) {
    const page = /** @type {EditorPage} */ (this.page);
    const capacity = page.drawing?.town.rules.capacity ?? over.load;
    this.building = over.building;
    this.share(over, Math.max(over.units.length, Math.ceil(over.load / capacity), 2));
    page.map?.mark(over.units);
    page.map?.show(over.units);
  }

  /**
   * Equal shares of a building's households; the first have one more where they do not come out even.
   * @param {Over} over
   * @param {number} count
   */
  share({ households }, count) {
    const n = Math.min(Math.max(Math.trunc(count) || 2, 2), MOST);
    this.known = false;
    const left = households % n;
    this.counts = Array.from({ length: n }, (_, k) => (households - left) / n + Number(left > k));
  }

  render() {
    const { page } = this;
    const drawing = page?.drawing;
    if (!page || !drawing) return nothing;
    const all = buildingsOverCap(drawing.town);
    const over = all.find(({ building }) => building === this.building);
    const leave = html`<button type="button" @click=${() => this.close()}>${t("editor.cancel")}</button>`;
    if (!over) return html`<p>${t("editor.stairwells.none")}</p><p class="ask-buttons">${leave}</p>`;
    return html`<form @submit=${(/** @type {SubmitEvent} */ event) => this.split(event, over)}>
      <p class="muted small">${t("editor.stairwells.what")}</p>
      ${this.fault ? html`<p class="notice bad" role="alert">${this.fault}</p>` : nothing}
      ${this.picker(drawing.town, all)}
      <label>${t("editor.stairwells.count")}<input name="count" type="number" min="2" max=${MOST} required .value=${String(this.counts.length)} @change=${(/** @type {Event} */ event) => this.share(over, Number(/** @type {HTMLInputElement} */ (event.target).value))} /></label>
      ${this.shares(drawing.town, over)}
      <p class="ask-buttons"><button type="submit" class="primary" ?disabled=${this.waiting || this.rest(over) !== 0}>${t("editor.stairwells.split")}</button>${leave}</p>
    </form>`;
  }

  /**
   * @param {import("./editor/town.js").Town} town
   * @param {Over[]} all
   */
  picker(town, all) {
    const chosen = (/** @type {Event} */ event) => {
      const over = all.find(({ building }) => building === /** @type {HTMLSelectElement} */ (event.target).value);
      if (over) this.choose(over);
    };
    return html`<label>${t("editor.stairwells.building", { n: all.length })}<select name="building" @change=${chosen}>
      ${all.map(
        (over) => html`<option value=${over.building} ?selected=${over.building === this.building}>${unitName(town, over.units[0])} · ${t("households", { n: grouped(over.households) })} · ${percent(over.load / town.rules.capacity)}${over.units.length > 1 ? ` · ${t("editor.stairwells.already", { n: over.units.length })}` : ""}</option>`,
      )}
    </select></label>`;
  }

  /**
   * @param {import("./editor/town.js").Town} town
   * @param {Over} over
   */
  shares(town, over) {
    const rest = this.rest(over);
    const most = (town.rules.capacity / over.load) * over.households;
    return html`<fieldset class="stairwells"><legend>${t("editor.stairwells.households")}</legend>
      ${this.counts.map(
        (count, k) => html`<label>${t("editor.stairwell", { n: k + 1 })}<input type="number" min="0" max="100000" required class=${count > most ? "bad" : ""} .value=${String(count)} @input=${(/** @type {Event} */ event) => this.typed(k, Number(/** @type {HTMLInputElement} */ (event.target).value))} /></label>`,
      )}
    </fieldset>
    <p class=${rest ? "bad" : "muted small"} role="status">${rest ? t("editor.stairwells.rest", { n: rest, all: over.households }) : t(this.known ? "editor.stairwells.exact" : "editor.stairwells.estimated")}</p>`;
  }

  /**
   * @param {number} k
   * @param {number} count
   */
  typed(k, count) {
    this.known = true;
    this.counts = this.counts.map((was, at) => (at === k ? Math.max(Math.trunc(count) || 0, 0) : was));
  }

  /** Households that no stairwell has yet. @param {Over} over */
  rest({ households }) {
    return households - this.counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * @param {SubmitEvent} event
   * @param {Over} over
   */
  async split(event, over) {
    event.preventDefault();
    const page = /** @type {EditorPage} */ (this.page);
    [this.waiting, this.fault] = [true, ""];
    try {
      await page.session?.flush();
      if (page.session?.pending.length) throw new Error(t("editor.stairwells.unsaved", { n: page.session.pending.length }));
      const how = this.known ? { households: this.counts } : { count: this.counts.length };
      await stairwellsOf(page.plan, { ground: page.told?.plan.ground ?? 0, building: over.building, ...how });
      // The plan is on another ground now: its units are others.
      location.reload();
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
      this.waiting = false;
    }
  }
}

customElements.define("wg-editor-stairwells", EditorStairwells);
