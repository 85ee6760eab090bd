/** One screen of figures: of everything, a county, a street office or a community. */

import { html, nothing } from "lit";
import { areaOf, fetchedFrom, figuresOf, Problem, standingGrids } from "./api.js";
import { grouped, minutesWord } from "./figures.js";
import { legend } from "./map-legend.js";
import { empty, fault, mapLine, topBar } from "./parts.js";
import { Component, language, onLanguage, t } from "./texts.js";
import { differences, largeFigures, onceABurst, watchChanges } from "./dashboard-changes.js";
import "./dashboard-charts.js";
import { clock, largeFiguresOf, walkNote } from "./dashboard-figures.js";
import "./dashboard-list.js";
import { dashboardStyle, DashboardMap } from "./dashboard-map.js";
import { addressOf, keepTheme, lookFromAddress, themeWanted, wear } from "./dashboard-state.js";
import { kindName } from "./walk-list.js";

/** @typedef {import("./dashboard-figures.js").Figures} Figures */
/** @typedef {import("./dashboard-state.js").Look} Look */

const MARKED_MS = 6000;
const AGAIN_MS = 10_000;
// A legend that is open at first would hide too much of a smaller map.
const ROOMY = "(min-width: 1500px) and (min-height: 800px)";

class DashboardPage extends Component {
  static properties = {
    told: { state: true },
    grids: { state: true },
    colours: { state: true },
    changed: { state: true },
    error: { state: true },
    stale: { state: true },
    mapless: { state: true },
    theme: { state: true },
    wide: { state: true },
  };

  constructor() {
    super();
    /** @type {Figures | null} */
    this.told = null;
    /** @type {import("./api.js").StandingGrid[] | null} */
    this.grids = null;
    /** @type {import("./map-legend.js").Legend | null} */
    this.colours = null;
    /** @type {Map<string, number>} */
    this.changed = new Map();
    /** @type {unknown} */
    this.error = null;
    /** Whether the numbers on the screen could not be read anew. */
    this.stale = false;
    this.mapless = false;
    this.theme = themeWanted();
    this.wide = Boolean(document.fullscreenElement);
    this.look = lookFromAddress();
    this.reading = 0;
    this.unmark = 0;
    this.again = 0;
    /** @type {DashboardMap | null} */
    this.map = null;
    wear(this.theme);
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("popstate", () => {
      this.look = lookFromAddress();
      this.load();
    });
    addEventListener("online", () => this.load());
    document.addEventListener("fullscreenchange", () => (this.wide = Boolean(document.fullscreenElement)));
    onLanguage(() => this.picture());
    watchChanges(onceABurst(() => this.load()));
    this.load();
  }

  /** Read the figures of the area looked at; an answer that another request has overtaken is dropped. */
  async load() {
    const reading = ++this.reading;
    const { area } = this.look;
    clearTimeout(this.again);
    try {
      const told = await figuresOf(this.look);
      if (this.passThrough(told)) return;
      const leaf = told.way.at(-1)?.level === "community";
      const grids = leaf ? await standingGrids(area) : null;
      if (reading !== this.reading) return;
      this.take(told, grids);
    } catch (error) {
      if (reading === this.reading) this.miss(error);
    }
  }

  /**
   * Begin where there is something to compare: a lone county or street office is passed through.
   * @param {Figures} told
   */
  passThrough({ children }) {
    if (this.told || children.length !== 1 || children[0].level === "community") return false;
    this.look = { ...this.look, area: children[0].code };
    history.replaceState(null, "", addressOf(this.look));
    this.load();
    return true;
  }

  /**
   * @param {Figures} told
   * @param {import("./api.js").StandingGrid[] | null} grids
   */
  take(told, grids) {
    const same = codeOf(this.told) === codeOf(told) && this.told?.walking?.kind === told.walking?.kind;
    if (this.told && same) this.mark(differences(largeFigures(this.told), largeFigures(told)));
    const moved = !this.told || codeOf(this.told) !== codeOf(told);
    [this.told, this.grids, this.error, this.stale] = [told, grids, null, false];
    this.picture();
    if (moved) this.lookAt(told);
  }

