/** Walking circles of a community: who reaches what on foot, where nobody does, where to build. */

import { html, nothing } from "lit";
import { areaOf, communities, coverageOf, fetchedFrom, gapsOf, isochroneFrom, Problem } from "./api.js";
import { extentOf } from "./base-map.js";
import { timeOf } from "./china-time.js";
import { count, grouped, minutesWord, share } from "./figures.js";
import { legend } from "./map-legend.js";
import { base, token } from "./page.js";
import { empty, fault, mapLine, skeleton, topBar } from "./parts.js";
import { Component, onLanguage, t } from "./texts.js";
import { kindName } from "./walk-list.js";
import { WalkMap, walkStyle } from "./walk-map.js";

/** @typedef {import("./api.js").Coverage} Coverage */
/** @typedef {import("./api.js").Gap} Gap */

class WalkPage extends Component {
  static properties = {
    community: { type: String },
    name: { state: true },
    told: { state: true },
    gaps: { state: true },
    others: { state: true },
    kind: { state: true },
    speed: { state: true },
    cutoff: { state: true },
    building: { state: true },
    walked: { state: true },
    error: { state: true },
    colours: { state: true },
    face: { state: true },
    mapless: { state: true },
  };

  constructor() {
    super();
    this.community = "";
    this.name = "";
    /** @type {Coverage | null} */
    this.told = null;
    /** @type {Gap[] | null} */
    this.gaps = null;
    /** @type {import("./api.js").Community[]} */
    this.others = [];
    this.kind = "";
    this.speed = 0;
    this.cutoff = 0;
    /** @type {Record<string, any> | null} */
    this.building = null;
    /** What is reached from the last click. @type {import("./api.js").Isochrone | null} */
    this.walked = null;
    this.clicks = 0;
    /** @type {import("./map-legend.js").Legend | null} */
    this.colours = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {"list" | "map"} */
    this.face = "list";
    this.mapless = false;
    /** @type {WalkMap | null} */
    this.map = null;
  }

  connectedCallback() {
    super.connectedCallback();
    onLanguage(() => this.told && this.dress());
    this.load();
  }

  async load() {
    this.error = null;
    try {
      const [area, told] = await Promise.all([areaOf(this.community), coverageOf(this.community)]);
      this.name = area.name;
      this.told = told;
      const { settings } = told.run;
      [this.kind] = settings.kinds;
      [this.speed] = Object.values(settings.speeds);
      this.cutoff = this.minutes.at(-1) ?? 15;
      await this.explain();
      await this.updateComplete;
      this.draw(extentOf(area.geometry.coordinates));
      this.list();
      this.others = await communities();
    } catch (error) {
      this.error = error;
    }
  }

  /** Cutoffs of the run in minutes, ascending. */
  get minutes() {
    return this.told?.run.settings.cutoffs_s.map((seconds) => seconds / 60) ?? [];
  }

  get choice() {
    return { kind: this.kind, speed: this.speed, cutoff: this.cutoff };
  }

  /** Read what the colours of the choice mean. */
  async explain() {
    const asked = walkStyle(this.choice, "/legend");
    const told = await fetchedFrom(asked);
    // Another choice may have been made meanwhile.
    if (asked === walkStyle(this.choice, "/legend")) this.colours = told;
  }

  /** Draw the choice in the language of the page. */
  dress() {
    this.map?.show(this.choice);
    this.explain().catch((error) => (this.error = error));
  }

