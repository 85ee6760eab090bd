/** A map for the iframe of another site: one subject, a legend, a card, nothing else. */

import { html, nothing } from "lit";
import { fetchedFrom, Problem } from "./api.js";
import { listenWith } from "./changes.js";
import { embedCard } from "./embed-card.js";
import { embedFigures, embedRows } from "./embed-figures.js";
import { embedLegend } from "./embed-legend.js";
import { EmbedMap } from "./embed-map.js";
import { attribution, base, reviewNumber } from "./page.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./embed-map.js").Extent} Extent */
/** @typedef {import("./embed-map.js").Feature} Feature */
/** @typedef {import("./embed-figures.js").Figures} Figures */
/** @typedef {"grids" | "coverage" | "facilities" | "sheet"} Page */

/** @type {Record<Page, string[]>} */
const SUBJECTS = {
  grids: ["grids"],
  coverage: ["reach", "gaps", "circles", "facilities"],
  facilities: ["facilities"],
  sheet: ["grids"],
};
/** Layers whose changes may change figures. */
const COUNTED = ["grids", "buildings", "reach", "gaps"];
// A key that ends is noticed within so long, also when nobody touches the map.
const KEY_CHECK_MS = 10_000;
const LEGEND_SHARE = 0.75;
const ROOMY = { width: 480, height: 300 };

class EmbedPage extends Component {
  static properties = {
    page: { type: String },
    name: { type: String },
    community: { type: String },
    at: { type: String },
    key: { type: String },
    bounds: { type: String },
    drawn: { type: String },
    told: { type: String },
    kinds: { type: Object },
    style_: { state: true },
    legend: { state: true },
    figures: { state: true },
    chosen: { state: true },
    error: { state: true },
    mapless: { state: true },
    offline: { state: true },
  };

  constructor() {
    super();
    /** @type {Page} */
    this.page = "grids";
    this.name = "";
    this.community = "";
    this.at = "";
    this.key = "";
    this.bounds = "";
    /** Address of the style. */
    this.drawn = "";
    /** Address of the legend, "" for none. */
    this.told = "";
    /** @type {Record<string, string>} */
    this.kinds = {};
    /** @type {import("./embed-map.js").Style | null} */
    this.style_ = null;
    /** @type {import("./embed-legend.js").Legend | null} */
    this.legend = null;
    /** @type {Figures | null} */
    this.figures = null;
    /** @type {Feature | null} */
    this.chosen = null;
    /** @type {unknown} */
    this.error = null;
    this.mapless = false;
    this.offline = !navigator.onLine;
    /** @type {EmbedMap | null} */
    this.map = null;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("online", () => this.back());
    addEventListener("offline", () => (this.offline = true));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    listenWith(this.key);
    if (this.key) setInterval(() => this.checkKey(), KEY_CHECK_MS);
    this.load();
  }

  async load() {
    this.error = null;
    try {
      [this.style_, this.legend, this.figures] = await Promise.all([
        fetchedFrom(this.drawn),
        this.told ? fetchedFrom(this.told) : null,
        this.page === "sheet" ? this.fetchFigures() : null,
      ]);
    } catch (error) {
      this.fail(error);
    }
  }

  /** @returns {Promise<Figures>} */
  fetchFigures() {
    const query = new URLSearchParams();
    if (this.community) query.set("area", this.community);
    if (this.at) query.set("at", this.at);
    if (this.key) query.set("key", this.key);
    return fetchedFrom(`${base}/api/v1/figures?${query}`);
  }

  /**
   * Count anew what stands beside the map.
   * @param {string[] | null} layers
   */
  async changed(layers) {
    if (this.page !== "sheet" || (layers && !layers.some((layer) => COUNTED.includes(layer)))) return;
    try {
      this.figures = await this.fetchFigures();
    } catch {
      // The figures of before stay, with their day; the next change asks again.
    }
  }

  /** The network is there again. */
  back() {
    this.offline = false;
    if (this.error) this.load();
  }

  async checkKey() {
    if (this.error || document.hidden) return;
    try {
      await fetchedFrom(`${base}/api/v1/embed-key?key=${encodeURIComponent(this.key)}`);
    } catch (error) {
      // A service that is away for a moment leaves the map as it is.
      if (error instanceof Problem && error.code.startsWith("embed-key")) this.fail(error);
    }
  }

  /** @param {unknown} error */
  fail(error) {
    this.map?.remove();
    this.map = null;
    this.style_ = null;
    this.chosen = null;
    this.error = error;
  }

