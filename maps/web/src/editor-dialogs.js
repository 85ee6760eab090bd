/** What the planner's page asks before it acts: names, partners, previews of the engine, reasons. */

import { html, nothing } from "lit";
import { ACTIONS } from "./editor-actions.js";
import { changeGrid, moveUnits } from "./editor-moves.js";
import { preview } from "./editor-preview.js";
import { stepForm } from "./editor-steps.js";
import { TOOLS } from "./editor-tools.js";
import { gridName } from "./editor-words.js";
import { neighboursOf } from "./editor/hues.js";
import { percent } from "./figures.js";
import { goOn, judgedProblems, previewOf } from "./planner-api.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {"submit" | "recall" | "return" | "approve" | "publish" | "withdraw" | "rebase"} Step */
/** @typedef {{action: "repair" | "complete" | "split" | "merge" | "divide", grid?: number, grids?: number[], parts?: number}} Engine */
/**
 * @typedef {{kind: "help"} | {kind: "rename", grid: number} | {kind: "merge", grid: number}
 *   | {kind: "split", grid: number} | {kind: "engine", engine: Engine} | {kind: "step", step: Step}
 *   | {kind: "own", name: string, body: (page: EditorPage, close: () => void) => unknown}} Asked
 */

class EditorDialogs extends Component {
  static properties = {
    page: { attribute: false },
    asked: { attribute: false },
    shown: { state: true },
    waiting: { state: true },
    fault: { state: true },
    judged: { state: true },
  };