  /**
   * Keep what is on the screen when it cannot be read anew, and try again by itself.
   * @param {unknown} error
   */
  miss(error) {
    const gone = error instanceof Problem && ["not-found", "invalid-request", "invalid-input"].includes(error.code);
    this.stale = Boolean(this.told) && !gone;
    if (!this.stale) this.leave(error);
    if (!gone) this.again = window.setTimeout(() => this.load(), AGAIN_MS);
  }

  /**
   * Tell of a fault in the place of everything.
   * @param {unknown} error
   */
  leave(error) {
    this.map?.remove();
    [this.map, this.told, this.error] = [null, null, error];
  }

  /** @param {Map<string, number>} changed */
  mark(changed) {
    if (changed.size === 0) return;
    clearTimeout(this.unmark);
    this.changed = changed;
    this.unmark = window.setTimeout(() => (this.changed = new Map()), MARKED_MS);
  }

  get shown() {
    return { view: this.look.view, theme: this.theme, walking: this.told?.walking ?? null };
  }

  /** Show on the map what is asked for, and what its colours mean. */
  async picture() {
    this.map?.show(this.shown);
    const asked = dashboardStyle(this.shown, "/legend");
    const told = await fetchedFrom(asked).catch(() => this.colours);
    // Another choice may have been made meanwhile; its own answer is on the way.
    if (asked !== dashboardStyle(this.shown, "/legend")) return;
    this.colours = told;
    await this.updateComplete;
    this.map?.fit();
  }

  /** @param {Figures} told */
  async lookAt(told) {
    await this.updateComplete;
    const code = codeOf(told);
    const area = code ? await areaOf(code).catch(() => null) : null;
    if (code !== codeOf(this.told) || !told.extent) return;
    this.draw(told.extent);
    this.map?.lookAt(told.extent, /** @type {GeoJSON.Geometry | null} */ (area?.geometry ?? null));
  }

