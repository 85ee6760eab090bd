/** Staff of an area: figures against the thresholds, vacancies, teams, the roster, and chains. */

import { html, nothing } from "lit";
import { Problem } from "./api.js";
import { count } from "./figures.js";
import { base, rights } from "./page.js";
import { empty, fault, skeleton, topBar } from "./parts.js";
import { areaTree } from "./scope-picker.js";
import { chooseTeam, staffingOf, teamOf, vacanciesOf } from "./staff-api.js";
import "./staff-chain.js";
import "./staff-roster.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./staff-api.js").StaffFigures} StaffFigures */
/** @typedef {import("./staff-api.js").Vacancies} Vacancies */
/** @typedef {import("./staff-api.js").TeamOfArea} TeamOfArea */

class StaffPage extends Component {
  static properties = {
    area: { type: String },
    areas: { state: true },
    staffing: { state: true },
    vacancies: { state: true },
    team: { state: true },
    said: { state: true },
    error: { state: true },
    loaded: { state: true },
  };

  constructor() {
    super();
    this.area = "";
    /** @type {import("./api.js").AreaRow[]} */
    this.areas = [];
    /** @type {import("./staff-api.js").Staffing | null} */
    this.staffing = null;
    /** @type {Vacancies | null} */
    this.vacancies = null;
    /** @type {TeamOfArea | null} */
    this.team = null;
    this.said = "";
    /** @type {unknown} */
    this.error = null;
    this.loaded = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    this.error = null;
    try {
      this.areas = await areaTree();
      if (!this.area) this.area = this.areas.find((row) => !this.known(row.parent_code))?.code ?? "";
      if (this.area)
        [this.staffing, this.vacancies, this.team] = await Promise.all([
          staffingOf(this.area),
          vacanciesOf(this.area, ""),
          teamOf(this.area),
        ]);
    } catch (error) {
      // Whoever looks after single grids has no figures of an area, but people to find.
      if (!(error instanceof Problem && error.status === 404 && this.known(this.area))) this.error = error;
    }
    this.loaded = true;
  }

  /** @param {string | null} code */
  known(code) {
    return this.areas.some((row) => row.code === code);
  }

  render() {
    const name = this.staffing?.figures.name ?? this.areas.find(({ code }) => code === this.area)?.name;
    document.title = name ? `${name} · ${t("staff.title")}` : t("staff.title");
    return html`${topBar(html`<span class="step">${t("staff.heading")}</span>`)}
      <main class="sheet people">
        <h1>${name ?? t("staff.heading")}</h1>
        ${this.body()}
      </main>`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (!this.loaded) return skeleton();
    const { staffing, vacancies, team } = this;
    return html`${this.areas.length > 1 ? this.choice() : nothing}
      ${staffing ? this.figures(staffing) : nothing}
      ${vacancies && team ? this.gaps(vacancies, team) : nothing}
      <wg-staff-chain></wg-staff-chain>
      ${team ? this.teamSection(team) : nothing}
      ${rights.has("roster") ? html`<wg-staff-roster @stored=${() => this.load()}></wg-staff-roster>` : nothing}`;
  }

  choice() {
    const go = (/** @type {Event} */ event) =>
      location.assign(`${base}/staff/${/** @type {HTMLSelectElement} */ (event.target).value}`);
    return html`<label class="area-choice"
      ><span>${t("staff.area")}</span
      ><select @change=${go}>
        ${this.areas.map(
          ({ code, name }) => html`<option value=${code} ?selected=${code === this.area}>${name} ${code}</option>`,
        )}
      </select></label
    >`;
  }

  /** @param {import("./staff-api.js").Staffing} staffing */
  figures({ figures, children, per_10000: threshold }) {
    const rows = children.length ? children : [figures];
    return html`<section>
      <h2>${t("staff.figures")}</h2>
      <dl class="totals">
        <div><dt>${t("staff.workers")}</dt><dd>${count(figures.workers)}</dd></div>
        <div><dt>${t("staff.posts")}</dt><dd>${count(figures.posts)}</dd></div>
        <div class=${figures.vacant ? "bad" : ""}><dt>${t("staff.vacant")}</dt><dd>${count(figures.vacant)}</dd></div>
        <div><dt>${t("staff.per-post")}</dt><dd>${figures.households_per_post ?? "-"}</dd></div>
        <div class=${figures.enough === false ? "bad" : ""}>
          <dt>${t("staff.per-10000")}</dt><dd>${figures.workers_per_10000 ?? "-"}</dd>
        </div>
      </dl>
      <p class="muted small">${t("staff.method", { n: threshold })}</p>
      <table class="people-table">
        <thead>
          <tr>
            <th scope="col">${t("staff.area")}</th>
            <th scope="col" class="number">${t("households.word")}</th>
            <th scope="col" class="number">${t("staff.residents")}</th>
            <th scope="col" class="number">${t("staff.workers")}</th>
            <th scope="col" class="number">${t("staff.needed")}</th>
            <th scope="col" class="number">${t("staff.vacant")}</th>
            <th scope="col" class="number">${t("staff.per-post")}</th>
            <th scope="col" class="number">${t("staff.tier")}</th>
            <th scope="col">${t("staff.more")}</th>
          </tr>
        </thead>
        <tbody>${rows.map((row) => this.row(row))}</tbody>
      </table>
    </section>`;
  }

