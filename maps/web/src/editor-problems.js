/** What is wrong, under the map: one line with a step to the next, or the whole list. */

import { html, nothing } from "lit";
import { problemWords } from "./editor-words.js";
import { buildingsOverCap } from "./editor/problems.js";
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
        ${this.large()}
        <span class="problem-now">${this.now()}</span>
        <button type="button" ?disabled=${n === 0} @click=${() => this.step(-1)}><span aria-hidden="true">◂</span> ${t("editor.previous")}</button>
        <button type="button" ?disabled=${n === 0} @click=${() => this.step(1)}>${t("editor.next")} <span aria-hidden="true">▸</span></button>
      </div>
      <ol id="problem-list" ?hidden=${!this.open}>
        ${this.open ? this.found.map((_, k) => this.row(k)) : nothing}
      </ol>
    </section>`;
  }

  /** Buildings over the cap by themselves: no fault, but to be seen, and divided by whoever wants to. */
  large() {
    const n = this.drawing ? undivided(this.drawing.town).length : 0;
    if (n === 0) return nothing;
    return html`<button type="button" class="plain large" title=${t("editor.stairwells.what")} @click=${() => this.dispatchEvent(new CustomEvent("large"))}><b class="warn">${t("editor.stairwells.large", { n })}</b></button>`;
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

/** Buildings of which no grid can hold a unit within the cap. @param {import("./editor/town.js").Town} town */
const undivided = (town) => buildingsOverCap(town).filter(({ units }) => units.some((unit) => town.load[unit] > town.rules.capacity));

customElements.define("wg-editor-problems", EditorProblems);
