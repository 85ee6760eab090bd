/** Who changed what and when, the newest first; what waits to be saved stands on top. */

import { html, nothing } from "lit";
import { editWords, whyWords } from "./editor-words.js";
import { grouped } from "./figures.js";
import { Component, language, t } from "./texts.js";

/** Edits shown at first, and added at a time. */
const STEP = 100;

class EditorHistory extends Component {
  static properties = {
    session: { attribute: false },
    drawing: { attribute: false },
    saving: { attribute: false },
    drawable: { attribute: false },
    most: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./editor/session.js").Session | null} */
    this.session = null;
    /** @type {import("./editor/drawing.js").Drawing | null} */
    this.drawing = null;
    this.saving = 0;
    this.drawable = false;
    this.most = STEP;
  }

  render() {
    const { session, drawing } = this;
    if (!session || !drawing) return nothing;
    const edits = session.edits.slice(-this.most).reverse();
    const older = session.edits.length - edits.length;
    return html`${this.drawable ? this.why(session) : nothing}
      <ol class="history" aria-label=${t("editor.tab.history")}>
        ${session.pending.map((op) => html`<li class="waiting"><b>${t(`editor.edit.${op.action}`)}</b> <span>${t("editor.waiting")}</span>${op.why ? html`<small>${op.why}</small>` : nothing}</li>`)}
        ${edits.map((edit) => this.row(edit, drawing))}
      </ol>
      ${older > 0 ? html`<p class="older"><button type="button" @click=${() => (this.most += STEP)}>${t("editor.history.older", { n: grouped(older) })}</button></p>` : nothing}`;
  }

  /**
   * @param {import("./editor/history.js").Edit} edit
   * @param {import("./editor/drawing.js").Drawing} drawing
   */
  row(edit, drawing) {
    return html`<li>
      <span><b>${t(`editor.edit.${edit.action}`)}</b> ${editWords(edit, drawing)}</span>
      <small class="muted">#${edit.seq} · ${edit.by} · <time datetime=${edit.at}>${new Date(edit.at).toLocaleString(language())}</time></small>
      ${whyWords(edit).map((line) => html`<small class="why">${line}</small>`)}
    </li>`;
  }

  /**
   * What is written down with every stroke from now on.
   * @param {import("./editor/session.js").Session} session
   */
  why(session) {
    const typed = (/** @type {Event} */ event) => (session.why = /** @type {HTMLInputElement} */ (event.target).value.trim() || null);
    return html`<label class="why-next">${t("editor.why.next")}
      <input maxlength="500" autocomplete="off" placeholder=${t("editor.why.hint")} .value=${session.why ?? ""} @input=${typed} /></label>`;
  }
}

customElements.define("wg-editor-history", EditorHistory);
