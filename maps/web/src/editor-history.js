/** Who changed what and when, the newest first; what waits to be saved stands on top. */

import { html, nothing } from "lit";
import { editWords } from "./editor-words.js";
import { Component, t } from "./texts.js";

const MOST = 200;

class EditorHistory extends Component {
  static properties = {
    session: { attribute: false },
    drawing: { attribute: false },
    saving: { attribute: false },
  };

  constructor() {
    super();
    /** @type {import("./editor/session.js").Session | null} */
    this.session = null;
    /** @type {import("./editor/drawing.js").Drawing | null} */
    this.drawing = null;
    this.saving = 0;
  }

  render() {
    const { session, drawing } = this;
    if (!session || !drawing) return nothing;
    const edits = session.edits.slice(-MOST).reverse();
    return html`<ol class="history" aria-label=${t("editor.tab.history")}>
      ${session.pending.map((op) => html`<li class="waiting"><b>${t(`editor.edit.${op.action}`)}</b> <span>${t("editor.waiting")}</span></li>`)}
      ${edits.map(
        (edit) => html`<li>
          <b>${t(`editor.edit.${edit.action}`)}</b> <span>${editWords(edit, drawing)}</span>
          <small class="muted">${edit.by} · <time datetime=${edit.at}>${new Date(edit.at).toLocaleString()}</time></small>
          ${edit.why ? html`<small>${edit.why}</small>` : nothing}
        </li>`,
      )}
    </ol>`;
  }
}

customElements.define("wg-editor-history", EditorHistory);
