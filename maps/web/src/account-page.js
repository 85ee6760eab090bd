/** One's own account, and for administrators those of others. */

import { html, nothing } from "lit";
import {
  changePassword,
  listAccounts,
  listTokens,
  makeAccount,
  makeToken,
  resetPassword,
  revokeToken,
  setAccountState,
  whoAmI,
} from "./api.js";
import { base } from "./page.js";
import { fault, skeleton, topBar } from "./parts.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./api.js").Account} Account */

const ROLES = ["viewer", "worker", "supervisor", "approver", "planner", "admin"];

class AccountPage extends Component {
  static properties = {
    who: { state: true },
    tokens: { state: true },
    accounts: { state: true },
    secret: { state: true },
    said: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./api.js").WhoAmI | null} */
    this.who = null;
    /** @type {import("./api.js").Token[]} */
    this.tokens = [];
    /** @type {Account[] | null} */
    this.accounts = null;
    /** A token or password that is told this once. @type {{title: string, text: string} | null} */
    this.secret = null;
    /** What came of the last act, and in which section. @type {{at: string, text: string, bad: boolean} | null} */
    this.said = null;
    /** @type {unknown} */
    this.error = null;
    this.load();
  }

  async load() {
    this.error = null;
    try {
      const who = await whoAmI();
      if (who.by === "session" && !who.must_change) this.tokens = await listTokens();
      if (who.rights.includes("accounts") && !who.must_change) this.accounts = await listAccounts();
      this.who = who;
    } catch (error) {
      this.error = error;
    }
  }

  /**
   * Do something, say in its section what came of it, and read everything again.
   * @param {string} at
   * @param {() => Promise<string>} act
   */
  async act(at, act) {
    this.said = null;
    this.secret = null;
    try {
      this.said = { at, text: await act(), bad: false };
      await this.load();
    } catch (error) {
      this.said = { at, text: error instanceof Error ? error.message : String(error), bad: true };
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
      await this.act(at, () => act(given));
      if (!this.said?.bad) form.reset();
    };
  }

  render() {
    document.title = t("account.title");
    return html`${topBar(html`<span class="step">${t("account.heading")}</span>`)} ${this.body()}`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (this.who === null) return skeleton();
    const own = this.who.by === "session";
    return html`<main class="account">
      <h1>${t("account.heading")}</h1>
      ${this.who.must_change
        ? html`<p class="said wide" role="status">${t("account.must-change")}</p>`
        : nothing}
      ${this.whoSection(this.who)} ${own ? this.passwordSection(this.who) : nothing}
      ${own && !this.who.must_change ? this.tokenSection() : nothing}
      ${this.accounts ? this.accountSection(this.accounts) : nothing}
    </main>`;
  }

