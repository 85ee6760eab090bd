/** The grids of a plan as a list that works alone by keyboard. */

import { html, nothing } from "lit";
import { excess, hectares, households, loadClass, percent } from "./figures.js";
import { loadBar } from "./load-bar.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./api.js").Grid} Grid */

class GridList extends Component {
  static properties = { rows: { attribute: false }, selected: { attribute: false } };

  constructor() {
    super();
    /** @type {Grid[]} */
    this.rows = [];
    /** @type {number | null} */
    this.selected = null;
  }

  render() {
    const active = this.selected === null ? nothing : `grid-${this.selected}`;
    return html`<ul
      class="grids"
      role="listbox"
      tabindex="0"
      aria-label=${t("grids")}
      aria-activedescendant=${active}
      @keydown=${this.pressed}
    >
      ${this.rows.map((grid) => this.row(grid))}
    </ul>`;
  }

  /** @param {Grid} grid */
  row(grid) {
    const chosen = grid.grid_no === this.selected;
    return html`<li
      id="grid-${grid.grid_no}"
      role="option"
      aria-selected=${chosen}
      class=${loadClass(grid.load)}
      @click=${() => this.choose(grid.grid_no)}
    >
      <span class="name" title=${grid.name}>${grid.name}</span>
      <span class="households">${households(grid.households, grid.households_estimated)}</span>
      ${loadBar(grid.load)}
      <span class="percent figure">${percent(grid.load)}</span>
      ${tags(grid)} ${chosen ? this.detail(grid) : nothing}
    </li>`;
  }

  /** @param {Grid} grid */
  detail(grid) {
    const facts = [
      [t("buildings"), grid.buildings],
      [t("courtyards"), grid.courtyards],
      [t("area"), hectares(grid.area_m2)],
      [t("code"), grid.code ?? t("code.later")],
    ];
    return html`<dl class="detail">
      ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd class="figure">${value}</dd></div>`)}
    </dl>`;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const at = this.rows.findIndex((grid) => grid.grid_no === this.selected);
    const last = this.rows.length - 1;
    /** @type {Record<string, number | null>} */
    const to = {
      ArrowDown: Math.min(at + 1, last),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const index = to[event.key];
    this.choose(index === null ? null : this.rows[index].grid_no);
  }

  /** @param {number | null} grid */
  choose(grid) {
    this.dispatchEvent(new CustomEvent("choose", { detail: grid }));
  }

  updated() {
    this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }
}

/**
 * What is out of the ordinary, in a word each.
 * @param {Grid} grid
 */
function tags(grid) {
  const above = excess(grid);
  const pieces = grid.pieces ?? 1;
  const words = [];
  if (above !== null) words.push(html`<span class="tag bad">${t("above-by", { n: above })}</span>`);
  if (pieces > 1) words.push(html`<span class="tag warn">${t("pieces", { n: pieces })}</span>`);
  if (grid.kind === "special") words.push(html`<span class="tag">${t("kind.special")}</span>`);
  return words.length ? html`<span class="tags">${words}</span>` : nothing;
}

customElements.define("wg-grid-list", GridList);
