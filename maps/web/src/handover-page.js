/** Visits of a community against the quota, and who has confirmed what changes hands. */

import { html, nothing } from "lit";
import { areaNamed, progressOf, receiptsOf } from "./api.js";
import { timeOf } from "./china-time.js";
import { count } from "./figures.js";
import { base } from "./page.js";
import { empty, fault, skeleton, topBar } from "./parts.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./api.js").ProgressRow} ProgressRow */
/** @typedef {import("./api.js").ReceiptRow} ReceiptRow */

class HandoverPage extends Component {
  static properties = {
    community: { type: String },
    name: { state: true },
    month: { state: true },
    told: { state: true },
    receipts: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    this.community = "";
    this.name = "";
    this.month = "";
    /** @type {{month: string, quota: number, rows: ProgressRow[]} | null} */
    this.told = null;
    /** @type {ReceiptRow[]} */
    this.receipts = [];
    /** @type {unknown} */
    this.error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    this.error = null;
    try {
      const [told, { items }, { name }] = await Promise.all([
        progressOf(this.community, this.month),
        receiptsOf(this.community),
        areaNamed(this.community),
      ]);
      this.name = name;
      this.told = told;
      this.month = told.month;
      this.receipts = items;
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    document.title = t("oversee.title");
    return html`${topBar(html`<span class="step">${t("oversee.heading")}</span>`)}
      <main class="sheet people">
        <h1>${this.name || this.community}</h1>
        <nav class="doors"><a class="button" href="${base}/staff/${this.community}">${t("staff.heading")}</a> <a class="button" href="${base}/maps/communities/${this.community}/grids.html">${t("plan.grid-sheets")}</a></nav>
        ${this.body()}
      </main>`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (this.told === null) return skeleton();
    return html`<section>
        <h2>${t("oversee.progress")}</h2>
        <label class="month-choice"
          ><span>${t("oversee.month")}</span
          ><input
            type="month"
            .value=${this.month}
            @change=${(/** @type {Event} */ event) => this.choose(event)}
        /></label>
        ${this.told.rows.length
          ? this.progress(this.told.rows, this.told.quota)
          : empty(t("oversee.no-grids"), t("oversee.no-grids.next"), "")}
        <p class="muted small">${t("oversee.counts-only")}</p>
      </section>
      <section>
        <h2>${t("oversee.receipts")}</h2>
        ${this.receipts.length ? this.byPublication() : html`<p class="muted">${t("oversee.none")}</p>`}
      </section>`;
  }

  /** @param {Event} event */
  choose(event) {
    const value = /** @type {HTMLInputElement} */ (event.target).value;
    if (!value) return;
    this.month = value;
    this.load();
  }

  /**
   * @param {ProgressRow[]} rows
   * @param {number} quota
   */
  progress(rows, quota) {
    return html`<table class="people-table" id="progress">
      <thead>
        <tr>
          <th scope="col">${t("oversee.grid")}</th>
          <th scope="col">${t("oversee.worker")}</th>
          <th scope="col" class="number">${t("oversee.met")}</th>
          <th scope="col" class="number">${t("oversee.buildings")}</th>
          <th scope="col" class="number">${t("oversee.absent")}</th>
          <th scope="col" class="number">${t("oversee.locked")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            <th scope="row">${row.grid_name}<small>${row.grid}</small></th>
            <td data-label=${t("oversee.worker")}>
              ${row.name ?? html`<span class="muted">${t("oversee.vacant")}</span>`}
            </td>
            <td class="number" data-label=${t("oversee.met")}>
              <meter
                min="0"
                max=${quota}
                value=${row.met_households}
                aria-label=${t("oversee.met.of", { n: row.met_households, quota })}
              ></meter>
              ${t("oversee.met.of", { n: row.met_households, quota })}
            </td>
            <td class="number" data-label=${t("oversee.buildings")}>
              ${t("oversee.met.of", { n: row.met_buildings, quota: row.buildings })}
            </td>
            <td class="number" data-label=${t("oversee.absent")}>${count(row.absent)}</td>
            <td class="number" data-label=${t("oversee.locked")}>${count(row.locked)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  byPublication() {
    /** @type {Map<number, ReceiptRow[]>} */
    const parts = new Map();
    for (const row of this.receipts)
      parts.set(row.publication, [...(parts.get(row.publication) ?? []), row]);
    return [...parts.values()].map((rows) => this.publication(rows));
  }

  /** @param {ReceiptRow[]} rows */
  publication(rows) {
    const waiting = rows.filter((row) => !row.confirmed_at).length;
    const maps = `${base}/maps/plans/${rows[0].plan}`;
    return html`<h3>${t("oversee.from", { day: rows[0].day })}</h3>
      <p class="small papers"><a href="${maps}/handover.html">${t("plan.handover")}</a> <a href="${maps}/grids.html">${t("plan.grid-sheets")}</a></p>
      <p class=${waiting ? "bad" : "muted"}>
        ${t("oversee.waiting", { n: waiting, all: rows.length })}
      </p>
      <table class="people-table receipts">
        <thead>
          <tr>
            <th scope="col">${t("oversee.worker")}</th>
            <th scope="col" class="number">${t("oversee.gained")}</th>
            <th scope="col" class="number">${t("oversee.lost")}</th>
            <th scope="col">${t("oversee.confirmed")}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`<tr>
              <th scope="row">${row.name}<small>${row.worker}</small></th>
              <td class="number" data-label=${t("oversee.gained")}>
                ${this.amount(row.gained, row.households_gained)}
              </td>
              <td class="number" data-label=${t("oversee.lost")}>
                ${this.amount(row.lost, row.households_lost)}
              </td>
              <td class=${row.confirmed_at ? "" : "bad"} data-label=${t("oversee.confirmed")}>
                ${row.confirmed_at
                  ? html`<time>${timeOf(row.confirmed_at)}</time>`
                  : t("oversee.not-yet")}
              </td>
            </tr>`,
          )}
        </tbody>
      </table>`;
  }

  /**
   * @param {number} n
   * @param {number} households
   */
  amount(n, households) {
    return n ? t("oversee.amount", { n, households }) : nothing;
  }
}

customElements.define("wg-handover-page", HandoverPage);
