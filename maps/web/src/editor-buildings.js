/** Buildings as a list: found by name, looked at, and moved to a grid without the map. */

import { html, nothing } from "lit";
import { gridName, unitName } from "./editor-words.js";
import { NONE } from "./editor/drawing.js";
import { Component, t } from "./texts.js";

const MOST = 200;

class EditorBuildings extends Component {
  static properties = {
    drawing: { attribute: false },
    grid: { attribute: false },
    chosen: { attribute: false },
    drawable: { attribute: false },
    wanted: { state: true },
    to: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./editor/drawing.js").Drawing | null} */
    this.drawing = null;
    this.grid = NONE;
    /** @type {number[]} */
    this.chosen = [];
    this.drawable = false;
    this.wanted = "";
    /** @type {number | null} */
    this.to = null;
  }

  render() {
    const { drawing } = this;
    if (!drawing) return nothing;
    const found = this.found();
    const where = this.wanted ? t("editor.found", { n: found.length }) : t("editor.of-grid", { grid: gridName(drawing, this.grid), n: found.length });
    return html`<div class="buildings">
      <label class="search"><span class="unseen">${t("editor.search")}</span>
        <input type="search" placeholder=${t("editor.search")} .value=${this.wanted} @input=${(/** @type {InputEvent} */ event) => (this.wanted = /** @type {HTMLInputElement} */ (event.target).value)} /></label>
      ${this.drawable ? this.mover(drawing) : nothing}
      <p class="muted small" role="status">${where}</p>
      <ul aria-label=${t("buildings")}>${found.slice(0, MOST).map((unit) => this.row(drawing, unit))}</ul>
      ${found.length > MOST ? html`<p class="muted small">${t("editor.more", { n: found.length - MOST })}</p>` : nothing}
    </div>`;
  }

  /** @param {import("./editor/drawing.js").Drawing} drawing */
  mover(drawing) {
    const chosen = this.to === NONE || (this.to !== null && drawing.listed(this.to)) ? this.to : null;
    const to = chosen ?? (this.grid === NONE ? (drawing.list()[0]?.no ?? NONE) : this.grid);
    return html`<form class="mover" @submit=${(/** @type {Event} */ event) => this.move(event, to)}>
      <label>${t("editor.move-to", { n: this.chosen.length })}
        <select @change=${(/** @type {Event} */ event) => (this.to = Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
          ${drawing.list().map(({ no, name }) => html`<option value=${no} ?selected=${no === to}>${name}</option>`)}
          <option value=${NONE} ?selected=${to === NONE}>${t("editor.none")}</option>
        </select></label>
      <button type="submit" ?disabled=${this.chosen.length === 0}>${t("editor.move")}</button>
    </form>`;
  }

  /**
   * @param {Event} event
   * @param {number} to
   */
  move(event, to) {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("move", { detail: { units: this.chosen, to } }));
    this.requestUpdate();
  }

  /**
   * @param {import("./editor/drawing.js").Drawing} drawing
   * @param {number} unit
   */
  row(drawing, unit) {
    const { town, grid } = drawing;
    const chosen = this.chosen.includes(unit);
    const elders = town.units.elders?.[unit];
    return html`<li>
      <label class=${chosen ? "chosen" : ""}>
        <input type="checkbox" .checked=${chosen} @change=${() => this.choose(unit, !chosen)} />
        <span class="name" title=${unitName(town, unit)}>${unitName(town, unit)}</span>
        <span class="figure">${t(town.estimated[unit] ? "editor.households.about" : "households", { n: town.households[unit] })}</span>
        <small class="muted">${gridName(drawing, grid[unit])}${elders ? html` · ${t("editor.elders", { n: elders })}` : nothing}</small>
      </label>
    </li>`;
  }

  /**
   * @param {number} unit
   * @param {boolean} more
   */
  choose(unit, more) {
    const units = more ? [...this.chosen, unit] : this.chosen.filter((u) => u !== unit);
    this.dispatchEvent(new CustomEvent("units", { detail: units }));
  }

  found() {
    const drawing = /** @type {import("./editor/drawing.js").Drawing} */ (this.drawing);
    const { town } = drawing;
    const words = this.wanted.trim().toLowerCase();
    const all = words ? Array.from({ length: town.count }, (_, unit) => unit) : [...drawing.figures(this.grid).units];
    const named = all.map((unit) => ({ unit, name: unitName(town, unit) }));
    const fit = words
      ? named.filter(({ unit, name }) => `${name} ${town.units.unit_id[unit]}`.toLowerCase().includes(words))
      : named;
    return fit.sort((a, b) => a.name.localeCompare(b.name, "zh-CN", { numeric: true })).map(({ unit }) => unit);
  }
}

customElements.define("wg-editor-buildings", EditorBuildings);