  /** @param {import("./api.js").WhoAmI} who */
  whoSection(who) {
    const scope = who.everywhere ? t("account.everywhere") : [...who.areas, ...who.grids].join(" ");
    return html`<section>
      <h2>${t("account.me")}</h2>
      <dl>
        <dt>${t("login.name")}</dt><dd>${who.name}</dd>
        <dt>${t("account.role")}</dt><dd>${t(`role.${who.role}`)}</dd>
        <dt>${t("account.scope")}</dt><dd class="figure">${scope || t("account.nowhere")}</dd>
        <dt>${t("account.rights")}</dt>
        <dd>${who.rights.map((right) => t(`right.${right}`)).join(t("list.comma"))}</dd>
      </dl>
      ${who.by === "machine" ? html`<p class="muted">${t("account.machine")}</p>` : nothing}
    </section>`;
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

  /** @param {import("./api.js").WhoAmI} who */
  passwordSection(who) {
    const change = this.submitted("password", async ({ old = "", new: chosen = "", again = "" }) => {
      if (chosen !== again) throw new Error(t("account.password.differ"));
      await changePassword(old, chosen);
      if (who.must_change) location.assign(`${base}/`);
      return t("account.password.done");
    });
    return html`<section>
      <h2>${t("account.password")}</h2>
      <p class="muted small">${t("account.password.rules")}</p>
      <form @submit=${change}>
        <input hidden name="username" autocomplete="username" .value=${who.name} />
        ${password("old", t("account.password.old"), "current-password")}
        ${password("new", t("account.password.new"), "new-password")}
        ${password("again", t("account.password.again"), "new-password")}
        ${this.outcome("password")}
        <button class="primary" type="submit">${t("account.password")}</button>
      </form>
    </section>`;
  }

  tokenSection() {
    const make = this.submitted("tokens", async ({ name = "", writing, expires_on }) => {
      const made = await makeToken({ name, writing: Boolean(writing), expires_on: expires_on || null });
      this.secret = { title: t("account.once"), text: made.token };
      return t("token.made");
    });
    return html`<section class="wide">
      <h2>${t("token.heading")}</h2>
      <p class="muted small">${t("token.what")}</p>
      <ul class="rows">
        ${this.tokens.map(
          (token) => html`<li>
            <span class="grow"
              >${token.name}<small class="figure"
                >${token.writing ? t("token.writes") : t("token.reads")} ·
                ${t("token.until", { day: token.expires_at.slice(0, 10) })} ·
                ${token.used_at ? t("token.used", { day: token.used_at.slice(0, 10) }) : t("token.unused")}</small
              ></span
            >
            <span class="pill ${token.state === "standing" ? "published" : ""}">${t(`box.keys.${token.state}`)}</span>
            ${token.state === "standing"
              ? html`<button type="button" @click=${() => this.revoke(token.id)}>${t("token.revoke")}</button>`
              : nothing}
          </li>`,
        )}
      </ul>
      ${this.outcome("tokens")}
      <form @submit=${make}>
        <label><span>${t("token.name")}</span><input name="name" maxlength="100" required autocomplete="off" /></label>
        <label><span>${t("token.last-day")}</span><input name="expires_on" type="date" /></label>
        <label class="inline"><input name="writing" type="checkbox" />${t("token.writing")}</label>
        <button type="submit">${t("token.make")}</button>
      </form>
    </section>`;
  }

  /** @param {number} id */
  revoke(id) {
    return this.act("tokens", async () => {
      await revokeToken(id);
      return t("token.revoked");
    });
  }

  /** @param {Account[]} accounts */
  accountSection(accounts) {
    return html`<section class="wide">
      <h2>${t("accounts.heading", { n: accounts.length })}</h2>
      ${this.outcome("accounts")}
      <ul class="rows">
        ${accounts.map((account) => this.accountRow(account))}
      </ul>
      <h2>${t("accounts.add")}</h2>
      ${this.accountForm()}
    </section>`;
  }

  /** @param {Account} account */
  accountRow(account) {
    const where = account.everywhere
      ? t("account.everywhere")
      : [...account.areas, ...account.grids].join(" ");
    const last = account.login_at
      ? t("accounts.login", { day: account.login_at.slice(0, 10) })
      : t("accounts.never");
    const state = account.disabled_at ? "enable" : "disable";
    return html`<li>
      <span class="grow"
        >${account.name} · ${t(`role.${account.role}`)}
        <small class="figure">${where || t("account.nowhere")} · ${last}</small></span
      >
      ${account.disabled_at ? html`<span class="pill">${t("accounts.disabled")}</span>` : nothing}
      ${account.name === this.who?.name
        ? nothing
        : html`<button type="button" @click=${() => this.reset(account)}>${t("accounts.reset")}</button>
            <button type="button" @click=${() => this.turn(account, state)}>${t(`accounts.${state}`)}</button>`}
    </li>`;
  }

  /** @param {Account} account */
  reset(account) {
    if (!confirm(t("accounts.reset.sure", { name: account.name }))) return;
    this.act("accounts", async () => {
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
    this.act("accounts", async () => {
      await setAccountState(account.id, state);
      return t("accounts.done", { name: account.name });
    });
  }

  accountForm() {
    const add = this.submitted("accounts", async ({ name = "", role = "viewer", scope = "", worker = "" }) => {
      const codes = scope.split(/[\s,，、]+/).filter(Boolean);
      const made = await makeAccount({
        name,
        role,
        everywhere: codes.length === 0,
        areas: codes.filter((code) => code.length !== 15),
        grids: codes.filter((code) => code.length === 15),
        worker_code: worker || null,
      });
      this.secret = { title: t("account.once"), text: made.password };
      return t("accounts.made", { name: made.name });
    });
    return html`<form @submit=${add}>
      <label><span>${t("login.name")}</span><input name="name" maxlength="64" required autocomplete="off" /></label>
      <label
        ><span>${t("account.role")}</span>
        <select name="role">
          ${ROLES.map((role) => html`<option value=${role}>${t(`role.${role}`)}</option>`)}
        </select></label
      >
      <label><span>${t("accounts.scope")}</span><input name="scope" autocomplete="off" /></label>
      <label><span>${t("accounts.worker")}</span><input name="worker" maxlength="100" autocomplete="off" /></label>
      <button type="submit">${t("accounts.add")}</button>
    </form>`;
  }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {"current-password" | "new-password"} kind
 */
function password(name, label, kind) {
  return html`<label
    ><span>${label}</span><input type="password" name=${name} autocomplete=${kind} maxlength="1000" required
  /></label>`;
}

customElements.define("wg-account-page", AccountPage);
