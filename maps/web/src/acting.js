/** A component that does things for people and says in its place what came of each. */

import { html, nothing } from "lit";
import { Component, t } from "./texts.js";

/** @typedef {{at: string, text: string, bad: boolean}} Said */

export class Acting extends Component {
  static properties = { said: { state: true }, secret: { state: true }, busy: { state: true } };

  constructor() {
    super();
    /** What came of the last act, and where it is told. @type {Said | null} */
    this.said = null;
    /** A token or password that is told this once. @type {{title: string, text: string} | null} */
    this.secret = null;
    /** Whether something is under way: a second tap does nothing. */
    this.busy = false;
  }

  /** Read anew what an act has changed. */
  async load() {}

  /**
   * Do something, say at its place what came of it, and read everything again.
   * @param {string} at
   * @param {() => Promise<string>} act
   * @returns {Promise<boolean>} whether it was done
   */
  async act(at, act) {
    if (this.busy) return false;
    [this.said, this.secret, this.busy] = [null, null, true];
    try {
      this.said = { at, text: await act(), bad: false };
      await this.load();
      return true;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.said = { at, text: text || t("fault.offline.what"), bad: true };
      return false;
    } finally {
      this.busy = false;
    }
  }

  /**
   * @param {string} at
   * @param {(given: Record<string, string>) => Promise<string>} act
   */
  submitted(at, act) {
    return async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.currentTarget);
      const given = Object.fromEntries(
        [...new FormData(form)].map(([name, value]) => [name, String(value)]),
      );
      if (await this.act(at, () => act(given))) form.reset();
    };
  }

  /** @param {string} at */
  outcome(at) {
    if (this.said?.at !== at) return nothing;
    return html`<p class="said ${this.said.bad ? "bad" : ""}" role=${this.said.bad ? "alert" : "status"}>
        ${this.said.text}
      </p>
      ${this.secret
        ? html`<p>${this.secret.title}</p>
            <pre><code>${this.secret.text}</code></pre>
            <p><button type="button" @click=${this.copy}>${t("box.copy")}</button></p>`
        : nothing}`;
  }

  /** @param {Event} event */
  copy(event) {
    const section = /** @type {HTMLElement} */ (event.currentTarget).closest("section");
    const code = /** @type {HTMLElement} */ (section?.querySelector("code"));
    // An intranet page without https has no clipboard; the selection is copied the old way there.
    getSelection()?.selectAllChildren(code);
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent ?? "");
    else document.execCommand("copy");
  }
}
