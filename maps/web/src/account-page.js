/** One's own account: password, sessions and tokens; for administrators also those of others. */

import { html, nothing } from "lit";
import { sessionRows, tokenRows } from "./access-list.js";
import "./account-list.js";
import { Acting } from "./acting.js";
import {
  changePassword,
  endOwnSession,
  listSessions,
  listTokens,
  makeToken,
  revokeToken,
  whoAmI,
} from "./api.js";
import { base } from "./page.js";
import { fault, skeleton, topBar } from "./parts.js";
import { areaTree, scopeNames } from "./scope-picker.js";
import { t } from "./texts.js";
import { leave } from "./who.js";

/** @typedef {import("./scope-picker.js").Scope} Scope */
/** @typedef {import("./api.js").WhoAmI} WhoAmI */

/** As wide as the account itself. @type {Scope} */
const WHOLE = { wide: true, areas: [], grids: [] };

class AccountPage extends Acting {
  static properties = {
    ...Acting.properties,
    who: { state: true },
    tokens: { state: true },
    sessions: { state: true },
    areas: { state: true },
    scope: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    /** @type {WhoAmI | null} */
    this.who = null;
    /** @type {import("./api.js").Token[]} */
    this.tokens = [];
    /** @type {import("./api.js").SessionRow[]} */
    this.sessions = [];
    /** @type {import("./api.js").AreaRow[]} */
    this.areas = [];
    /** Of the token that is being made. @type {Scope} */
    this.scope = WHOLE;
    /** @type {unknown} */
    this.error = null;
    this.load();
  }

  async load() {
    this.error = null;
    try {
      const who = await whoAmI();
      if (who.by === "session" && !who.must_change)
        [this.tokens, this.sessions] = await Promise.all([listTokens(), listSessions()]);
      if (!who.must_change) this.areas = await areaTree();
      this.who = who;
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    document.title = t("account.title");
    return html`${topBar(html`<span class="step">${t("account.heading")}</span>`)} ${this.body()}`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (this.who === null) return skeleton();
    const own = this.who.by === "session";
    const free = !this.who.must_change;
    return html`<main class="account">
      <h1>${t("account.heading")}</h1>
      ${free ? nothing : html`<p class="said wide" role="status">${t("account.must-change")}</p>`}
      ${this.whoSection(this.who)} ${own ? this.passwordSection(this.who) : nothing}
      ${own && free ? html`${this.sessionSection()} ${this.tokenSection(this.who)}` : nothing}
      ${this.who.rights.includes("accounts") && free
        ? html`<wg-account-list .me=${this.who}></wg-account-list>`
        : nothing}
    </main>`;
  }

  /** @param {WhoAmI} who */
  whoSection(who) {
    const names = scopeNames({ wide: who.everywhere, areas: who.areas, grids: who.grids }, this.areas);
    return html`<section>
      <h2>${t("account.me")}</h2>
      <dl>
        <dt>${t("login.name")}</dt><dd>${who.name}</dd>
        <dt>${t("account.role")}</dt><dd>${t(`role.${who.role}`)}</dd>
        <dt>${t("account.scope")}</dt><dd>${names.join(t("list.comma")) || t("account.nowhere")}</dd>
        <dt>${t("account.rights")}</dt>
        <dd>${who.rights.map((right) => t(`right.${right}`)).join(t("list.comma"))}</dd>
      </dl>
      ${who.by === "machine"
        ? html`<p class="muted">${t("account.machine")}</p>`
        : html`<p class="phone-only"><button type="button" @click=${leave}>${t("who.leave")}</button></p>`}
    </section>`;
  }

  /** @param {WhoAmI} who */
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
        <button class="primary" type="submit" ?disabled=${this.busy}>${t("account.password")}</button>
      </form>
    </section>`;
  }

  sessionSection() {
    return html`<section class="wide">
      <h2>${t("access.sessions")}</h2>
      <p class="muted small">${t("access.what")}</p>
      ${sessionRows(this.sessions, (id) =>
        this.act("sessions", async () => {
          await endOwnSession(id);
          return t("access.ended");
        }),
      )}
      ${this.outcome("sessions")}
    </section>`;
  }

  /** @param {WhoAmI} who */
  tokenSection(who) {
    const make = this.submitted("tokens", async ({ name = "", writing, expires_on }) => {
      const { wide, areas, grids } = this.scope;
      if (!wide && areas.length + grids.length === 0) throw new Error(t("scope.none"));
      const narrower = wide ? {} : { areas, grids };
      const wanted = { name, writing: Boolean(writing), expires_on: expires_on || null, ...narrower };
      const made = await makeToken(wanted);
      this.secret = { title: t("account.once"), text: made.token };
      this.scope = WHOLE;
      return t("token.made");
    });
    return html`<section class="wide">
      <h2>${t("token.heading")}</h2>
      <p class="muted small">${t("token.what")}</p>
      ${tokenRows(this.tokens, this.areas, (id) => this.revoke(id))}
      ${this.outcome("tokens")}
      <form @submit=${make}>
        <label><span>${t("token.name")}</span><input name="name" maxlength="100" required autocomplete="off" /></label>
        <label><span>${t("token.last-day")}</span><input name="expires_on" type="date" /></label>
        <wg-scope-picker
          .scope=${this.scope}
          .own=${who.grids}
          widest=${t("token.as-account")}
          @chosen=${(/** @type {CustomEvent<Scope>} */ event) => (this.scope = event.detail)}
        ></wg-scope-picker>
        <label class="inline"><input name="writing" type="checkbox" />${t("token.writing")}</label>
        <button type="submit" ?disabled=${this.busy}>${t("token.make")}</button>
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