  /** @param {StaffFigures} row */
  row(row) {
    const short = row.enough === false;
    return html`<tr>
      <th scope="row">${
        row.area === this.area ? row.name : html`<a href="${base}/staff/${row.area}">${row.name}</a>`
      }<small>${row.area}</small></th>
      <td class="number" data-label=${t("households.word")}>${count(row.households)}</td>
      <td class="number" data-label=${t("staff.residents")}>${row.persons === null ? "-" : count(row.persons, true)}</td>
      <td class="number ${short ? "bad" : ""}" data-label=${t("staff.workers")}>${count(row.workers)}</td>
      <td class="number" data-label=${t("staff.needed")}>${row.workers_needed ?? "-"}</td>
      <td class="number ${row.vacant ? "bad" : ""}" data-label=${t("staff.vacant")}>${count(row.vacant)}</td>
      <td class="number" data-label=${t("staff.per-post")}>${row.households_per_post ?? "-"}</td>
      <td class="number" data-label=${t("staff.tier")}>${row.tier ? t("staff.tier.of", { tier: row.tier, from: row.tier_from }) : "-"}</td>
      <td data-label=${t("staff.more")}>${
        row.level === "community" && rights.has("progress")
          ? html`<a class="button" href="${base}/handover/${row.area}">${t("staff.visits")}</a>`
          : nothing
      }</td>
    </tr>`;
  }

  /**
   * @param {Vacancies} vacancies
   * @param {TeamOfArea} team
   */
  gaps(vacancies, { team }) {
    return html`<section id="vacancies">
      <h2>${t("vacancies.heading", { n: vacancies.seats.length ? vacancies.gap : "–" })}</h2>
      ${vacancies.seats.length === 0
        ? empty(t("vacancies.none"), t(`vacancies.none.${team ? "subjects" : "team"}`))
        : html`<table class="people-table">
            <thead>
              <tr>
                <th scope="col">${t("vacancies.seat")}</th>
                <th scope="col">${t("staff.area")}</th>
                <th scope="col" class="number">${t("vacancies.needed")}</th>
                <th scope="col" class="number">${t("vacancies.filled")}</th>
                <th scope="col" class="number">${t("vacancies.gap")}</th>
              </tr>
            </thead>
            <tbody>
              ${vacancies.seats.map(
                (seat) => html`<tr>
                  <th scope="row">${seat.title}</th>
                  <td data-label=${t("staff.area")}>${seat.area_name}</td>
                  <td class="number" data-label=${t("vacancies.needed")}>${count(seat.needed)}</td>
                  <td class="number" data-label=${t("vacancies.filled")}>${count(seat.filled)}</td>
                  <td class="number ${seat.gap ? "bad" : ""}" data-label=${t("vacancies.gap")}>${count(seat.gap)}</td>
                </tr>`,
              )}
            </tbody>
          </table>
          ${vacancies.items.length ? this.gapList(vacancies) : html`<p class="good">${t("vacancies.full")}</p>`}`}
    </section>`;
  }

  /** @param {Vacancies} vacancies */
  gapList(vacancies) {
    return html`<details>
      <summary>${t("vacancies.one-by-one")}</summary>
      <ul class="rows">
        ${vacancies.items.map(
          (gap) => html`<li>
            <span class="grow">${gap.name ?? gap.code}<small class="figure">${gap.code}</small></span>
            <span>${t("vacancies.lacks", { title: gap.title, n: gap.gap })}</span>
          </li>`,
        )}
      </ul>
      ${vacancies.next
        ? html`<p><button type="button" @click=${() => this.further(vacancies)}>${t("vacancies.further")}</button></p>`
        : nothing}
    </details>`;
  }

  /** @param {Vacancies} vacancies */
  async further(vacancies) {
    try {
      const next = await vacanciesOf(this.area, vacancies.next ?? "");
      this.vacancies = { ...next, items: [...vacancies.items, ...next.items] };
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {TeamOfArea} here */
  teamSection(here) {
    const { team, set_in: from, presets } = here;
    const names = new Map(this.areas.map(({ code, name }) => [code, name]));
    return html`<section>
      <h2>${t("team.heading")}</h2>
      ${team
        ? html`<p>${team.name} · ${team.chain.join(" › ")}
              ${from === this.area ? nothing : html`<small class="muted">${t("team.from", { name: names.get(from ?? "") ?? from ?? "" })}</small>`}</p>
            <ul class="seats">
              ${team.seats.map(
                (seat) => html`<li>${t(`team.seat.${seat.count ? "fixed" : "free"}`, { level: seat.level_title, title: seat.title, n: seat.count })}</li>`,
              )}
            </ul>`
        : html`<p class="muted">${t("team.none")}</p>`}
      ${rights.has("roster")
        ? html`<form class="inline-form" @submit=${this.choose}>
            <label
              ><span>${t("team.choose")}</span
              ><select name="preset">
                <option value="">${t("team.above")}</option>
                ${presets.map(
                  (one) => html`<option value=${one.name} ?selected=${one.name === team?.name && from === this.area}>
                    ${one.name} · ${one.chain.join(" › ")}
                  </option>`,
                )}
              </select></label
            >
            <button type="submit">${t("team.set")}</button>
          </form>`
        : nothing}
      ${this.said ? html`<p class="said" role="status">${this.said}</p>` : nothing}
    </section>`;
  }

  /** @param {SubmitEvent} event */
  async choose(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const preset = String(form.get("preset"));
    const name = this.staffing?.figures.name ?? this.area;
    if (!confirm(t("team.sure", { name, team: preset || t("team.above") }))) return;
    try {
      await chooseTeam(this.area, preset);
      this.said = t("team.done");
      await this.load();
    } catch (error) {
      this.said = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
  }
}

customElements.define("wg-staff-page", StaffPage);