  constructor() {
    super();
    /** @type {EditorPage | null} */
    this.page = null;
    /** @type {Asked | null} */
    this.asked = null;
    /** @type {import("./planner-api.js").Preview | null} */
    this.shown = null;
    this.waiting = false;
    this.fault = "";
    /** @type {import("./planner-api.js").Judged[] | null} */
    this.judged = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("asked")) return;
    [this.shown, this.waiting, this.fault] = [null, false, ""];
    if (this.asked?.kind === "engine") this.ask(this.asked.engine);
    if (this.asked?.kind === "step" && this.asked.step === "submit") this.judge();
  }

  /** What is wrong in the eyes of the service, which decides. */
  async judge() {
    const page = /** @type {EditorPage} */ (this.page);
    this.judged = null;
    try {
      await page.session?.flush();
      this.judged = (await judgedProblems(page.plan)).filter(({ blocks }) => blocks);
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
    }
  }

  updated() {
    const dialog = /** @type {HTMLDialogElement | null} */ (this.querySelector("dialog"));
    if (!this.asked || !dialog || dialog.open) return;
    dialog.showModal();
    // What is focused first may stand at the end; one reads from the beginning.
    dialog.scrollTop = 0;
  }

  render() {
    const { asked, page } = this;
    if (!asked || !page) return nothing;
    return html`<dialog class="ask ${asked.kind === "own" ? asked.name : asked.kind}" aria-labelledby="ask-title" @cancel=${this.#escaped} @close=${() => this.close()}>
      <h2 id="ask-title">${this.heading(asked, page)}</h2>
      ${this.fault ? html`<p class="notice bad" role="alert">${this.fault}</p>` : nothing} ${this.body(asked, page)}
    </dialog>`;
  }

  /** A browser tells of the close later, and keys typed until then would be lost. */
  #escaped = (/** @type {Event} */ event) => {
    event.preventDefault();
    this.close();
  };

  close() {
    this.page?.map?.mark(this.page.chosen);
    this.dispatchEvent(new CustomEvent("close"));
  }

  /**
   * @param {Asked} asked
   * @param {EditorPage} page
   */
  heading(asked, page) {
    if (asked.kind === "help") return t("editor.help");
    if (asked.kind === "step") return t(`editor.step.${asked.step}`);
    if (asked.kind === "own") return t(`editor.action.${asked.name}`);
    if (asked.kind === "engine") return t(`editor.action.${asked.engine.action}`);
    const grid = page.drawing ? gridName(page.drawing, asked.grid) : "";
    return `${t(`editor.${asked.kind}`)} · ${grid}`;
  }

  /**
   * @param {Asked} asked
   * @param {EditorPage} page
   */
  body(asked, page) {
    if (asked.kind === "help") return this.help();
    if (asked.kind === "own") return asked.body(page, () => this.close());
    if (asked.kind === "rename") return this.rename(page, asked.grid);
    if (asked.kind === "split") return this.split(asked.grid);
    if (asked.kind === "merge") return this.merge(page, asked.grid);
    if (asked.kind === "step") return stepForm(page, asked.step, this.judged, this.waiting, (said) => this.go(page, asked.step, said), () => this.close());
    const { engine } = asked;
    return preview(page, this.shown, this.waiting, () => this.adopt(page, engine.action), () => this.close());
  }

  help() {
    const rows = [
      ...TOOLS.map(([name, letter]) => [letter, t(`editor.tool.${name}`), t(`editor.tool.${name}.tip`)]),
      ...ACTIONS.filter(({ key }) => key).map(({ name, key }) => [key, t(`editor.action.${name}`), t(`editor.action.${name}.tip`)]),
      ...["W", "U", "[ ]", "Ctrl+Z", "Ctrl+Shift+Z", "Space", "Enter", "Delete", "F2", "Esc", "?"].map((key) => [key, "", t(`editor.key.${key}`)]),
    ];
    return html`<table class="keys">
        <tbody>
          ${rows.map(([key, name, what]) => html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${name}</td><td>${what}</td></tr>`)}
        </tbody>
      </table>
      ${this.buttons(nothing, t("editor.close"))}`;
  }

  /**
   * @param {unknown} first
   * @param {string} leave
   */
  buttons(first, leave = t("editor.cancel")) {
    return html`<p class="ask-buttons">${first}<button type="button" @click=${() => this.close()}>${leave}</button></p>`;
  }

  /**
   * @param {EditorPage} page
   * @param {number} grid
   */
  rename(page, grid) {
    const name = page.drawing?.figures(grid).name ?? "";
    return html`<form @submit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      const typed = /** @type {HTMLFormElement} */ (event.target).elements;
      const wanted = /** @type {HTMLInputElement} */ (typed.namedItem("name")).value.trim();
      if (wanted && wanted !== name) changeGrid(page, grid, "name", wanted);
      this.close();
    }}>
      <label>${t("editor.rename.name")}<input name="name" maxlength="100" required .value=${name} /></label>
      ${this.buttons(html`<button type="submit" class="primary">${t("editor.rename")}</button>`)}
    </form>`;
  }

  /** @param {number} grid */
  split(grid) {
    return html`<form @submit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      const parts = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("parts"));
      this.engine({ action: "split", grid, parts });
    }}>
      <label>${t("editor.split.parts")}<input name="parts" type="number" min="2" max="20" value="2" required /></label>
      ${this.buttons(html`<button type="submit" class="primary">${t("editor.preview")}</button>`)}
    </form>`;
  }

  /**
   * @param {EditorPage} page
   * @param {number} grid
   */
  merge(page, grid) {
    const drawing = /** @type {import("./editor/drawing.js").Drawing} */ (page.drawing);
    const near = [...neighboursOf(drawing, grid)].filter((no) => !drawing.figures(no).locked);
    const own = drawing.figures(grid).load;
    const both = (/** @type {number} */ no) => (own + drawing.figures(no).load) / drawing.town.rules.capacity;
    if (near.length === 0) return html`<p>${t("editor.merge.none")}</p>${this.buttons(nothing, t("editor.close"))}`;
    return html`<form @submit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      const other = Number(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("other"));
      moveUnits(page, [...drawing.figures(other).units], grid, { action: "merge" });
      this.close();
    }}>
      <fieldset><legend>${t("editor.merge.with")}</legend>
        ${near
          .sort((a, b) => both(a) - both(b))
          .map((no, k) => html`<label class="choice"><input type="radio" name="other" value=${no} ?checked=${k === 0} />${drawing.figures(no).name} <span class="figure ${both(no) > 1 ? "bad" : ""}">→ ${percent(both(no))}</span></label>`)}
      </fieldset>
      ${this.buttons(html`<button type="submit" class="primary">${t("editor.merge")}</button>`)}
    </form>`;
  }

  /** @param {Engine} engine */
  engine(engine) {
    if (this.page) this.page.dialog = { kind: "engine", engine };
  }

  /** @param {Engine} engine */
  async ask(engine) {
    const page = /** @type {EditorPage} */ (this.page);
    this.waiting = true;
    try {
      await page.session?.flush();
      this.shown = await previewOf(page.plan, { ...engine, ground: page.told?.plan.ground });
      page.map?.mark(this.shown.moves.map(([unit]) => unit));
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
    }
    this.waiting = false;
  }

  /**
   * @param {EditorPage} page
   * @param {string} action
   */
  adopt(page, action) {
    const shown = /** @type {import("./planner-api.js").Preview} */ (this.shown);
    page.session?.draw(shown.moves, { action, grids: shown.grids });
    this.close();
  }

  /**
   * @param {EditorPage} page
   * @param {Step} step
   * @param {object} said
   */
  async go(page, step, said) {
    this.waiting = true;
    this.fault = "";
    try {
      await page.session?.flush();
      await goOn(page.plan, step, said);
      location.reload();
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
      this.waiting = false;
    }
  }
}

customElements.define("wg-editor-dialogs", EditorDialogs);
