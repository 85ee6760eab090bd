/** Named states of a plan: kept, listed, gone back to, and gone on from in a draft of its own. */

import { html, nothing } from "lit";
import { base } from "./page.js";
import { skeleton } from "./parts.js";
import { forkOf, restoreSnapshot, snapshotsOf, takeSnapshot } from "./planner-api.js";
import { Component, language, t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {{no: number, name: string, by: string, at: string, seq: number}} Snapshot */

/** @type {(page: EditorPage, close: () => void) => unknown} */
export const snapshotsDialog = (page, close) => html`<wg-editor-snapshots .page=${page} .close=${close}></wg-editor-snapshots>`;

class EditorSnapshots extends Component {
  static properties = {
    page: { attribute: false },
    close: { attribute: false },
    kept: { state: true },
    asked: { state: true },
    waiting: { state: true },
    fault: { state: true },
    done: { state: true },
  };

  constructor() {
    super();
    /** @type {EditorPage | null} */
    this.page = null;
    this.close = () => {};
    /** The newest first; null: not told yet. @type {Snapshot[] | null} */
    this.kept = null;
    /** The one that a new draft is to begin with. @type {Snapshot | null} */
    this.asked = null;
    this.waiting = false;
    this.fault = "";
    this.done = "";
    /** @type {HTMLFormElement | null} */
    this.form = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.read();
  }

  /** Read the list; meanwhile a name may be typed and kept already. */
  async read() {
    try {
      this.kept = (await snapshotsOf(/** @type {EditorPage} */ (this.page).plan)).items;
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
    }
  }

  /**
   * Do something with the service, then read the list again.
   * @param {(page: EditorPage) => Promise<unknown>} what
   */
  async work(what) {
    const page = /** @type {EditorPage} */ (this.page);
    [this.waiting, this.fault, this.done] = [true, "", ""];
    try {
      await what(page);
      await this.read();
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline") : "";
    }
    this.waiting = false;
  }

  /** What waits must be saved before it can be kept or left behind. @param {EditorPage} page */
  async settled(page) {
    await page.session?.flush();
    const waiting = page.session?.pending.length ?? 0;
    if (waiting) throw new Error(t("editor.snapshot.unsaved", { n: waiting }));
  }

  /** @param {SubmitEvent} event */
  take(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const name = String(new FormData(form).get("name") ?? "").trim();
    if (!name) return;
    this.work(async (page) => {
      await this.settled(page);
      await takeSnapshot(page.plan, name);
      form.reset();
      this.done = t("editor.snapshot.taken", { name });
    });
  }

  /** @param {Snapshot} snapshot */
  restore(snapshot) {
    this.work(async (page) => {
      await this.settled(page);
      const { applied } = await restoreSnapshot(page.plan, snapshot.no, crypto.randomUUID());
      await page.session?.catchUp();
      page.say(t("editor.snapshot.restored", { name: snapshot.name, n: applied.length }));
      this.close();
    });
  }

  /** @param {SubmitEvent} event */
  fork(event) {
    event.preventDefault();
    const name = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("name") ?? "").trim();
    const { asked } = this;
    if (!name || !asked) return;
    this.work(async (page) => {
      const made = await forkOf(page.plan, name, asked.no);
      location.assign(`${base}/plan/${made.id}/edit`);
    });
  }

  render() {
    const { page, kept } = this;
    if (!page) return nothing;
    if (this.asked) return this.forkForm(this.asked);
    return html`${page.drawable ? this.takeForm() : nothing} ${this.told()}
      ${kept ? this.list(page, kept) : this.fault ? nothing : skeleton()}
      <p class="ask-buttons"><button type="button" @click=${() => this.close()}>${t("editor.close")}</button></p>`;
  }

  told() {
    return html`${this.fault ? html`<p class="notice bad" role="alert">${this.fault}</p>` : nothing}
      <p class="good" role="status">${this.done}</p>`;
  }

  takeForm() {
    return html`<form class="one-line" @submit=${(/** @type {SubmitEvent} */ event) => this.take(event)}>
      <label>${t("editor.snapshot.name")}<input name="name" maxlength="100" required autocomplete="off" /></label>
      <button type="submit" class="primary" ?disabled=${this.waiting}>${t("editor.snapshot.take")}</button>
    </form>`;
  }

  /**
   * @param {EditorPage} page
   * @param {Snapshot[]} kept
   */
  list(page, kept) {
    if (kept.length === 0) return html`<p class="muted">${t("editor.snapshot.none")}</p>`;
    return html`<ul class="rows" aria-label=${t("editor.action.snapshots")}>${kept.map((snapshot) => this.row(page, snapshot))}</ul>`;
  }

  /**
   * @param {EditorPage} page
   * @param {Snapshot} snapshot
   */
  row(page, snapshot) {
    const restore = html`<button type="button" ?disabled=${this.waiting} aria-label="${t("editor.snapshot.restore")} · ${snapshot.name}" @click=${() => this.restore(snapshot)}>${t("editor.snapshot.restore")}</button>`;
    const fork = html`<button type="button" ?disabled=${this.waiting} aria-label="${t("editor.snapshot.fork")} · ${snapshot.name}" @click=${() => (this.asked = snapshot)}>${t("editor.snapshot.fork")}</button>`;
    return html`<li>
      <b class="name" title=${snapshot.name}>${snapshot.name}</b>
      <small class="muted">${snapshot.by} · <time datetime=${snapshot.at}>${new Date(snapshot.at).toLocaleString(language())}</time> · ${t("editor.snapshot.after", { n: snapshot.seq })}</small>
      <span class="row-acts">${page.drawable ? restore : nothing} ${page.told?.plan.may_fork ? fork : nothing}</span>
    </li>`;
  }

  /** @param {Snapshot} snapshot */
  forkForm(snapshot) {
    return html`<form @submit=${(/** @type {SubmitEvent} */ event) => this.fork(event)}>
      <p>${t("editor.snapshot.fork.what", { name: snapshot.name })}</p>
      ${this.told()}
      <label>${t("editor.snapshot.fork.name")}<input name="name" maxlength="100" required autocomplete="off" .value=${snapshot.name} /></label>
      <p class="ask-buttons">
        <button type="submit" class="primary" ?disabled=${this.waiting}>${t("editor.snapshot.fork")}</button>
        <button type="button" @click=${() => (this.asked = null)}>${t("editor.snapshot.back")}</button>
      </p>
    </form>`;
  }

  updated() {
    // Each of the two forms begins in its field.
    const field = /** @type {HTMLInputElement | null} */ (this.querySelector("form input"));
    const form = field?.form ?? null;
    if (form !== this.form && field) field.focus();
    this.form = form;
  }
}

customElements.define("wg-editor-snapshots", EditorSnapshots);
