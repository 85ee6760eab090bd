/** One account before its administrator: role, scope, by what it gets in, password, state. */

import { html, nothing } from "lit";
import { sessionRows, tokenRows } from "./access-list.js";
import { roleField, scopeOf } from "./account-fields.js";
import { Acting } from "./acting.js";
import {
  accessOf,
  changeAccount,
  endSessionOf,
  resetPassword,
  revokeTokenOf,
  setAccountState,
} from "./api.js";
import { scopeNames } from "./scope-picker.js";
import { t } from "./texts.js";

/** @typedef {import("./api.js").Account} Account */
/** @typedef {import("./scope-picker.js").Scope} Scope */
/** @typedef {{role: string, worker: string, scope: Scope}} Wanted */

/**
 * @param {Scope} one
 * @param {Scope} other
 */
const alike = (one, other) =>
  one.wide === other.wide &&
  (one.wide || String([one.areas, one.grids]) === String([other.areas, other.grids]));

class AccountDialog extends Acting {
  static properties = {
    ...Acting.properties,
    account: { attribute: false },
    me: { attribute: false },
    areas: { attribute: false },
    wanted: { state: true },
    asking: { state: true },
    access: { state: true },
  };

  constructor() {
    super();
    /** @type {Account | null} */
    this.account = null;
    /** @type {import("./api.js").WhoAmI | null} */
    this.me = null;
    /** @type {import("./api.js").AreaRow[]} */
    this.areas = [];
    /** @type {Wanted | null} */
    this.wanted = null;
    /** Whether what will change is on show, to be confirmed. */
    this.asking = false;
    /** @type {import("./api.js").Access | null} */
    this.access = null;
  }