  /** @param {import("./base-map.js").Extent} extent */
  draw(extent) {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".map"));
    if (!box || this.map) return;
    try {
      const over = /** @type {HTMLElement | null} */ (this.querySelector(".legend"));
      this.map = new WalkMap(box, over, extent, this.choice, (building, lon, lat) =>
        this.walkFrom(building, lon, lat),
      );
    } catch {
      // No WebGL: the list says everything the map does.
      this.mapless = true;
    }
  }

  async list() {
    this.gaps = null;
    const asked = this.choice;
    const gaps = await gapsOf(this.community, asked.kind, asked.speed, asked.cutoff);
    // Another choice may have been made meanwhile; its own answer is on the way.
    if (asked.kind === this.kind && asked.speed === this.speed && asked.cutoff === this.cutoff)
      this.gaps = gaps;
  }

  /** @param {Partial<{kind: string, speed: number, cutoff: number}>} chosen */
  turnTo(chosen) {
    Object.assign(this, chosen);
    this.choose(null);
    this.dress();
    this.list().catch((error) => (this.error = error));
  }

  /** @param {Record<string, any> | null} building */
  choose(building) {
    this.building = building;
    this.walked = null;
    this.clicks += 1;
    this.map?.mark(building?.code ?? "");
    this.map?.walkedFrom(null);
  }

  /**
   * Tell of the building there, and show what is reached from the point.
   * @param {Record<string, any> | null} building
   * @param {number} lon
   * @param {number} lat
   */
  async walkFrom(building, lon, lat) {
    this.choose(building);
    const asked = this.clicks;
    const minutes = this.minutes.filter((one) => one <= this.cutoff);
    const walked = await isochroneFrom(lon, lat, minutes, this.speed).catch(() => null);
    // Another click may have come meanwhile; a picture that fails leaves the figures as they are.
    if (asked !== this.clicks || walked === null) return;
    this.walked = walked;
    this.map?.walkedFrom(walked);
  }

  /** @param {Gap} gap */
  flyTo(gap) {
    this.map?.markGap(gap.id);
    if (gap.geometry) this.map?.bringIntoView(extentOf(gap.geometry.coordinates));
  }

  /** @param {"list" | "map"} face */
  async turn(face) {
    this.face = face;
    await this.updateComplete;
    this.map?.map.resize();
    if (face === "map") this.map?.whole();
  }

  render() {
    document.title = this.name ? `${this.name} · ${t("walk.title")} · Wangge` : "Wangge";
    if (this.error) return html`${topBar(nothing)}<main class="sheet">${this.wrong()}</main>`;
    const told = this.told;
    return html`${topBar(told ? this.way() : nothing)}
      <main class="plan walk" data-face=${this.face}>
        <h1 class="unseen">${document.title}</h1>
        <section class="map-side" aria-label=${t("walk.title")}>
          <div class="map"></div>
          ${this.mapless ? html`<p class="over-map">${t("map.none")}</p>` : nothing}
          ${this.building || this.walked ? this.card(this.building, this.walked) : nothing}
          <div class="map-foot">
            ${this.colours && !this.mapless ? legend(withSites(this.colours)) : nothing}
            ${mapLine()}
          </div>
        </section>
        <aside class="panel" aria-label=${t("walk.kinds")}>
          ${told ? this.panel(told) : skeleton()}
        </aside>
        <nav class="faces" aria-label=${t("faces")}>${this.tab("list")}${this.tab("map")}</nav>
      </main>`;
  }

  wrong() {
    const nothingYet = this.error instanceof Problem && this.error.code === "not-found";
    if (nothingYet) return empty(t("walk.empty"), t("walk.empty.next"), "wangge circles update");
    return fault(this.error, () => this.load());
  }

  /** @param {"list" | "map"} face */
  tab(face) {
    return html`<button type="button" aria-pressed=${this.face === face} @click=${() => this.turn(face)}>
      ${t(`faces.${face}`)}
    </button>`;
  }

  way() {
    const go = (/** @type {Event} */ event) => {
      const chosen = /** @type {HTMLSelectElement} */ (event.target).value;
      location.assign(`${base}/walk/${chosen}`);
    };
    const here =
      this.others.length < 2
        ? html`<span class="step" title=${this.name}>${this.name}</span>`
        : html`<select class="step" aria-label=${t("community")} @change=${go}>
            ${this.others.map(
              (row) =>
                html`<option value=${row.code} ?selected=${row.code === this.community}>${row.name}</option>`,
            )}
          </select>`;
    return html`${here}<span class="step">${t("walk.title")}</span>`;
  }

  /** @param {Coverage} told */
  panel(told) {
    const { settings } = told.run;
    const kinds = told.run.kinds;
    const named = kinds.find((kind) => kind.kind === this.kind);
    return html`<header class="summary">
        ${this.choices(t("walk.speed"), speedChoices(settings.speeds), this.speed, (speed) =>
          this.turnTo({ speed }),
        )}
        ${this.choices(
          t("walk.cutoff"),
          this.minutes.map((n) => ({ value: n, text: minutesWord(n) })),
          this.cutoff,
          (cutoff) => this.turnTo({ cutoff }),
        )}
        <h2>${named ? kindName(named) : this.kind}</h2>
        ${this.strip(told)}
      </header>
      <div class="scroll">
        <wg-walk-list
          .kinds=${kinds}
          .figures=${this.shares(told)}
          .selected=${this.kind}
          @choose=${(/** @type {CustomEvent} */ event) => this.turnTo({ kind: event.detail })}
        ></wg-walk-list>
        ${this.gapList()} ${this.method(told)}
      </div>`;
  }

  /**
   * @template {number} V
   * @param {string} label
   * @param {{value: V, text: string}[]} choices
   * @param {V} current
   * @param {(value: V) => void} take
   */
  choices(label, choices, current, take) {
    return html`<div class="choices" role="group" aria-label=${label}>
      <span class="muted small">${label}</span>
      ${choices.map(
        ({ value, text }) =>
          html`<button type="button" aria-pressed=${value === current} @click=${() => take(value)}>${text}</button>`,
      )}
    </div>`;
  }

  /** @param {Coverage} told */
  strip(told) {
    const households = this.figure(told, "households", "network");
    const straight = this.figure(told, "households", "straight_line");
    const buildings = this.figure(told, "buildings", "network");
    const estimated = (households?.estimated ?? 0) > 0;
    const cell = (/** @type {string} */ name, /** @type {unknown} */ value) =>
      html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
    return html`<dl class="strip">
      ${cell(t("walk.covered"), this.shareOf(households))}
      ${cell(t("walk.reached"), this.pair(households, estimated))}
      ${cell(t("buildings"), this.pair(buildings, false))}
      ${straight ? cell(t("walk.straight"), this.shareOf(straight)) : nothing}
    </dl>`;
  }

  /** @param {import("./api.js").CoverageFigure | undefined} figure */
  shareOf(figure) {
    const told = figure?.share ?? null;
    return html`<span class="figure">${told === null ? t("walk.untold") : share(told)}</span>`;
  }

  /**
   * @param {import("./api.js").CoverageFigure | undefined} figure
   * @param {boolean} estimated
   */
  pair(figure, estimated) {
    if (!figure || figure.reached === null || figure.total === null) return t("walk.untold");
    return html`${count(figure.reached, estimated)}<small class="muted"> / ${grouped(figure.total)}</small>`;
  }

  /**
   * @param {Coverage} told
   * @param {string} counted
   * @param {string} method
   */
  figure(told, counted, method) {
    return told.figures.find((f) => f.kind === this.kind && this.isShown(f, counted, method));
  }

  /** @param {Coverage} told */
  shares(told) {
    const shown = told.figures.filter((f) => this.isShown(f, "households", "network"));
    return new Map(shown.map((figure) => [figure.kind, figure]));
  }

  /**
   * @param {import("./api.js").CoverageFigure} figure
   * @param {string} counted
   * @param {string} method
   */
  isShown(figure, counted, method) {
    const walked = figure.speed_m_s === this.speed && figure.cutoff_s === this.cutoff * 60;
    return walked && figure.counted === counted && figure.method === method;
  }

  gapList() {
    if (this.gaps === null) return skeleton();
    if (this.gaps.length === 0) return html`<p class="note good">${t("walk.no-gaps")}</p>`;
    return html`<section class="gaps" aria-label=${t("walk.gap")}>
      <h2>${t("walk.gaps", { n: this.gaps.length })}</h2>
      <ol>
        ${this.gaps.map(
          (gap) => html`<li>
            <button type="button" @click=${() => this.flyTo(gap)}>
              <span>${t("walk.gap.households", { n: grouped(gap.households) })}</span>
              <span class="muted small">${t("walk.gap.buildings", { n: gap.buildings })} · ${reasons(gap)}</span>
            </button>
          </li>`,
        )}
      </ol>
    </section>`;
  }

  /** @param {Coverage} told */
  method(told) {
    const { settings, made_at } = told.run;
    return html`<footer class="method muted small">
      <p>${t("walk.method")}</p>
      <p>${t(`walk.gates.${settings.gates}`)}</p>
      <p>${t("walk.made", { at: timeOf(made_at) })}</p>
      <p><a href="${base}/maps/walk/${this.community}.html">${t("walk.sheet")}</a></p>
    </footer>`;
  }

  /**
   * @param {Record<string, any> | null} building
   * @param {import("./api.js").Isochrone | null} walked
   */
  card(building, walked) {
    return html`<section class="card" aria-live="polite">
      ${building ? this.about(building) : nothing}
      ${walked
        ? html`<p class="muted small">
            ${walked.status === "ok" ? t("walk.from-here", { n: this.cutoff }) : walked.message}
          </p>`
        : nothing}
      <button class="plain" type="button" @click=${() => this.choose(null)}>${t("close")}</button>
    </section>`;
  }

  /** @param {Record<string, any>} building */
  about(building) {
    const name = building.name ?? building.code;
    return html`<h2>${name}</h2>
      <p>${count(building.households, building.estimated)} ${t("walk.card.households")}</p>
      ${"minutes" in building
        ? html`<p>${t("walk.card.to", { name: building.facility_name ?? building.facility })}</p>
            <p class="figure">
              ${t("walk.card.takes", { minutes: building.minutes, metres: grouped(building.metres) })}
            </p>`
        : html`<p>${t(`walk.reason.${building.reason}`)}</p>`}`;
  }
}

/**
 * A legend with the suggested places, which this page adds to the style.
 * @param {import("./map-legend.js").Legend} told
 */
function withSites(told) {
  const site = { label: t("walk.site"), colour: token("--warn"), shape: /** @type {const} */ ("point") };
  return { ...told, items: [...told.items, site] };
}

/** @param {Record<string, number>} speeds */
function speedChoices(speeds) {
  const known = ["adult", "elder", "frail"];
  return Object.entries(speeds).map(([name, value]) => ({
    value,
    text: known.includes(name) ? t(`walk.speed.${name}`, { v: value }) : t("walk.speed.own", { v: value }),
  }));
}

/** @param {Gap} gap */
function reasons(gap) {
  return Object.keys(gap.reasons)
    .map((reason) => t(`walk.reason.${reason}`))
    .join(t("list.comma"));
}

customElements.define("wg-walk-page", WalkPage);
