/** The roster as a file: checked first, then stored; rows that are refused say why. */

import { html, nothing } from "lit";
import { readRoster } from "./staff-api.js";
import { Component, t } from "./texts.js";

class StaffRoster extends Component {
  static properties = {
    file: { state: true },
    read: { state: true },
    said: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {File | null} */
    this.file = null;
    /** @type {import("./staff-api.js").RosterRead | null} */
    this.read = null;
    this.said = "";
    this.busy = false;
  }

  /** @param {Event} event */
  chosen(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.file = input.files?.[0] ?? null;
    // The same file, mended and chosen again, is read again.
    input.value = "";
    if (this.file) this.ask(false);
  }

  /** @param {boolean} store */
  async ask(store) {
    if (!this.file || this.busy) return;
    [this.said, this.busy] = ["", true];
    if (!store) this.read = null;
    try {
      this.read = await readRoster(this.file, store);
      if (store) this.dispatchEvent(new Event("stored"));
    } catch (error) {
      this.said = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
    this.busy = false;
  }

  render() {
    return html`<section>
      <h2>${t("roster.heading")}</h2>
      <p class="muted small">${t("roster.what")}</p>
      <p>
        <label class="button file-button"
          >${t("roster.choose")}<input type="file" accept=".xlsx,.csv" ?disabled=${this.busy} @change=${this.chosen}
        /></label>
      </p>
      <div aria-live="polite">
        ${this.file ? html`<p class="file-name">${this.file.name}</p>` : nothing}
        ${this.busy ? html`<p class="muted">${t("roster.reading")}</p>` : nothing}
        ${this.said ? html`<p class="said bad" role="alert">${this.said}</p>` : nothing}
        ${this.read ? this.report(this.read) : nothing}
      </div>
    </section>`;
  }

  /** @param {import("./staff-api.js").RosterRead} read */
  report(read) {
    const good = read.rows - read.refused;
    return html`<p class="said" role="status">
        ${t(`roster.read.${read.stored ? "stored" : "checked"}`, {
          rows: read.rows,
          added: read.added,
          changed: read.changed,
          unchanged: read.unchanged,
          refused: read.refused,
        })}
      </p>
      ${!read.stored && read.added + read.changed > 0
        ? html`<p>
            <button type="button" class="primary" ?disabled=${this.busy} @click=${() => this.ask(true)}>
              ${t("roster.store", { n: good })}
            </button>
          </p>`
        : nothing}
      ${read.faults.length
        ? html`<h3>${t("roster.refused", { n: read.refused })}</h3>
            <ul class="rows faults">
              ${read.faults.map(
                (fault) => html`<li>
                  <span class="figure">${t("roster.row", { n: fault.row })}</span>
                  <span class="grow"><small>${fault.column}</small>${fault.text}</span>
                </li>`,
              )}
            </ul>
            ${read.more ? html`<p class="muted">${t("roster.more", { n: read.more })}</p>` : nothing}`
        : nothing}`;
  }
}

customElements.define("wg-staff-roster", StaffRoster);
