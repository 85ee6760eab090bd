/** An assignment in and out: a table for a spreadsheet, and back with a preview of what it changes. */

import { html, nothing } from "lit";
import { unplacedRows } from "./editor-refused.js";
import { changesOf } from "./editor-grid-changes.js";
import { grouped } from "./figures.js";
import { assignmentAddress, tableChanges } from "./planner-api.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

/**
 * What a table would change.
 * @typedef {object} TablePreview
 * @property {number} revision
 * @property {number} ground
 * @property {number} rows
 * @property {import("./editor/strokes.js").Move[]} moves
 * @property {import("./editor/drawing.js").NewGrid[]} grids
 * @property {import("./editor-refused.js").Refused[]} unplaced
 * @property {Record<string, number>} counts
 */

// What the service takes at most; larger ones are not worth sending.
export const MOST_BYTES = 2_000_000;

/** @type {(page: EditorPage, close: () => void) => unknown} */
export const importDialog = (page, close) => html`<wg-editor-import .page=${page} .close=${close}></wg-editor-import>`;

class EditorImport extends Component {
  static properties = {
    page: { attribute: false },
    close: { attribute: false },
    file: { state: true },
    named: { state: true },
    shown: { state: true },
    waiting: { state: true },
    fault: { state: true },
  };

  constructor() {
    super();
    /** @type {EditorPage | null} */
    this.page = null;
    this.close = () => {};
    /** @type {File | null} */
    this.file = null;
    /** Whether grids are made for names that are not known. */
    this.named = false;
    /** @type {TablePreview | null} */
    this.shown = null;
    this.waiting = false;
    this.fault = "";
  }

  /** @param {File | undefined} file */
  choose(file) {
    if (!file) return;
    this.file = file;
    this.read();
  }

  async read() {
    const { page, file } = this;
    if (!page || !file) return;
    [this.shown, this.fault, this.waiting] = [null, "", true];
    try {
      this.shown = await this.told(page, file);
      page.map?.mark(this.shown.moves.map(([unit]) => unit));
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
    }
    this.waiting = false;
  }

  /**
   * @param {EditorPage} page
   * @param {File} file
   */
  async told(page, file) {
    const kind = /\.(csv|xlsx|txt)$/i.exec(file.name)?.[1].toLowerCase();
    if (!kind) throw new Error(t("editor.import.kind", { name: file.name }));
    if (file.size > MOST_BYTES) throw new Error(t("editor.import.large", { name: file.name, mb: (file.size / 1e6).toFixed(1), most: MOST_BYTES / 1e6 }));
    await page.session?.flush();
    const shown = await tableChanges(page.plan, file, kind === "xlsx" ? "xlsx" : "csv", this.named);
    if (shown.ground !== page.told?.plan.ground) throw new Error(t("editor.import.rebased"));
    return shown;
  }

  /** @param {SubmitEvent} event */
  accept(event) {
    event.preventDefault();
    const { page, shown } = this;
    if (!page || !shown) return;
    const why = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("why") ?? "").trim();
    page.session?.draw(shown.moves, { action: "import", why: why || null, grids: shown.grids });
    page.say(t("editor.import.done", { n: shown.moves.length }));
    this.close();
  }

  render() {
    const { page } = this;
    if (!page) return nothing;
    return html`${this.shown ? nothing : this.out(page)} ${page.drawable ? this.in(page) : nothing}
      ${this.shown?.moves.length ? nothing : html`<p class="ask-buttons"><button type="button" @click=${() => this.close()}>${t("editor.close")}</button></p>`}`;
  }

  /** @param {EditorPage} page */
  out(page) {
    const waiting = page.session?.pending.length ?? 0;
    return html`<section>
      <h3>${t("editor.export")}</h3>
      <p class="muted small">${t("editor.export.what")}</p>
      ${waiting ? html`<p class="warn small">${t("editor.export.unsaved", { n: waiting })}</p>` : nothing}
      <p class="files">${/** @type {const} */ (["xlsx", "csv"]).map((form) => html`<a class="button" download href=${assignmentAddress(page.plan, form)}>${form.toUpperCase()}</a>`)}</p>
    </section>`;
  }

  /** @param {EditorPage} page */
  in(page) {
    return html`<section>
      <h3>${t("editor.import")}</h3>
      <p class="muted small">${t("editor.import.what")}</p>
      <label>${t("editor.import.file")}<input type="file" accept=".csv,.xlsx,.txt" @change=${(/** @type {Event} */ event) => this.choose(/** @type {HTMLInputElement} */ (event.target).files?.[0])} /></label>
      <label class="choice"><input type="checkbox" .checked=${this.named} @change=${() => this.rename()} />${t("editor.import.named")}</label>
      ${this.waiting ? html`<p class="muted" role="status">${t("editor.import.reading")}</p>` : nothing}
      ${this.fault ? html`<p class="notice bad" role="alert">${this.fault}</p>` : nothing} ${this.shown ? this.preview(page, this.shown) : nothing}
    </section>`;
  }

  rename() {
    this.named = !this.named;
    this.read();
  }

  /**
   * @param {EditorPage} page
   * @param {TablePreview} shown
   */
  preview(page, shown) {
    const { drawing } = page;
    if (!drawing) return nothing;
    const refused = Object.entries(shown.counts).reduce((sum, [reason, n]) => sum + (reason === "unchanged" ? 0 : n), 0);
    const values = { rows: grouped(shown.rows), moves: grouped(shown.moves.length), same: grouped(shown.counts.unchanged ?? 0), refused: grouped(refused) };
    return html`<p role="status"><b>${t("editor.import.found", values)}</b></p>
      ${changesOf(drawing, shown.moves, shown.grids)} ${unplacedRows(shown.unplaced, refused)}
      ${shown.moves.length ? this.form() : html`<p>${t("editor.preview.nothing")}</p>`}`;
  }

  form() {
    return html`<form @submit=${(/** @type {SubmitEvent} */ event) => this.accept(event)}>
      <label>${t("editor.why")}<input name="why" maxlength="500" autocomplete="off" .value=${this.file?.name ?? ""} /></label>
      <p class="ask-buttons">
        <button type="submit" class="primary">${t("editor.adopt")}</button>
        <button type="button" @click=${() => this.close()}>${t("editor.drop")}</button>
      </p>
    </form>`;
  }
}

customElements.define("wg-editor-import", EditorImport);
