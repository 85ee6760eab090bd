/** The accounts that an administrator keeps: found, made, and one opened at a time. */

import { html, nothing } from "lit";
import "./account-dialog.js";
import { roleField, scopeOf } from "./account-fields.js";
import { Acting } from "./acting.js";
import { listAccounts, makeAccount } from "./api.js";
import { dayOf } from "./china-time.js";
import { areaTree, scopeNames } from "./scope-picker.js";
import { t } from "./texts.js";

/** @typedef {import("./api.js").Account} Account */
/** @typedef {import("./scope-picker.js").Scope} Scope */

class AccountList extends Acting {
  static properties = {
    ...Acting.properties,
    me: { attribute: false },
    accounts: { state: true },
    areas: { state: true },
    opened: { state: true },
    filter: { state: true },
    scope: { state: true },
    fault: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./api.js").WhoAmI | null} */
    this.me = null;
    /** @type {Account[] | null} */
    this.accounts = null;
    /** @type {import("./api.js").AreaRow[]} */
    this.areas = [];
    /** @type {number | null} */
    this.opened = null;
    this.filter = "";
    /** @type {Scope} */
    this.scope = { wide: false, areas: [], grids: [] };
    this.fault = "";
    this.load();
  }

  async load() {
    this.fault = "";
    try {
      [this.accounts, this.areas] = await Promise.all([listAccounts(), areaTree()]);
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
  }

  render() {
    if (this.fault)
      return html`<section class="wide">
        <p class="said bad" role="alert">${this.fault}</p>
        <p><button type="button" @click=${() => this.load()}>${t("again")}</button></p>
      </section>`;
    if (this.accounts === null || this.me === null) return nothing;
    const account = this.accounts.find(({ id }) => id === this.opened);
    return html`<section class="wide">
        <h2>${t("accounts.heading", { n: this.accounts.length })}</h2>
        ${this.accounts.length > 8 ? this.search() : nothing}
        <ul class="rows accounts">${this.rows(this.accounts)}</ul>
      </section>
      <section class="wide">
        <h2>${t("accounts.add")}</h2>
        ${this.form()} ${this.outcome("add")}
      </section>
      ${account
        ? html`<wg-account-dialog
            .account=${account}
            .me=${this.me}
            .areas=${this.areas}
            @changed=${() => this.load()}
            @closed=${() => (this.opened = null)}
          ></wg-account-dialog>`
        : nothing}`;
  }

  search() {
    return html`<label class="account-search"
      ><span>${t("accounts.search")}</span
      ><input
        type="search"
        autocomplete="off"
        @input=${(/** @type {Event} */ event) => {
          this.filter = /** @type {HTMLInputElement} */ (event.target).value.trim().toLowerCase();
        }}
    /></label>`;
  }

  /** @param {Account[]} accounts */
  rows(accounts) {
    const told = (/** @type {Account} */ account) => [account.name, t(`role.${account.role}`), ...this.names(account)];
    const shown = accounts.filter((account) => told(account).join("\n").toLowerCase().includes(this.filter));
    if (accounts.length === 0) return html`<li class="muted">${t("accounts.none")}</li>`;
    if (shown.length === 0) return html`<li class="muted">${t("scope.unfound", { text: this.filter })}</li>`;
    return shown.map((account) => this.row(account));
  }

  /** @param {Account} account */
  names(account) {
    return scopeNames(scopeOf(account), this.areas);
  }

  /** @param {Account} account */
  row(account) {
    const names = this.names(account);
    const where = names.slice(0, 3).join(t("list.comma")) || t("account.nowhere");
    const more = names.length > 3 ? t("accounts.more", { n: names.length - 3 }) : "";
    const last = account.login_at
      ? t("accounts.login", { day: dayOf(account.login_at) })
      : t("accounts.never");
    return html`<li>
      <span class="grow"
        >${account.name} · ${t(`role.${account.role}`)}
        <small title=${names.join(t("list.comma"))}>${where}${more} · <span class="figure">${last}</span></small></span
      >
      ${account.disabled_at ? html`<span class="pill">${t("accounts.disabled")}</span>` : nothing}
      ${account.name === this.me?.name
        ? html`<span class="pill published">${t("accounts.me")}</span>`
        : html`<button
            type="button"
            aria-label=${t("accounts.manage.one", { name: account.name })}
            @click=${() => (this.opened = account.id)}
          >
            ${t("accounts.manage")}
          </button>`}
    </li>`;
  }

  form() {
    const add = this.submitted("add", async ({ name = "", role = "viewer", worker = "" }) => {
      const { wide, areas, grids } = this.scope;
      if (!wide && areas.length + grids.length === 0) throw new Error(t("scope.none"));
      const made = await makeAccount({
        name,
        role,
        everywhere: wide,
        areas: wide ? [] : areas,
        grids: wide ? [] : grids,
        worker_code: worker || null,
      });
      this.secret = { title: t("account.once"), text: made.password };
      this.scope = { wide: false, areas: [], grids: [] };
      return t("accounts.made", { name: made.name });
    });
    return html`<form @submit=${add}>
      <label><span>${t("login.name")}</span><input name="name" maxlength="64" required autocomplete="off" /></label>
      ${roleField("viewer")}
      <wg-scope-picker
        .scope=${this.scope}
        .own=${this.me?.grids ?? []}
        widest=${this.me?.everywhere ? t("account.everywhere") : ""}
        @chosen=${(/** @type {CustomEvent<Scope>} */ event) => (this.scope = event.detail)}
      ></wg-scope-picker>
      <label><span>${t("accounts.worker")}</span><input name="worker" maxlength="100" autocomplete="off" /></label>
      <button type="submit" ?disabled=${this.busy}>${t("accounts.add")}</button>
    </form>`;
  }
}

customElements.define("wg-account-list", AccountList);
