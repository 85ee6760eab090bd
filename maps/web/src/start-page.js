/** The list of communities with the plan that stands for each. */

import { html, nothing } from "lit";
import { communities } from "./api.js";
import { count, percent } from "./figures.js";
import { loadBar } from "./load-bar.js";
import { base, rights, who } from "./page.js";
import { empty, fault, householdsWord, labelOf, skeleton, statePill, topBar } from "./parts.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./api.js").Community} Community */

class StartPage extends Component {
  static properties = { rows: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {Community[] | null} */
    this.rows = null;
    /** @type {unknown} */
    this.error = null;
    this.load();
  }

  async load() {
    this.error = null;
    try {
      this.rows = await communities();
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    document.title = t("start.title");
    return html`${topBar(nothing)}
      <main class="sheet">
        <h1>${t("start.heading")}</h1>
        ${this.body()}
      </main>`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (this.rows === null) return skeleton();
    if (this.rows.length === 0)
      return empty(t("start.empty"), t("start.empty.next"), "wangge import areas FILE");
    return html`${this.doors()} ${this.totals(this.rows)} ${this.table(this.rows)}`;
  }

  /** What one may do here, the most daily first. */
  doors() {
    const doors = [
      { to: "/my", text: "my", open: rights.has("mark") && who !== "" },
      { to: "/plan", text: "plan", open: rights.has("draw") || rights.has("approve") },
      { to: "/staff", text: "staff", open: rights.has("staff") },
      { to: "/dashboard", text: "dashboard", open: true },
      { to: "/embed", text: "embed", open: rights.has("embed") },
      { to: "/account", text: "accounts", open: rights.has("accounts") },
    ];
    return html`<nav class="doors" aria-label=${t("start.doors")}>
      ${doors.filter(({ open }) => open).map(({ to, text }) => html`<a class="button" href="${base}${to}">${t(`start.${text}`)}</a>`)}
    </nav>`;
  }

  /** @param {Community[]} rows */
  totals(rows) {
    const sum = (/** @type {(row: Community) => number} */ of) =>
      rows.reduce((total, row) => total + of(row), 0);
    const guessed = rows.some((row) => row.households_estimated);
    const kinds = [...new Set(rows.flatMap((row) => row.households_kinds))].sort();
    const over = sum((row) => row.plan?.over_cap ?? 0);
    return html`<dl class="totals">
      <div><dt>${t("communities")}</dt><dd>${count(rows.length)}</dd></div>
      <div><dt>${t("buildings")}</dt><dd>${count(sum((row) => row.buildings))}</dd></div>
      <div><dt>${labelOf(householdsWord(kinds))}</dt><dd>${count(sum((row) => row.households), guessed)}</dd></div>
      <div><dt>${t("grids")}</dt><dd>${count(sum((row) => row.plan?.grids ?? 0))}</dd></div>
      <div class=${over ? "bad" : ""}><dt>${t("over-cap")}</dt><dd>${count(over)}</dd></div>
    </dl>`;
  }

  /** @param {Community[]} rows */
  table(rows) {
    return html`<table class="communities">
      <thead>
        <tr>
          <th scope="col">${t("community")}</th>
          <th scope="col" class="number">${t("households.word")}</th>
          <th scope="col" class="number">${t("grids")}</th>
          <th scope="col" class="number">${t("over-cap")}</th>
          <th scope="col">${t("highest-load")}</th>
          <th scope="col">${t("plan")}</th>
          <th scope="col">${t("valid-from")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => this.row(row))}
      </tbody>
    </table>`;
  }

  /** @param {Community} row */
  row(row) {
    const plan = row.plan;
    const name = plan
      ? html`<a href="${base}/plan/${plan.id}">${row.name}</a>`
      : html`<span>${row.name}</span>`;
    return html`<tr class=${plan ? "" : "without"}>
      <th scope="row" title=${row.name}>
        ${name}<small>${row.subdistrict ?? ""} ${row.code}</small>
      </th>
      <td class="number" data-label=${labelOf(householdsWord(row.households_kinds))}>
        ${count(row.households, row.households_estimated)}
      </td>
      ${plan ? this.figures(plan) : this.without()}
    </tr>`;
  }

  /** @param {import("./api.js").Plan} plan */
  figures(plan) {
    const since = plan.valid_from
      ? html`<time class="figure">${plan.valid_from}</time>`
      : html`<span class="muted">${t("not-in-force")}</span>`;
    return html`<td class="number" data-label=${t("grids")}>${count(plan.grids)}</td>
      <td class="number ${plan.over_cap ? "bad" : ""}" data-label=${t("over-cap")}>
        ${count(plan.over_cap)}
      </td>
      <td data-label=${t("highest-load")}>
        ${plan.highest_load === null
          ? nothing
          : html`<span class="bar-and-figure"
              >${loadBar(plan.highest_load)}<span class="figure">${percent(plan.highest_load)}</span></span
            >`}
      </td>
      <td data-label=${t("plan")}>${statePill(plan.state)} <span class="name" title=${plan.name}>${plan.name}</span></td>
      <td data-label=${t("valid-from")}>${since}</td>`;
  }

  without() {
    return html`<td colspan="5" class="muted">${t("start.no-plan")}</td>`;
  }
}

customElements.define("wg-start-page", StartPage);
