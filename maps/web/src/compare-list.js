/** What has moved, and the grids beside their matches: lists that work alone by keyboard. */

import { html, nothing } from "lit";
import { count, grouped, percent } from "./figures.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./compare-api.js").Comparison} Comparison */
/** @typedef {import("./compare-api.js").MovedBuilding} MovedBuilding */
/** @typedef {import("./compare-map.js").Chosen} Chosen */

const FIRST = 300;

class CompareList extends Component {
  static properties = {
    told: { attribute: false },
    chosen: { attribute: false },
    kind: { state: true },
    wanted: { state: true },
    all: { state: true },
  };

  constructor() {
    super();
    /** @type {Comparison | null} */
    this.told = null;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** @type {"moved" | "grid"} */
    this.kind = "moved";
    this.wanted = "";
    this.all = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("told")) this.all = false;
    if (!changed.has("chosen") || !this.chosen) return;
    this.kind = this.chosen.kind;
    // What was chosen on the map must be seen in the list.
    if (!this.rows().includes(this.chosen.at)) [this.wanted, this.all] = ["", true];
  }

  /** Rows shown, as places in the list of the comparison. */
  rows() {
    if (!this.told) return [];
    if (this.kind === "grid") return [...this.told.grids.keys()];
    const wanted = this.wanted.trim().toLowerCase();
    const found = [...this.told.moved.keys()].filter((at) => !wanted || spoken(/** @type {Comparison} */ (this.told).moved[at]).includes(wanted));
    return this.all ? found : found.slice(0, FIRST);
  }

  render() {
    const { told } = this;
    if (!told) return nothing;
    return html`<div class="compare-tabs" role="tablist" aria-label=${t("compare.lists")} @keydown=${this.turned}>
        ${this.tab("moved", told.moved.length)} ${this.tab("grid", told.grids.length)}
        ${this.kind === "moved"
          ? html`<label class="compare-filter"><span class="unseen">${t("compare.filter")}</span>
              <input type="search" placeholder=${t("compare.filter")} .value=${this.wanted} @input=${(/** @type {Event} */ event) => (this.wanted = /** @type {HTMLInputElement} */ (event.target).value)} />
            </label>`
          : nothing}
      </div>
      <div class="compare-rows" id="compare-rows" role="tabpanel" aria-labelledby="tab-${this.kind}">
        ${this.kind === "moved" ? this.moved(told) : this.grids(told)}
      </div>`;
  }

  /**
   * @param {"moved" | "grid"} kind
   * @param {number} n
   */
  tab(kind, n) {
    const here = this.kind === kind;
    return html`<button type="button" role="tab" id="tab-${kind}" aria-selected=${here} aria-controls="compare-rows" tabindex=${here ? 0 : -1} @click=${() => (this.kind = kind)}>
      ${t(`compare.list.${kind}`)} <span class="figure">${grouped(n)}</span>
    </button>`;
  }

  /** @param {KeyboardEvent} event */
  async turned(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.role !== "tab" || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    this.kind = this.kind === "moved" ? "grid" : "moved";
    await this.updateComplete;
    /** @type {HTMLElement} */ (this.querySelector(`#tab-${this.kind}`)).focus();
  }

  /** @param {Comparison} told */
  moved(told) {
    if (told.moved.length === 0) return html`<p class="compare-none">${t("compare.none")}</p>`;
    const rows = this.rows();
    if (rows.length === 0) return html`<p class="compare-none" role="status">${t("compare.none-found", { wanted: this.wanted })}</p>`;
    const heads = ["building", "from", "to", "households"];
    const left = this.wanted || this.all ? 0 : told.moved.length - rows.length;
    return html`<div class="compare-head" aria-hidden="true">${heads.map((name) => html`<span>${t(`compare.head.${name}`)}</span>`)}</div>
      ${this.box(t("compare.list.moved"), rows, (at) => this.building(told.moved[at]))}
      ${left > 0 ? html`<p class="compare-none"><button type="button" @click=${() => (this.all = true)}>${t("compare.more", { n: grouped(left) })}</button></p>` : nothing}`;
  }

  /**
   * @param {string} label
   * @param {number[]} rows
   * @param {(at: number) => unknown} drawn
   */
  box(label, rows, drawn) {
    const here = this.chosen?.kind === this.kind ? this.chosen.at : null;
    return html`<ul class="compare-list ${this.kind}" role="listbox" tabindex="0" aria-label=${label}
      aria-activedescendant=${here !== null && rows.includes(here) ? `row-${here}` : nothing}
      @keydown=${(/** @type {KeyboardEvent} */ event) => this.pressed(event, rows)}>
      ${rows.map((at) => html`<li id="row-${at}" role="option" aria-selected=${at === here} @click=${() => this.choose(at)}>${drawn(at)}</li>`)}
    </ul>`;
  }

  /** @param {MovedBuilding} moved */
  building(moved) {
    const name = moved.name ?? moved.building ?? moved.unit_id;
    const none = html`<span class="bad">${t("compare.nowhere")}</span>`;
    const own = moved.courtyard && !name.startsWith(moved.courtyard) ? html`<small class="muted">${moved.courtyard}</small>` : nothing;
    const part = moved.unit_id === moved.building ? nothing : html`<small class="muted">${moved.unit_id}</small>`;
    return html`<span class="name" title=${name}>${name} ${own} ${part}</span>
      <span>${moved.from_grid ?? none}</span>
      <span><span aria-hidden="true">→ </span><span class="unseen">${t("compare.becomes")}</span>${moved.to_grid ?? none}</span>
      <span class="number">${count(moved.households, moved.households_estimated)}</span>`;
  }

  /** @param {Comparison} told */
  grids(told) {
    const heads = ["grid-a", "grid-b", "households", "load", "posts", "round"];
    return html`<div class="compare-head grid" aria-hidden="true">${heads.map((name) => html`<span>${t(`compare.head.${name}`)}</span>`)}</div>
      ${this.box(t("compare.list.grid"), this.rows(), (at) => this.pair(told.grids[at]))}`;
  }

  /** @param {import("./compare-api.js").ComparedGrid} pair */
  pair(pair) {
    const figures = /** @type {[string, string, string][]} */ ([
      ["households", grouped(pair.households_a), grouped(pair.households_b)],
      ["load", percent(pair.load_a), percent(pair.load_b)],
      ["posts", grouped(pair.posts_a), grouped(pair.posts_b)],
      ["round", (pair.round_m_a / 1000).toFixed(1), (pair.round_m_b / 1000).toFixed(1)],
    ]);
    const dash = t("compare.dash");
    const sides = figures.map(([name, was, is]) => [name, pair.a === null ? dash : was, pair.b === null ? dash : is]);
    return html`<span class="name">${pair.name_a ?? html`<em class="muted">${t("compare.new")}</em>`}</span>
      <span class="name">${pair.name_b ?? html`<em class="muted">${t("compare.gone")}</em>`}</span>
      ${sides.map(([name, was, is]) => html`<span class="number figure" data-label=${t(`compare.head.${name}`)}>${was === is ? is : html`${was} <span aria-hidden="true">→</span><span class="unseen">${t("compare.becomes")}</span> <b>${is}</b>`}</span>`)}`;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number[]} rows
   */
  pressed(event, rows) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.chosen?.kind === this.kind ? rows.indexOf(this.chosen.at) : -1;
    const last = rows.length - 1;
    /** @type {Record<string, number>} */
    const to = {
      ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last,
      PageDown: Math.min(at + 10, last), PageUp: Math.max(at - 10, 0), Enter: at, Escape: -1,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    const row = to[event.key];
    this.choose(row < 0 ? null : rows[row]);
  }

  /** @param {number | null} at */
  choose(at) {
    const detail = at === null ? null : { kind: this.kind, at };
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  }

  updated() {
    this.querySelector('[role="option"][aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }
}

/**
 * What of a building is searched.
 * @param {MovedBuilding} moved
 */
function spoken({ name, building, unit_id, courtyard, from_grid, to_grid }) {
  return [name, building, unit_id, courtyard, from_grid, to_grid].filter(Boolean).join(" ").toLowerCase();
}

customElements.define("wg-compare-list", CompareList);
