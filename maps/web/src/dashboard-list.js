/** The areas of the next level, or the grids of a community: sorted by any column, each leads on. */

import { html, nothing } from "lit";
import { count, loadClass, percent, share } from "./figures.js";
import { loadBar } from "./load-bar.js";
import { base } from "./page.js";
import { addressOf, lookFromAddress } from "./dashboard-state.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./dashboard-figures.js").Child} Child */
/** @typedef {import("./api.js").StandingGrid} StandingGrid */
/** @typedef {"name" | "households" | "load" | "over" | "vacant" | "covered"} Column */

/**
 * One row, whatever it is of.
 * @typedef {object} Row
 * @property {string} code
 * @property {string} name
 * @property {string} href
 * @property {boolean} area whether it leads down rather than away
 * @property {number} households
 * @property {boolean} guess
 * @property {number | null} load
 * @property {number | null} over
 * @property {number | null} vacant
 * @property {number | null} covered
 */

/** Columns of areas; grids have the first three. @type {Column[]} */
const COLUMNS = ["name", "households", "load", "over", "vacant", "covered"];

class DashboardList extends Component {
  static properties = {
    areas: { attribute: false },
    grids: { attribute: false },
    by: { state: true },
    upward: { state: true },
  };

  constructor() {
    super();
    /** @type {Child[]} */
    this.areas = [];
    /** Grids of a community; null: areas are shown. @type {StandingGrid[] | null} */
    this.grids = null;
    /** @type {Column} */
    this.by = "load";
    this.upward = false;
  }

  get rows() {
    return this.grids ? this.grids.map(rowOfGrid) : this.areas.map(rowOfArea);
  }

  get columns() {
    return this.grids ? COLUMNS.slice(0, 3) : COLUMNS;
  }

  render() {
    return html`<table class="areas ${this.grids ? "of-grids" : ""}">
      <thead>
        <tr>
          ${this.columns.map((column) => this.head(column))}
        </tr>
      </thead>
      <tbody>
        ${this.sorted().map((row) => this.row(row))}
      </tbody>
    </table>`;
  }

  /** @param {Column} column */
  head(column) {
    const here = column === this.by;
    const order = this.upward ? "ascending" : "descending";
    return html`<th scope="col" class=${column === "name" ? "" : "number"} aria-sort=${here ? order : nothing}>
      <button class="plain" type="button" @click=${() => this.sort(column)}>
        ${t(`dash.column.${column}`)}<span aria-hidden="true">${here ? (this.upward ? "↑" : "↓") : ""}</span>
      </button>
    </th>`;
  }

  /** @param {Column} column */
  sort(column) {
    this.upward = column === this.by ? !this.upward : column === "name" || column === "covered";
    this.by = column;
  }

  sorted() {
    const { by, upward } = this;
    const way = upward ? 1 : -1;
    return this.rows.sort((a, b) => {
      const [first, second] = [a[by], b[by]];
      // What is not known stands last, whichever way.
      if (first === null || second === null) return Number(first === null) - Number(second === null);
      if (typeof first === "string") return way * first.localeCompare(String(second), "zh-CN", { numeric: true });
      return way * (first - Number(second)) || a.code.localeCompare(b.code);
    });
  }

  /** @param {Row} row */
  row(row) {
    return html`<tr>
      <th scope="row">
        <a href=${row.href} title=${row.name} @click=${(/** @type {MouseEvent} */ event) => this.go(event, row)}>${row.name}</a>
      </th>
      <td class="number households">${count(row.households, row.guess)}</td>
      <td class="number load">
        ${row.load === null
          ? t("walk.untold")
          : html`<span class="bar-and-figure ${loadClass(row.load)}">${loadBar(row.load)}<span class="figure">${percent(row.load)}</span></span>`}
      </td>
      ${this.grids
        ? nothing
        : html`<td class="number ${row.over ? "bad" : ""}">${row.over ?? t("walk.untold")}</td>
            <td class="number ${row.vacant ? "warn" : ""}">${row.vacant ?? t("walk.untold")}</td>
            <td class="number">${row.covered === null ? t("walk.untold") : share(row.covered)}</td>`}
    </tr>`;
  }

  /**
   * @param {MouseEvent} event
   * @param {Row} row
   */
  go(event, row) {
    if (!row.area || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("go", { detail: row.code }));
  }
}

/**
 * @param {Child} child
 * @returns {Row}
 */
function rowOfArea(child) {
  return {
    code: child.code,
    name: child.name,
    href: addressOf({ ...lookFromAddress(), area: child.code }),
    area: true,
    households: child.households.total,
    guess: child.households.estimated > 0,
    load: child.grids.mean_load,
    over: child.published ? child.grids.over_cap : null,
    vacant: child.published ? child.posts.vacant : null,
    covered: child.covered?.share ?? null,
  };
}

/**
 * @param {StandingGrid} grid
 * @returns {Row}
 */
function rowOfGrid(grid) {
  return {
    code: grid.code,
    name: grid.name,
    href: `${base}/plan/${grid.plan_id}`,
    area: false,
    households: grid.households,
    guess: false,
    load: grid.households > 0 ? grid.load : null,
    over: null,
    vacant: null,
    covered: null,
  };
}

customElements.define("wg-dashboard-list", DashboardList);
