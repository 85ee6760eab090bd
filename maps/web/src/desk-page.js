/** Where planning begins: a community, what stands in it and what is wrong with that, its drafts. */

import { html, nothing } from "lit";
import { communities, plansOf } from "./api.js";
import { count, percent } from "./figures.js";
import { loadBar } from "./load-bar.js";
import { base } from "./page.js";
import { empty, fault, skeleton, statePill, topBar } from "./parts.js";
import { divideNew, forkOf } from "./planner-api.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./api.js").Plan} Plan */
/** @typedef {import("./api.js").Community} Community */

class DeskPage extends Component {
  static properties = {
    rules: { type: String },
    me: { type: String },
    all: { state: true },
    code: { state: true },
    plans: { state: true },
    error: { state: true },
    busy: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    /** Names of rule sets, with commas between them. */
    this.rules = "";
    this.me = "";
    /** @type {Community[] | null} */
    this.all = null;
    this.code = new URLSearchParams(location.search).get("community") ?? "";
    /** @type {Plan[] | null} */
    this.plans = null;
    /** @type {unknown} */
    this.error = null;
    this.busy = false;
    this.said = "";
    this.load();
  }

  async load() {
    this.error = null;
    try {
      this.all = await communities();
      if (!this.all.some(({ code }) => code === this.code)) this.code = this.all[0]?.code ?? "";
      await this.look();
    } catch (error) {
      this.error = error;
    }
  }

  async look() {
    this.plans = null;
    if (this.code) this.plans = await plansOf(this.code);
  }