  updated() {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".map"));
    if (!box || !this.style_ || this.map || this.mapless) return;
    try {
      this.map = new EmbedMap(box, this.style_, this.extent, SUBJECTS[this.page], {
        select: (feature) => (this.chosen = feature),
        changed: (layers) => this.changed(layers),
        refused: (status) => status === 403 && this.checkKey(),
      });
      this.map.whole(this.openLegend(box));
    } catch {
      this.mapless = true;
      if (!this.figures) this.fetchFigures().then((told) => (this.figures = told), () => {});
    }
  }

  /**
   * The legend, shut when it would take more than its share of the map.
   * @param {HTMLElement} box
   * @returns {HTMLDetailsElement | null}
   */
  openLegend(box) {
    const legend = /** @type {HTMLDetailsElement | null} */ (this.querySelector(".embed-legend"));
    if (legend?.open && legend.offsetHeight > box.offsetHeight * LEGEND_SHARE) legend.open = false;
    return legend;
  }

  /** @returns {Extent} */
  get extent() {
    return /** @type {Extent} */ (this.bounds.split(",").map(Number));
  }

  close() {
    this.chosen = null;
    this.map?.mark(null);
  }

  render() {
    if (this.error) return this.fault(this.error);
    if (!this.style_) return this.skeleton();
    if (this.page === "sheet") return this.sheet();
    return this.mapless ? this.list() : this.whole();
  }

  skeleton() {
    return html`<div class="embed-skeleton" role="status" aria-label=${t("loading")}><i></i></div>`;
  }

  whole() {
    const roomy = innerWidth >= ROOMY.width && innerHeight >= ROOMY.height;
    return html`<main class="embed-map" aria-label=${this.name || t("map.title")}>
        <div class="map"></div>
        ${this.legend ? embedLegend(this.legend, roomy) : nothing} ${this.card()}
        ${this.offline ? html`<p class="embed-offline" role="status">${t("embed.offline")}</p>` : nothing}
      </main>
      ${this.line()}`;
  }

  card() {
    if (!this.chosen) return nothing;
    const layer = this.chosen.sourceLayer ?? "";
    // Whether households are estimates stands in the layer of names.
    const more = layer === "grids" ? (this.map?.beside(this.chosen, "grid_labels") ?? {}) : {};
    const told = { ...more, ...this.chosen.properties };
    return embedCard(layer, told, this.kinds, () => this.close());
  }

  sheet() {
    return html`<main class="embed-sheet">
        ${this.figures ? embedFigures(this.figures, this.kinds) : nothing}
        ${this.mapless
          ? html`<p class="embed-mapless">${t("embed.mapless")}</p>`
          : html`<div class="embed-map">
              <div class="map"></div>
              ${this.legend ? embedLegend(this.legend, false) : nothing} ${this.card()}
            </div>`}
      </main>
      ${this.line()}`;
  }

  /** What can be told without a map. */
  list() {
    return html`<main class="embed-list">
        <h1>${this.name}</h1>
        <p class="embed-mapless">${t("embed.mapless")}</p>
        ${this.figures ? embedRows(this.figures, this.page, this.kinds) : nothing}
      </main>
      ${this.line()}`;
  }

  line() {
    return html`<footer class="map-line">
      ${reviewNumber ? html`<span>${t("map.review")} ${reviewNumber}</span>` : nothing}
      ${attribution ? html`<span>${attribution}</span>` : nothing}
      <span title=${t("map.management-lines")}>${t("map.management-lines")}</span>
    </footer>`;
  }

  /** @param {unknown} error */
  fault(error) {
    const told = error instanceof Problem ? error : new Problem("page", "", "");
    const heading =
      told.code === "embed-key-ended"
        ? t("embed.ended")
        : told.code.startsWith("embed-key")
          ? t("embed.refused")
          : told.code === "offline"
            ? t("fault.offline")
            : t("fault.service");
    const ended = told.code.startsWith("embed-key");
    return html`<main class="embed-notice" role="alert" data-code=${told.code}>
      <h1>${heading}</h1>
      <p>${told.message || t(told.code === "offline" ? "fault.offline.what" : "fault.service.what")}</p>
      ${ended
        ? nothing
        : html`<p><button type="button" @click=${() => this.load()}>${t("again")}</button></p>`}
      ${told.requestId
        ? html`<p class="muted small">${t("request-id")} <code>${told.requestId}</code></p>`
        : nothing}
    </main>`;
  }
}

customElements.define("wg-embed", EmbedPage);
