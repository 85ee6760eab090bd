/** A plan: its grids as a list and on the map, each selecting the other. Read only. */

import { html, nothing } from "lit";
import { communities, fetchedFrom, gridsOf, plan, plansOf } from "./api.js";
import { followPlan, onChange } from "./changes.js";
import { count } from "./figures.js";
import "./grid-list.js";
import "./plan-files.js";
import { legend } from "./map-legend.js";
import { base, known } from "./page.js";
import { empty, fault, householdsWord, labelOf, mapLine, skeleton, statePill, topBar } from "./parts.js";
import { PlanMap } from "./plan-map.js";
import { styleAddress } from "./style-address.js";
import { Component, onLanguage, t } from "./texts.js";

/** @typedef {import("./api.js").Plan} Plan */
/** @typedef {import("./api.js").Grid} Grid */

class PlanPage extends Component {
  static properties = {
    plan: { type: Number },
    shown: { state: true },
    rows: { state: true },
    siblings: { state: true },
    others: { state: true },
    selected: { state: true },
    error: { state: true },
    colours: { state: true },
    face: { state: true },
    mapless: { state: true },
  };

  constructor() {
    super();
    this.plan = 0;
    /** @type {Plan | null} */
    this.shown = null;
    /** @type {Grid[] | null} */
    this.rows = null;
    /** @type {Plan[]} */
    this.siblings = [];
    /** @type {import("./api.js").Community[]} */
    this.others = [];
    /** @type {number | null} */
    this.selected = null;
    /** @type {import("./map-legend.js").Legend | null} */
    this.colours = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {"list" | "map"} */
    this.face = "list";
    this.mapless = false;
    this.hearing = false;
    /** @type {PlanMap | null} */
    this.map = null;
  }

  connectedCallback() {
    super.connectedCallback();
    onLanguage(() => this.reword());
    followPlan(this.plan);
    onChange((change) => this.hear(change));
    this.load();
  }

  /**
   * Read the figures again when somebody changes this plan.
   * @param {import("./changes.js").Change} change
   */
  hear(change) {
    const about = change.layers === null || change.plan === this.plan || change.layers.includes("grids");
    if (!about || this.hearing) return;
    // Several changes in a row are one reading.
    this.hearing = true;
    setTimeout(() => {
      this.hearing = false;
      this.reread().catch((error) => (this.error = error));
    }, 200);
  }

  async reread() {
    const [shown, rows] = await Promise.all([plan(this.plan), gridsOf(this.plan)]);
    [this.shown, this.rows] = [shown, rows];
  }

  async load() {
    this.error = null;
    try {
      const read = [plan(this.plan), gridsOf(this.plan), fetchedFrom(this.styled("/legend"))];
      [this.shown, this.rows, this.colours] = await Promise.all(read);
      const shown = /** @type {Plan} */ (this.shown);
      await this.updateComplete;
      this.draw(shown);
      [this.siblings, this.others] = await Promise.all([plansOf(shown.community_code), communities()]);
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {"" | "/legend"} [part] */
  styled(part) {
    return styleAddress("grids-load", { plan: String(this.plan) }, part);
  }

  async reword() {
    if (!this.colours) return;
    this.map?.restyle(this.styled());
    this.colours = await fetchedFrom(this.styled("/legend"));
  }

  /** @param {Plan} shown */
  draw(shown) {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".map"));
    if (!box || !shown.extent || this.map) return;
    try {
      const over = /** @type {HTMLElement | null} */ (this.querySelector(".legend"));
      this.map = new PlanMap(box, over, this.styled(), shown.extent, (grid) => this.choose(grid, false));
    } catch {
      // No WebGL: the list says everything the map does.
      this.mapless = true;
    }
  }

  /**
   * @param {number | null} grid
   * @param {boolean} fly
   */
  choose(grid, fly) {
    this.selected = grid;
    const row = this.rows?.find((candidate) => candidate.grid_no === grid);
    this.map?.select(grid, fly ? (row?.extent ?? null) : null);
  }

  /** @param {"list" | "map"} face */
  async turn(face) {
    this.face = face;
    await this.updateComplete;
    this.map?.map.resize();
    if (face === "map" && this.selected === null) this.map?.whole();
  }

  render() {
    const shown = this.shown;
    document.title = shown ? `${shown.community_name ?? ""} · ${shown.name} · Wangge` : "Wangge";
    if (this.error)
      return html`${topBar(nothing)}<main class="sheet">${fault(this.error, () => this.load())}</main>`;
    return html`${topBar(shown ? this.way(shown) : nothing)}
      <main class="plan" data-face=${this.face}>
        <h1 class="unseen">${document.title}</h1>
        <section class="map-side" aria-label=${t("map.title")}>
          <div class="map"></div>
          ${this.mapless ? html`<p class="over-map">${t("map.none")}</p>` : nothing}
          <div class="map-foot">${this.colours && !this.mapless ? legend(this.colours) : nothing} ${mapLine()}</div>
        </section>
        <aside class="panel" aria-label=${t("grids")}>
          ${shown && this.rows ? this.panel(shown, this.rows) : skeleton()}
        </aside>
        <nav class="faces" aria-label=${t("faces")}>${this.tab("list")}${this.tab("map")}</nav>
      </main>`;
  }

  /** @param {"list" | "map"} face */
  tab(face) {
    return html`<button type="button" aria-pressed=${this.face === face} @click=${() => this.turn(face)}>
      ${t(`faces.${face}`)}
    </button>`;
  }