  /** @param {Event} event */
  async chosen(event) {
    this.code = /** @type {HTMLSelectElement} */ (event.target).value;
    const here = new URL(location.href);
    here.searchParams.set("community", this.code);
    history.replaceState(null, "", here);
    try {
      await this.look();
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    document.title = t("desk.title");
    return html`${topBar(html`<span class="step">${t("desk.heading")}</span>`)}
      <main class="sheet desk">
        <h1>${t("desk.heading")}</h1>
        ${this.body()}
      </main>`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (this.all === null) return skeleton();
    if (this.all.length === 0) return empty(t("start.empty"), t("start.empty.next"), "wangge import areas FILE");
    const here = this.all.find(({ code }) => code === this.code);
    return html`<label class="desk-choice">${t("community")}
        <select @change=${this.chosen}>${this.all.map(({ code, name }) => html`<option value=${code} ?selected=${code === this.code}>${name}</option>`)}</select>
      </label>
      ${here ? html`${this.ground(here)} ${this.plans ? html`${this.standing(this.plans)} ${this.drafts(this.plans)} ${this.comparing(this.plans)} ${this.start(this.plans)}` : skeleton()}` : nothing}`;
  }

  /** @param {Community} here */
  ground(here) {
    return html`<dl class="totals">
      <div><dt>${t("buildings")}</dt><dd>${count(here.buildings)}</dd></div>
      <div><dt>${t("courtyards")}</dt><dd>${count(here.courtyards)}</dd></div>
      <div><dt>${t("desk.households")}</dt><dd>${count(here.households, here.households_estimated)}</dd></div>
    </dl>
    <p><a class="button" href="${base}/ground/${here.code}">${t("ground.title")}</a></p>`;
  }

  /** @param {Plan[]} plans */
  standing(plans) {
    const now = standingOf(plans);
    if (!now) return html`<section class="desk-part"><h2>${t("desk.standing")}</h2><p class="muted">${t("desk.no-standing")}</p></section>`;
    const wrong = [
      now.over_cap ? t("desk.over", { n: now.over_cap }) : "",
      now.unassigned_units ? t("desk.unassigned", { n: now.unassigned_units }) : "",
    ].filter(Boolean);
    return html`<section class="desk-part">
      <h2>${t("desk.standing")}</h2>
      <p><a href="${base}/plan/${now.id}">${now.name}</a> ${statePill(now.state)} <span class="muted">${t("valid.since", { from: now.valid_from ?? "" })}</span></p>
      <p>${t("desk.grids", { n: now.grids })}${now.highest_load === null ? nothing : html` · ${t("highest-load")} <span class="figure">${percent(now.highest_load)}</span>`}</p>
      ${wrong.length ? html`<ul class="wrong">${wrong.map((word) => html`<li>${word}</li>`)}</ul>` : html`<p class="good">${t("desk.all-well")}</p>`}
      <p><a class="button" href="${base}/plan/${now.id}/edit">${t("desk.look")}</a></p>
    </section>`;
  }

  /** @param {Plan[]} plans */
  drafts(plans) {
    const open = plans.filter(({ state }) => state !== "published" && state !== "archived");
    return html`<section class="desk-part">
      <h2>${t("desk.drafts")}</h2>
      ${open.length === 0
        ? html`<p class="muted">${t("desk.no-drafts")}</p>`
        : html`<table class="communities desk-drafts">
            <thead><tr><th scope="col">${t("plan")}</th><th scope="col" class="number">${t("grids")}</th><th scope="col" class="number">${t("over-cap")}</th><th scope="col" class="number">${t("unassigned")}</th><th scope="col">${t("highest-load")}</th></tr></thead>
            <tbody>${open.map((row) => this.draft(row, standingOf(plans)))}</tbody>
          </table>`}
    </section>`;
  }

  /**
   * @param {Plan} row
   * @param {Plan | undefined} now what stands
   */
  draft(row, now) {
    return html`<tr>
      <th scope="row">
        <a href="${base}/plan/${row.id}/edit">${row.name}</a> ${statePill(row.state)}<small>${row.rules_name ?? ""} · #${row.id}</small>
        ${now ? html`<a class="small" href="${base}/compare?left=plan-${now.id}&right=plan-${row.id}">${t("desk.compare")}</a>` : nothing}
      </th>
      <td class="number">${count(row.grids)}</td>
      <td class="number ${row.over_cap ? "bad" : ""}">${count(row.over_cap)}</td>
      <td class="number ${row.unassigned_households ? "bad" : ""}">${count(row.unassigned_households)}</td>
      <td>${row.highest_load === null ? nothing : html`<span class="bar-and-figure">${loadBar(row.highest_load)}<span class="figure">${percent(row.highest_load)}</span></span>`}</td>
    </tr>`;
  }

  /** @param {Plan[]} plans */
  comparing(plans) {
    if (plans.length < 2) return nothing;
    return html`<p><a class="button" href="${base}/compare?community=${this.code}">${t("desk.compare.any")}</a></p>`;
  }

  /** @param {Plan[]} plans */
  start(plans) {
    const now = standingOf(plans);
    return html`<section class="desk-part">
      <h2>${t("desk.start")}</h2>
      <form class="desk-start" @submit=${this.divide}>
        <label>${t("desk.rules")}<select name="rules">${this.rules.split(",").map((name) => html`<option value=${name}>${name}</option>`)}</select></label>
        <button class="primary" type="submit" ?disabled=${this.busy}>${t("desk.divide")}</button>
        ${now ? html`<button type="button" ?disabled=${this.busy} @click=${() => this.copy(now)}>${t("desk.copy")}</button>` : nothing}
      </form>
      <p role="status">${this.busy ? t("desk.working") : nothing}</p>
      ${this.said ? html`<p class="bad" role="alert">${this.said}</p>` : nothing}
    </section>`;
  }

  /** @param {SubmitEvent} event */
  async divide(event) {
    event.preventDefault();
    const rules = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("rules"));
    await this.open(() => divideNew(this.code, rules, this.me));
  }

  /** @param {Plan} now */
  async copy(now) {
    await this.open(() => forkOf(now.id, t("desk.copy.name", { name: now.name })));
  }

  /** @param {() => Promise<{id: number}>} made */
  async open(made) {
    [this.busy, this.said] = [true, ""];
    try {
      const { id } = await made();
      location.assign(`${base}/plan/${id}/edit`);
    } catch (error) {
      this.said = error instanceof Error ? error.message || t("fault.offline") : "";
      this.busy = false;
    }
  }
}

/** @param {Plan[]} plans */
function standingOf(plans) {
  return plans.find(({ state, valid_to }) => state === "published" && !valid_to);
}

customElements.define("wg-desk-page", DeskPage);
