/** What is wrong, under the map: one line with a step to the next, or the whole list. */

import { html, nothing } from "lit";
import { problemWords } from "./editor-words.js";
import { Component, t } from "./texts.js";

class EditorProblems extends Component {
  static properties = {
    drawing: { attribute: false },
    found: { attribute: false },
    at: { state: true },
    open: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./editor/drawing.js").Drawing | null} */
    this.drawing = null;
    /** @type {import("./editor/problems.js").Found[]} */
    this.found = [];
    this.at = -1;
    this.open = false;
  }

  render() {
    const n = this.found.length;
    return html`<section class="problems" aria-label=${t("editor.problems")}>
      <div class="problems-line">
        <button type="button" class="plain" aria-expanded=${this.open} aria-controls="problem-list" @click=${() => (this.open = !this.open)}>
          <b class=${n ? "bad" : "good"}>${t("editor.problems.n", { n })}</b> <span aria-hidden="true">${this.open ? "▾" : "▴"}</span>
        </button>
        <span class="problem-now">${this.now()}</span>
        <button type="button" ?disabled=${n === 0} @click=${() => this.step(-1)}><span aria-hidden="true">◂</span> ${t("editor.previous")}</button>
        <button type="button" ?disabled=${n === 0} @click=${() => this.step(1)}>${t("editor.next")} <span aria-hidden="true">▸</span></button>
      </div>
      <ol id="problem-list" ?hidden=${!this.open}>
        ${this.open ? this.found.map((_, k) => this.row(k)) : nothing}
      </ol>
    </section>`;
  }

  now() {
    if (!this.drawing || this.found.length === 0) return t("editor.problems.none");
    const at = Math.min(this.at, this.found.length - 1);
    return problemWords(this.drawing, this.found[Math.max(at, 0)]);
  }

  /** @param {number} k */
  row(k) {
    const drawing = /** @type {import("./editor/drawing.js").Drawing} */ (this.drawing);
    return html`<li><button type="button" class="plain" aria-current=${k === this.at ? "true" : "false"} @click=${() => this.show(k)}>${problemWords(drawing, this.found[k])}</button></li>`;
  }

  /** @param {number} by */
  step(by) {
    const n = this.found.length;
    this.show(this.at < 0 && by > 0 ? 0 : (this.at + by + n) % n);
  }

  /** @param {number} k */
  show(k) {
    this.at = k;
    this.dispatchEvent(new CustomEvent("show", { detail: this.found[k] }));
  }
}

customElements.define("wg-editor-problems", EditorProblems);