  /** @param {import("./base-map.js").Extent} extent */
  draw(extent) {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".map"));
    if (!box || this.map) return;
    try {
      const over = /** @type {HTMLElement | null} */ (this.querySelector(".legend"));
      this.map = new DashboardMap(box, over, extent, this.shown, (code) => this.go({ area: code }));
    } catch {
      // No WebGL: figures, charts and list say everything the map does.
      this.mapless = true;
    }
  }

  /** @param {Partial<Look>} wanted */
  go(wanted) {
    this.look = { ...this.look, ...wanted };
    history.pushState(null, "", addressOf(this.look));
    this.changed = new Map();
    if ("view" in wanted) this.requestUpdate();
    if (Object.keys(wanted).every((name) => name === "view")) this.picture();
    else this.load();
  }

  turnLight() {
    this.theme = this.theme === "dark" ? "light" : "dark";
    keepTheme(this.theme);
    this.picture();
  }

  render() {
    const name = this.told?.way.at(-1)?.name ?? t("dash.everything");
    document.title = `${name} · ${t("dash.title")} · Wangge`;
    return html`${topBar(this.way())}
      <main class="dash" aria-busy=${this.told ? "false" : "true"}>
        <h1 class="unseen">${document.title}</h1>
        <p class="too-small">${t("dash.too-small")}</p>
        ${this.body()}
      </main>`;
  }

  body() {
    if (this.error) return html`<div class="whole">${fault(this.error, () => this.load())}</div>`;
    const told = this.told;
    if (!told) return waiting();
    if (told.way.length === 0 && told.children.length === 0)
      return html`<div class="whole">
        ${empty(t("start.empty"), t("start.empty.next"), "wangge import areas FILE")}
      </div>`;
    return html`${this.state(told)} ${largeFiguresOf(told, this.changed)} ${this.list(told)} ${this.mapSide(told)}
    ${this.charts(told)} ${told.walking ? this.gaps(told) : nothing}`;
  }

  way() {
    const steps = [{ code: "", name: t("dash.everything") }, ...(this.told?.way ?? [])];
    const last = this.told ? steps.length - 1 : -1;
    return html`${steps.map(({ code, name }, i) =>
        i === last
          ? html`<span class="step" aria-current="page" title=${name}>${name}</span>`
          : html`<a class="step" href=${addressOf({ ...this.look, area: code })} @click=${this.leads(code)}>${name}</a>`,
      )}
      <span class="tools">
        <button class="plain" type="button" aria-pressed=${this.theme === "dark"} @click=${() => this.turnLight()}>
          ${t("dash.dark")}
        </button>
        <button class="plain full" type="button" aria-pressed=${this.wide} @click=${fullScreen}>${t("dash.full")}</button>
      </span>`;
  }

  /** @param {string} code */
  leads(code) {
    return (/** @type {MouseEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.go({ area: code });
    };
  }

  /** @param {Figures} told */
  state(told) {
    const at = clock(told.as_of);
    return html`<p class="state ${this.stale ? "stale" : ""}" role="status">
      ${this.stale ? t("dash.stale", { at }) : t("dash.read", { at })}
    </p>`;
  }

  /** @param {Figures} told */
  list(told) {
    const leaf = this.grids !== null;
    const heading = leaf ? t("grids") : t(`dash.level.${told.children[0]?.level ?? "community"}`);
    const none = leaf ? this.grids?.length === 0 : told.children.length === 0;
    return html`<section class="side list" aria-label=${heading}>
      <h2>${heading}</h2>
      ${none
        ? html`<p class="muted pad">${t("dash.none-below")}</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${heading}>
            <wg-dashboard-list
              .areas=${told.children}
              .grids=${this.grids}
              @go=${(/** @type {CustomEvent} */ event) => this.go({ area: event.detail })}
            ></wg-dashboard-list>
          </div>`}
    </section>`;
  }

  /** @param {Figures} told */
  mapSide(told) {
    const views = /** @type {const} */ (["load", "coverage"]);
    return html`<section class="map-side" aria-label=${t("map.title")}>
      <div class="map"></div>
      ${this.mapless ? html`<p class="over-map">${t("dash.mapless")}</p>` : nothing}
      ${this.mapless || !told.walking
        ? nothing
        : html`<div class="views" role="group" aria-label=${t("dash.view")}>
            ${views.map(
              (view) => html`<button type="button" aria-pressed=${this.look.view === view} @click=${() => this.go({ view })}>
                ${t(`dash.view.${view}`)}
              </button>`,
            )}
          </div>`}
      <div class="map-foot">${this.colours && !this.mapless ? legend(this.colours, ROOMY) : nothing} ${mapLine()}</div>
    </section>`;
  }

  /** @param {Figures} told */
  charts(told) {
    const chart = (/** @type {"load" | "coverage"} */ of, /** @type {(code: string) => void} */ choose) =>
      html`<wg-dashboard-chart
        .told=${told}
        .of=${of}
        .theme=${this.theme + language()}
        @choose=${(/** @type {CustomEvent} */ event) => choose(event.detail)}
      ></wg-dashboard-chart>`;
    return html`<div class="charts">
      <section class="side">
        <h2>${t("dash.chart.load")}</h2>
        ${told.figures.published
          ? chart("load", (area) => this.go({ area }))
          : html`<p class="muted pad">${t("dash.none-published.next")} <code>wangge plan publish</code></p>`}
        <p class="source">${t("legend.load")} · ${told.grids_since ? t("dash.since", { day: told.grids_since }) : nothing}</p>
      </section>
      <section class="side">
        <h2>${t("dash.chart.coverage")}</h2>
        ${told.walking
          ? html`${this.chooser(told.walking)} ${chart("coverage", (kind) => this.go({ kind }))}
              <p class="source">${walkNote(told.walking)} · ${t(`walk.gates.${told.walking.gates}`)}</p>`
          : html`<p class="muted pad">${t("walk.empty.next")} <code>wangge circles update</code></p>`}
      </section>
    </div>`;
  }

  /** @param {import("./dashboard-figures.js").Walking} walking */
  chooser(walking) {
    const pick = (/** @type {string} */ name, /** @type {string} */ label, /** @type {[string, string][]} */ choices, /** @type {string} */ chosen) =>
      html`<select aria-label=${label} @change=${(/** @type {Event} */ event) => this.go({ [name]: /** @type {HTMLSelectElement} */ (event.target).value })}>
        ${choices.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
      </select>`;
    return html`<div class="choosers">
      ${pick("kind", t("walk.kinds"), walking.kinds.map((kind) => [kind.kind, kindName(kind)]), walking.kind)}
      ${pick("minutes", t("walk.cutoff"), walking.cutoffs_s.map((s) => [String(s / 60), minutesWord(s / 60)]), String(walking.cutoff_s / 60))}
      ${pick("speed", t("walk.speed"), Object.entries(walking.speeds).map(([name, v]) => [String(v), speedText(name, v)]), String(walking.speed_m_s))}
    </div>`;
  }

  /** @param {Figures} told */
  gaps({ figures, walking }) {
    const rows = figures.worst_gaps;
    return html`<section class="side gaps-side" aria-label=${t("walk.gap")}>
      <h2>${figures.gaps ? t("walk.gaps", { n: grouped(figures.gaps.gaps) }) : t("walk.gap")}</h2>
      ${rows.length === 0
        ? html`<p class="pad ${figures.gaps ? "good" : "muted"}">${figures.gaps ? t("walk.no-gaps") : t("dash.no-gaps-kept")}</p>`
        : html`<ol class="scroll" tabindex="0">
            ${rows.map(
              (gap) => html`<li>
                <button class="plain" type="button" ?disabled=${this.mapless} @click=${() => this.map?.bringIntoView(gap.extent)}>
                  <b>${gap.community_name ?? gap.community_code}</b>
                  <span class="figure">${t("walk.gap.households", { n: grouped(gap.households) })}</span>
                  <span class="muted small">${t("walk.gap.buildings", { n: gap.buildings })} · ${reasons(gap)}</span>
                </button>
              </li>`,
            )}
          </ol>`}
      <p class="source">${walking ? walkNote(walking) : nothing}</p>
    </section>`;
  }
}

/** Grey in the places of the figures, within a frame of the page. */
function waiting() {
  return html`<div class="large waiting" role="status" aria-label=${t("loading")}>
      ${Array.from({ length: 8 }, () => html`<div class="skeleton"><i></i><i></i></div>`)}
    </div>
    <section class="side list"><div class="skeleton"><i></i><i></i><i></i><i></i></div></section>
    <section class="map-side"></section>
    <div class="charts"><section class="side"><div class="skeleton"><i></i><i></i><i></i><i></i></div></section></div>`;
}

/** @param {Figures | null} told */
const codeOf = (told) => told?.way.at(-1)?.code ?? "";

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

/** @param {import("./dashboard-figures.js").WorstGap} gap */
const reasons = (gap) =>
  Object.keys(gap.reasons)
    .map((reason) => t(`walk.reason.${reason}`))
    .join(t("list.comma"));

/**
 * @param {string} name
 * @param {number} v
 */
const speedText = (name, v) =>
  ["adult", "elder", "frail"].includes(name) ? t(`walk.speed.${name}`, { v }) : t("walk.speed.own", { v });

customElements.define("wg-dashboard-page", DashboardPage);
