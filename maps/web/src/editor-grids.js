/** The grids of a drawing, the unassigned first; each row is drawn anew only when it has changed. */

import { html, nothing } from "lit";
import { compactness, NONE, postsNeeded } from "./editor/drawing.js";
import { excessOf, isOver } from "./editor/problems.js";
import { grouped, hectares, loadClass, percent } from "./figures.js";
import { loadBar } from "./load-bar.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {import("./editor/drawing.js").Figures} Figures */

/** @param {number} no */
export const rowId = (no) => (no === NONE ? "grid-none" : `grid-${no}`);
// Rows drawn at once: more than any screen shows. The others follow when the browser has time.
const FIRST = 40;
const MORE = 120;

class EditorGrids extends Component {
  static properties = {
    drawing: { attribute: false },
    order: { attribute: false },
    selected: { attribute: false },
    hues: { attribute: false },
    drawn: { state: true },
  };

  constructor() {
    super();
    this.drawn = FIRST;
    /** @type {Drawing | null} */
    this.drawing = null;
    /** @type {number[]} */
    this.order = [];
    this.selected = NONE;
    /** @type {(no: number) => number} */
    this.hues = () => 0;
  }

  render() {
    return html`<ul
      class="grids editor-grids"
      role="listbox"
      tabindex="0"
      aria-label=${t("grids")}
      aria-activedescendant=${rowId(this.selected)}
      @keydown=${this.pressed}
    >
      ${this.order.slice(0, this.#most()).map(
        (no) =>
          html`<wg-editor-row
            id=${rowId(no)}
            role="option"
            aria-selected=${no === this.selected}
            .drawing=${this.drawing}
            .no=${no}
            .hue=${this.hues(no)}
            .chosen=${no === this.selected}
            @click=${() => this.choose(no)}
          ></wg-editor-row>`,
      )}
    </ul>`;
  }

  /** Rows down to the chosen one are there however far it stands. */
  #most() {
    return Math.max(this.drawn, this.order.indexOf(this.selected) + 1);
  }

  #follow() {
    this.following = false;
    this.drawn += MORE;
  }

  /**
   * Draw the rows of some grids anew.
   * @param {Iterable<number>} grids
   */
  refresh(grids) {
    for (const no of grids) {
      const row = /** @type {EditorRow | null} */ (document.getElementById(rowId(no)));
      row?.requestUpdate();
    }
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.order.indexOf(this.selected);
    const last = this.order.length - 1;
    /** @type {Record<string, number>} */
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last };
    if (!(event.key in to)) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(this.order[to[event.key]]);
  }

  /** @param {number} no */
  choose(no) {
    this.dispatchEvent(new CustomEvent("choose", { detail: no }));
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (this.drawn < this.order.length && !this.following) {
      this.following = true;
      requestIdleCallback(() => this.#follow(), { timeout: 1000 });
    }
    if (changed.has("selected")) this.#reveal();
  }

  /** The chosen row is shown whole, with the details that it grows by. */
  async #reveal() {
    const row = /** @type {EditorRow | null} */ (this.querySelector('[aria-selected="true"]'));
    await row?.updateComplete;
    row?.scrollIntoView({ block: "nearest" });
  }
}

class EditorRow extends Component {
  static properties = {
    drawing: { attribute: false },
    no: { attribute: false },
    hue: { attribute: false },
    chosen: { attribute: false },
  };

  constructor() {
    super();
    /** @type {Drawing | null} */
    this.drawing = null;
    this.no = NONE;
    this.hue = 0;
    this.chosen = false;
  }

  render() {
    const grid = this.drawing?.grids.get(this.no);
    if (!grid) return nothing;
    return this.no === NONE ? this.unassigned(grid) : this.grid(grid);
  }

  /** @param {Figures} grid */
  unassigned(grid) {
    return html`<span class="hue hue-0" aria-hidden="true"></span>
      <span class="name">${t("editor.none")}</span>
      <span class="households figure ${grid.households ? "bad" : ""}">${t("households", { n: grouped(grid.households) })}</span>
      <span class="tags"><span class="tag ${grid.units.size ? "warn" : ""}">${t("editor.units", { n: grid.units.size })}</span></span>`;
  }

  /** @param {Figures} grid */
  grid(grid) {
    const drawing = /** @type {Drawing} */ (this.drawing);
    const share = drawing.share(grid.no);
    const households = t("households", { n: grouped(grid.households) });
    return html`<span class="hue hue-${this.hue}" aria-hidden="true"></span>
      <span class="name" title=${grid.name}>${grid.locked ? html`<span class="lock" role="img" aria-label=${t("editor.locked")}>🔒</span>` : nothing}${grid.name}</span>
      <span class="households figure">
        ${grid.estimated
          ? html`<abbr class="estimate" title=${t("estimate.method")}>${t("estimate", { figure: households })}</abbr>`
          : households}
      </span>
      <span class="bar-and-percent ${loadClass(share)}">${loadBar(share)}<span class="percent figure">${percent(share)}</span></span>
      ${this.tags(drawing, grid)} ${this.chosen ? this.detail(drawing, grid) : nothing}`;
  }

  /**
   * @param {Drawing} drawing
   * @param {Figures} grid
   */
  tags(drawing, grid) {
    const pieces = drawing.pieces(grid.no);
    const words = [];
    if (isOver(drawing, grid)) words.push(html`<span class="tag bad">${t("above-by", { n: grouped(excessOf(drawing, grid)) })}</span>`);
    else if (grid.load > drawing.town.rules.capacity) words.push(html`<span class="tag warn">${t("editor.one-building")}</span>`);
    if (pieces > 1) words.push(html`<span class="tag warn">${t("pieces", { n: pieces })}</span>`);
    if (grid.kind === "special") words.push(html`<span class="tag">${t("kind.special")}</span>`);
    if (grid.units.size === 0) words.push(html`<span class="tag">${t("editor.empty-grid")}</span>`);
    return words.length ? html`<span class="tags">${words}</span>` : nothing;
  }

  /**
   * @param {Drawing} drawing
   * @param {Figures} grid
   */
  detail(drawing, grid) {
    const facts = [
      [t("buildings"), grouped(grid.buildings)],
      [t("editor.pieces"), drawing.pieces(grid.no)],
      [t("editor.posts"), postsNeeded(grid, drawing.town.rules.capacity)],
      [t("editor.compact"), compactness(grid).toFixed(2)],
      [t("area"), hectares(grid.area_m2)],
      [t("editor.soft"), t("metres", { n: grouped(Math.max(grid.soft_m, 0)) })],
    ];
    return html`<dl class="detail">
        ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd class="figure">${value}</dd></div>`)}
      </dl>`;
  }
}

customElements.define("wg-editor-row", EditorRow);
customElements.define("wg-editor-grids", EditorGrids);
