/** Who is signed in, in the corner of every page; and what is shown when a session has ended. */

import { html, nothing } from "lit";
import { forgetMine } from "./my-forget.js";
import { endSession, sessionOver } from "./api.js";
import { base, who } from "./page.js";
import { Component, t } from "./texts.js";

/** Where one signs in and then comes back to this place. */
const loginAddress = () =>
  `${base}/login?next=${encodeURIComponent(location.pathname + location.search)}`;

/** Sign out, and leave nothing of oneself on this device. */
export async function leave() {
  await endSession().catch(() => null);
  await forgetMine().catch(() => null);
  location.assign(`${base}/login`);
}

class Who extends Component {
  static properties = { over: { state: true } };

  constructor() {
    super();
    /** Whether the service no longer knows who asks. */
    this.over = false;
  }

  #ended = () => {
    this.over = true;
  };

  connectedCallback() {
    super.connectedCallback();
    sessionOver.addEventListener("over", this.#ended);
  }

  disconnectedCallback() {
    sessionOver.removeEventListener("over", this.#ended);
    super.disconnectedCallback();
  }

  render() {
    return html`${who
      ? html`<a class="who-name" href="${base}/account" title=${t("who.account", { name: who })}>${who}</a>
          <button class="plain who-leave" type="button" @click=${leave}>${t("who.leave")}</button>`
      : html`<a class="button plain" href=${loginAddress()}>${t("login.submit")}</a>`}
    ${this.over ? this.notice() : nothing}`;
  }

  notice() {
    return html`<section class="notice bad session-over" role="alert">
      <h2>${t("login.ended")}</h2>
      <p>${t("who.ended.what")}</p>
      <p><a class="button" href=${loginAddress()}>${t("who.again")}</a></p>
    </section>`;
  }
}

customElements.define("wg-who", Who);
