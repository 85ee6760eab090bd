/** Grids drawn by hand in another program: a file is chosen, what it would move is shown, then adopted or dropped. */

import { html, nothing } from "lit";
import { preview } from "./editor-preview.js";
import { gridName } from "./editor-words.js";
import { grouped } from "./figures.js";
import { drawnOf } from "./planner-api.js";
import { Component, language, t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

/**
 * @typedef {{kind: string, rows: number[], units: number[], zh: string, en: string}} Remark
 * @typedef {object} DrawnPreview
 * @property {number} rows
 * @property {number} polygons
 * @property {number} placed
 * @property {number} units
 * @property {import("./editor/strokes.js").Move[]} moves
 * @property {{no: number, name: string, kind: string}[]} grids
 * @property {Remark[]} remarks
 * @property {Record<string, number>} counts
 */

/** What ends a file's name, and what the service calls the format. @type {Record<string, string>} */
const FORMATS = { geojson: "geojson", json: "geojson", gpkg: "gpkg", zip: "zip", fgb: "fgb", parquet: "parquet", geoparquet: "parquet" };
const CRS = ["", "gcj02", "bd09", "EPSG:4326", "EPSG:4490", "cgcs2000-3deg"];
const MOST_BYTES = 2_000_000;
const MOST_REMARKS = 200;

/** @type {(page: EditorPage, close: () => void) => unknown} */
export const drawnDialog = (page, close) => html`<wg-editor-drawn .page=${page} .close=${close}></wg-editor-drawn>`;

class EditorDrawn extends Component {
  static properties = {
    page: { attribute: false },
    close: { attribute: false },
    shown: { state: true },
    waiting: { state: true },
    fault: { state: true },
    at: { state: true },
  };

  constructor() {
    super();
    /** @type {EditorPage | null} */
    this.page = null;
    this.close = () => {};
    /** @type {DrawnPreview | null} */
    this.shown = null;
    this.waiting = false;
    this.fault = "";
    /** Remark that is looked at. */
    this.at = -1;
  }

  /** @param {SubmitEvent} event */
  async ask(event) {
    event.preventDefault();
    const page = /** @type {EditorPage} */ (this.page);
    const said = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const file = /** @type {File} */ (said.get("file"));
    const format = FORMATS[file.name.split(".").pop()?.toLowerCase() ?? ""];
    [this.shown, this.at, this.fault] = [null, -1, ""];
    if (!format) return (this.fault = t("editor.drawn.format"));
    if (file.size > MOST_BYTES) return (this.fault = t("editor.drawn.large"));
    this.waiting = true;
    try {
      await page.session?.flush();
      const shown = await drawnOf(page.plan, file, format, String(said.get("crs")));
      this.shown = shown;
      page.map?.mark(shown.moves.map(([unit]) => unit));
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
    }
    this.waiting = false;
  }

  adopt() {
    const { page, shown } = this;
    if (!page || !shown) return;
    page.session?.draw(shown.moves, { action: "import", grids: shown.grids });
    page.say(t("editor.drawn.done", { n: shown.moves.length }));
    this.close();
  }

  render() {
    const { page, shown } = this;
    if (!page) return nothing;
    return html`${this.form()}
      ${this.fault ? html`<p class="notice bad" role="alert">${this.fault}</p>` : nothing}
      ${shown ? this.found(page, shown) : nothing}
      ${shown || this.waiting
        ? preview(page, shown && { ...shown, certificate: null }, this.waiting, () => this.adopt(), () => this.close())
        : html`<p class="ask-buttons"><button type="button" @click=${() => this.close()}>${t("editor.cancel")}</button></p>`}`;
  }

  form() {
    return html`<form @submit=${(/** @type {SubmitEvent} */ event) => this.ask(event)}>
      <p class="muted small">${t("editor.drawn.what")}</p>
      <label>${t("editor.drawn.file")}<input type="file" name="file" required accept=${Object.keys(FORMATS).map((end) => `.${end}`).join(",")} /></label>
      <label>${t("editor.drawn.crs")}<select name="crs">
        ${CRS.map((name) => html`<option value=${name}>${t(`editor.crs.${name || "own"}`)}</option>`)}
      </select></label>
      <p class="ask-buttons"><button type="submit" class=${this.shown ? "" : "primary"} ?disabled=${this.waiting}>${t("editor.preview")}</button></p>
    </form>`;
  }

  /**
   * What was found, and what is unclear: each line shows its units on the map.
   * @param {EditorPage} page
   * @param {DrawnPreview} shown
   */
  found(page, shown) {
    const all = Object.values(shown.counts).reduce((sum, count) => sum + count, 0);
    const lines = shown.remarks.slice(0, MOST_REMARKS);
    return html`<p role="status">${t("editor.drawn.found", { polygons: shown.polygons, rows: shown.rows, placed: grouped(shown.placed), units: grouped(shown.units) })}</p>
      ${shown.grids.length ? html`<p>${t("editor.drawn.new", { names: shown.grids.map(({ name }) => name).join(t("list.comma")) })}</p>` : nothing}
      ${shown.moves.length ? this.moves(page, shown) : nothing}
      ${all ? html`<h3>${t("editor.drawn.unclear", { n: all })}</h3>` : html`<p class="good">${t("editor.drawn.clear")}</p>`}
      ${all ? html`<ul class="remarks" aria-label=${t("editor.drawn.unclear", { n: all })}>${lines.map((remark, k) => this.remark(page, remark, k))}</ul>` : nothing}
      ${all > lines.length ? html`<p class="muted small">${t("editor.drawn.more", { n: all - lines.length })}</p>` : nothing}`;
  }

  /**
   * @param {EditorPage} page
   * @param {Remark} remark
   * @param {number} k
   */
  remark(page, remark, k) {
    const words = remark[language()];
    if (remark.units.length === 0) return html`<li>${words}</li>`;
    return html`<li><button type="button" class="plain" aria-current=${k === this.at ? "true" : "false"} @click=${() => {
      this.at = k;
      page.map?.mark(remark.units);
      page.map?.show(remark.units);
    }}>${words}</button></li>`;
  }

  /**
   * How many units and households pass from which grid to which, the most first.
   * @param {EditorPage} page
   * @param {DrawnPreview} shown
   */
  moves(page, shown) {
    const { drawing } = page;
    if (!drawing) return nothing;
    const news = new Map(shown.grids.map(({ no, name }) => [no, name]));
    const named = (/** @type {number | null} */ no) => news.get(no ?? -1) ?? gridName(drawing, no);
    /** @type {Map<string, number[]>} */
    const ways = new Map();
    for (const [unit, from, to] of shown.moves) {
      const way = `${named(from)} → ${named(to)}`;
      ways.set(way, [...(ways.get(way) ?? []), unit]);
    }
    const crowd = (/** @type {number[]} */ units) => units.reduce((sum, unit) => sum + drawing.town.households[unit], 0);
    const rows = [...ways].sort(([, a], [, b]) => crowd(b) - crowd(a));
    return html`<details><summary>${t("editor.drawn.moves", { n: rows.length })}</summary><ul class="remarks">
      ${rows.map(
        ([way, units]) => html`<li><button type="button" class="plain" @click=${() => {
          page.map?.mark(units);
          page.map?.show(units);
        }}>${t("editor.drawn.way", { way, n: grouped(units.length), households: grouped(crowd(units)) })}</button></li>`,
      )}
    </ul></details>`;
  }
}

customElements.define("wg-editor-drawn", EditorDrawn);