  firstUpdated() {
    this.querySelector("dialog")?.showModal();
    this.look();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("account") || !this.account) return;
    const { role, worker_code: worker } = this.account;
    this.wanted = { role, worker: worker ?? "", scope: scopeOf(this.account) };
    this.asking = false;
  }

  async load() {
    this.dispatchEvent(new Event("changed"));
    await this.look();
  }

  async look() {
    const { id } = /** @type {Account} */ (this.account);
    try {
      this.access = await accessOf(id);
    } catch (error) {
      this.said = { at: "access", text: error instanceof Error ? error.message : "", bad: true };
    }
  }

  close() {
    this.querySelector("dialog")?.close();
  }

  render() {
    const { account, wanted } = this;
    if (!account || !wanted) return nothing;
    return html`<dialog
      class="account account-dialog"
      aria-labelledby="account-dialog-name"
      @close=${() => this.dispatchEvent(new Event("closed"))}
    >
      <header>
        <h2 id="account-dialog-name">${account.name}</h2>
        ${account.disabled_at ? html`<span class="pill">${t("accounts.disabled")}</span>` : nothing}
        <button type="button" class="plain" @click=${() => this.close()}>${t("close")}</button>
      </header>
      ${this.asking ? this.question(account, wanted) : this.form(account, wanted)}
      ${this.entrances()} ${this.state(account)}
    </dialog>`;
  }

  /**
   * @param {Account} account
   * @param {Wanted} wanted
   */
  form(account, wanted) {
    const check = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const given = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
      const { scope } = wanted;
      this.wanted = { role: String(given.get("role")), worker: String(given.get("worker")).trim(), scope };
      const nowhere = !scope.wide && scope.areas.length + scope.grids.length === 0;
      const nothingNew = this.changes(account, this.wanted).length === 0;
      if (nowhere || nothingNew)
        this.said = { at: "role", text: t(nowhere ? "scope.none" : "accounts.same"), bad: nowhere };
      else [this.said, this.asking] = [null, true];
    };
    return html`<section>
      <h3>${t("accounts.change")}</h3>
      ${this.outcome("role")}
      <form @submit=${check}>
        ${roleField(wanted.role)}
        <wg-scope-picker
          .scope=${wanted.scope}
          .own=${this.me?.grids ?? []}
          widest=${this.me?.everywhere ? t("account.everywhere") : ""}
          @chosen=${(/** @type {CustomEvent<Scope>} */ event) => (this.wanted = { ...wanted, scope: event.detail })}
        ></wg-scope-picker>
        <label
          ><span>${t("accounts.worker")}</span
          ><input name="worker" maxlength="100" autocomplete="off" .value=${wanted.worker}
        /></label>
        <button type="submit">${t("accounts.check")}</button>
      </form>
    </section>`;
  }

  /**
   * What will be another, line by line.
   * @param {Account} account
   * @param {Wanted} wanted
   */
  changes(account, wanted) {
    const lines = [];
    if (wanted.role !== account.role)
      lines.push(
        t("accounts.role.change", { before: t(`role.${account.role}`), after: t(`role.${wanted.role}`) }),
      );
    const before = scopeOf(account);
    if (!alike(before, wanted.scope)) {
      const [had, has] = [scopeNames(before, this.areas), scopeNames(wanted.scope, this.areas)];
      const gained = has.filter((name) => !had.includes(name));
      const lost = had.filter((name) => !has.includes(name));
      if (gained.length) lines.push(t("accounts.scope.gained", { names: gained.join(t("list.comma")) }));
      if (lost.length) lines.push(t("accounts.scope.lost", { names: lost.join(t("list.comma")) }));
    }
    const worker = account.worker_code ?? "";
    if (wanted.worker !== worker)
      lines.push(
        t("accounts.worker.change", {
          before: worker || t("accounts.worker.none"),
          after: wanted.worker || t("accounts.worker.none"),
        }),
      );
    return lines;
  }

  /**
   * @param {Account} account
   * @param {Wanted} wanted
   */
  question(account, wanted) {
    return html`<section role="status">
      <h3>${t("accounts.sure", { name: account.name })}</h3>
      <ul class="changes">${this.changes(account, wanted).map((line) => html`<li>${line}</li>`)}</ul>
      <p class="muted small">${t("accounts.sure.what")}</p>
      <p class="either">
        <button type="button" class="primary" ?disabled=${this.busy} @click=${() => this.apply(account, wanted)}>
          ${t("accounts.apply")}
        </button>
        <button type="button" @click=${() => (this.asking = false)}>${t("accounts.back")}</button>
      </p>
    </section>`;
  }

  /**
   * @param {Account} account
   * @param {Wanted} wanted
   */
  async apply(account, wanted) {
    const { wide, areas, grids } = wanted.scope;
    const scope = alike(scopeOf(account), wanted.scope)
      ? {}
      : wide
        ? { everywhere: true }
        : { everywhere: false, areas, grids };
    await this.act("role", async () => {
      await changeAccount(account.id, {
        ...(wanted.role === account.role ? {} : { role: wanted.role }),
        ...(wanted.worker === (account.worker_code ?? "") ? {} : { worker_code: wanted.worker }),
        ...scope,
      });
      return t("accounts.done", { name: account.name });
    });
    this.asking = false;
  }

  entrances() {
    const { id, name } = /** @type {Account} */ (this.account);
    if (this.access === null) return html`<section>${this.outcome("access")}</section>`;
    return html`<section>
      <h3>${t("access.sessions")}</h3>
      ${this.outcome("access")}
      ${sessionRows(this.access.sessions, (session) =>
        this.act("access", async () => {
          await endSessionOf(id, session);
          return t("access.ended");
        }),
      )}
      <h3>${t("token.heading")}</h3>
      ${tokenRows(this.access.tokens, this.areas, (token) => {
        if (!confirm(t("token.revoke.sure", { name }))) return;
        this.act("access", async () => {
          await revokeTokenOf(id, token);
          return t("token.revoked");
        });
      })}
    </section>`;
  }

  /** @param {Account} account */
  state(account) {
    const turn = account.disabled_at ? "enable" : "disable";
    return html`<section>
      <h3>${t("accounts.entrance")}</h3>
      <p class="either">
        <button type="button" @click=${() => this.reset(account)}>${t("accounts.reset")}</button>
        <button type="button" @click=${() => this.turn(account, turn)}>${t(`accounts.${turn}`)}</button>
        ${account.disabled_at
          ? nothing
          : html`<button type="button" @click=${() => this.turn(account, "enable")}>${t("accounts.unlock")}</button>`}
      </p>
      ${this.outcome("state")}
    </section>`;
  }

  /** @param {Account} account */
  reset(account) {
    if (!confirm(t("accounts.reset.sure", { name: account.name }))) return;
    this.act("state", async () => {
      const made = await resetPassword(account.id);
      this.secret = { title: t("account.once"), text: made.password };
      return t("accounts.reset.done", { name: account.name });
    });
  }

  /**
   * @param {Account} account
   * @param {"enable" | "disable"} state
   */
  turn(account, state) {
    if (state === "disable" && !confirm(t("accounts.disable.sure", { name: account.name }))) return;
    this.act("state", async () => {
      await setAccountState(account.id, state);
      return t("accounts.done", { name: account.name });
    });
  }
}

customElements.define("wg-account-dialog", AccountDialog);