  /** @param {Plan} shown */
  way(shown) {
    const named = this.others.filter((row) => row.plan);
    return html`${this.picker(
      t("community"),
      named.map((row) => ({ id: row.plan?.id ?? 0, text: row.name, here: row.code === shown.community_code })),
      shown.community_name ?? shown.community_code,
    )}
    ${this.picker(
      t("plan"),
      this.siblings.map((row) => ({ id: row.id, text: planText(row), here: row.id === shown.id })),
      planText(shown),
    )}`;
  }

  /**
   * A choice of pages; plain text while there is nothing to choose from.
   * @param {string} label
   * @param {{id: number, text: string, here: boolean}[]} choices
   * @param {string} current
   */
  picker(label, choices, current) {
    if (choices.length < 2) return html`<span class="step" title=${current}>${current}</span>`;
    const go = (/** @type {Event} */ event) => {
      const chosen = /** @type {HTMLSelectElement} */ (event.target).value;
      location.assign(`${base}/plan/${chosen}`);
    };
    return html`<select class="step" aria-label=${label} @change=${go}>
      ${choices.map(({ id, text, here }) => html`<option value=${id} ?selected=${here}>${text}</option>`)}
    </select>`;
  }

  /**
   * @param {Plan} shown
   * @param {Grid[]} rows
   */
  panel(shown, rows) {
    if (rows.length === 0) return empty(t("plan.empty"), t("plan.empty.next"));
    return html`<header class="summary">
        <p class="line">${statePill(shown.state)} <span class="muted">${this.validity(shown)}</span></p>
        <dl class="strip">
          <div><dt>${t("grids")}</dt><dd>${count(shown.grids)}</dd></div>
          <div><dt>${labelOf(householdsWord(shown.households_kinds))}</dt><dd>${count(shown.households, shown.households_estimated)}</dd></div>
          <div class=${shown.over_cap ? "bad" : ""}><dt>${t("over-cap")}</dt><dd>${count(shown.over_cap)}</dd></div>
          <div class=${shown.unassigned_households ? "bad" : ""}>
            <dt>${t("unassigned")}</dt>
            <dd>${count(shown.unassigned_households)}</dd>
          </div>
        </dl>
        ${this.rules(shown)}
        <p><a class="small" href="${base}/walk/${shown.community_code}">${t("walk.title")}</a></p>
        ${this.papers(shown)}
      </header>
      <wg-grid-list
        .rows=${rows}
        .selected=${this.selected}
        @choose=${(/** @type {CustomEvent} */ event) => this.choose(event.detail, true)}
      ></wg-grid-list>`;
  }

  /**
   * Sheets to print and files to take along.
   * @param {Plan} shown
   */
  papers(shown) {
    const maps = `${base}/maps/plans/${shown.id}`;
    const files = [
      [`${maps}/wall.html`, t("plan.wall")],
      [`${maps}/register.html`, t("plan.register")],
      [`${maps}/grids.html`, t("plan.grid-sheets")],
      ...(shown.valid_from ? [[`${maps}/handover.html`, t("plan.handover")]] : []),
      [`${base}/api/v1/plans/${shown.id}/package.gpkg`, t("plan.package")],
      [`${base}/api/v1/downloads/bundle.zip?community=${shown.community_code}`, t("plan.bundle")],
    ];
    const other = this.siblings.find(({ id, state }) => id !== shown.id && state === "published") ?? this.siblings.find(({ id }) => id !== shown.id);
    if (known && other) files.unshift([`${base}/compare?left=plan-${other.id}&right=plan-${shown.id}`, t("plan.compare")]);
    return html`<p class="small papers">
        ${files.map(([address, text]) => html`<a href=${address}>${text}</a> `)}
      </p>
      <details class="small"><summary>${t("editor.action.files")}</summary><wg-plan-files .plan=${shown.id}></wg-plan-files></details>`;
  }

  /** @param {Plan} shown */
  validity(shown) {
    if (shown.valid_from && shown.valid_to)
      return t("valid.between", { from: shown.valid_from, to: shown.valid_to });
    return shown.valid_from ? t("valid.since", { from: shown.valid_from }) : t("not-in-force");
  }

  /** @param {Plan} shown */
  rules(shown) {
    if (!shown.rules_name) return nothing;
    const wanted = shown.rules_households_kind;
    const kind = wanted ? ` · ${t(`households.${wanted}`)}` : "";
    const differs = wanted && shown.households_kinds.some((found) => found !== wanted);
    return html`<div class="rules muted small">
      <p>${t("rules", { name: shown.rules_name })}${kind}</p>
      ${differs
        ? html`<p class="kinds-differ">
            ${t("households.differ", {
              rules: t(`households.${wanted}`),
              data: householdsWord(shown.households_kinds),
            })}
          </p>`
        : nothing}
      ${capsByHeight(shown.caps ?? {}).map(
        ([cap, courtyards]) =>
          html`<p><strong class="figure">${t("cap", { n: cap })}</strong> ${courtyards}</p>`,
      )}
    </div>`;
  }
}

/**
 * Kinds of courtyard under each cap, the lowest cap first.
 * @param {Record<string, number>} caps
 * @returns {[number, string][]}
 */
function capsByHeight(caps) {
  /** @type {Map<number, string[]>} */
  const kinds = new Map();
  for (const [kind, cap] of Object.entries(caps))
    kinds.set(cap, [...(kinds.get(cap) ?? []), t(`courtyard.${kind}`)]);
  return [...kinds]
    .sort(([a], [b]) => a - b)
    .map(([cap, names]) => [cap, names.join(t("list.comma"))]);
}

/** @param {Plan} row */
function planText(row) {
  return `${row.name} · ${t(`state.${row.state}`)}`;
}

customElements.define("wg-plan-page", PlanPage);
