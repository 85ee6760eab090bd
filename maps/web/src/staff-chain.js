/** Everybody who answers for a building, each one tap from a call. */

import { html, nothing } from "lit";
import { Problem } from "./api.js";
import { rights } from "./page.js";
import { phoneOf, responsibleAt, responsibleFor } from "./staff-api.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./staff-api.js").Person} Person */

class StaffChain extends Component {
  static properties = {
    found: { state: true },
    phones: { state: true },
    said: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./staff-api.js").Responsible | null} */
    this.found = null;
    /** Phones that were told, by worker; null: none is stored. @type {Map<string, string | null>} */
    this.phones = new Map();
    this.said = "";
    this.busy = false;
  }

  /** @param {SubmitEvent} event */
  async search(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const text = String(form.get("place")).trim();
    if (text) await this.look(text);
  }

  /** @param {string} text */
  async look(text) {
    [this.found, this.said, this.busy] = [null, "", true];
    try {
      this.found = await responsibleFor(text).catch((error) => {
        if (error instanceof Problem && error.status && error.status < 500) return responsibleAt(text);
        throw error;
      });
    } catch (error) {
      this.said = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
    this.busy = false;
  }

  /** @param {string} worker */
  async unmask(worker) {
    try {
      const { phone } = await phoneOf(worker);
      this.phones = new Map(this.phones).set(worker, phone);
    } catch (error) {
      this.said = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
  }

  render() {
    return html`<section>
      <h2>${t("staff.chain")}</h2>
      <form class="inline-form" @submit=${this.search}>
        <label
          ><span>${t("staff.chain.place")}</span
          ><input name="place" type="search" maxlength="200" required autocomplete="off"
        /></label>
        <button type="submit" ?disabled=${this.busy}>${t("staff.chain.find")}</button>
      </form>
      <div aria-live="polite">${this.answer()}</div>
    </section>`;
  }

  answer() {
    if (this.said) return html`<p class="said bad" role="alert">${this.said}</p>`;
    if (this.busy) return html`<p class="muted">${t("loading")}</p>`;
    if (this.found === null) return nothing;
    const { building, chain, candidates } = this.found;
    if (candidates.length)
      return html`<p>${t("staff.chain.several")}</p>
        <ul class="doors">${candidates.map(
          ({ code, name }) => html`<li><button type="button" @click=${() => this.look(code)}>${name ?? ""} ${code}</button></li>`,
        )}</ul>`;
    if (!building || chain.length === 0) return html`<p class="muted">${t("staff.chain.nothing")}</p>`;
    return html`<h3>${building.name ?? ""} <small class="muted figure">${building.code}</small></h3>
      <ul class="rows">${chain.map((link) => this.link(link))}</ul>`;
  }

  /** @param {import("./staff-api.js").Link} link */
  link(link) {
    return html`<li>
      <span class="grow"><small>${link.title}</small>${link.name ?? link.code}</span>
      <ul class="people-of">
        ${link.posts.length ? nothing : html`<li class="muted">${t("staff.no-post")}</li>`}
        ${link.posts.map(
          (post) => html`<li>
            <span class="grow"><small>${[post.title, ...post.tags].join(" · ")}</small>${
              post.vacant
                ? html`<span class="tag warn">${t("oversee.vacant")}</span>`
                : (post.person?.name ?? t("staff.held"))
            }${post.deputy ? html` <small>${t("staff.deputy", { name: post.deputy.name })}</small>` : nothing}</span>
            ${[post.person, post.deputy].map((person) => (person ? this.phone(person) : nothing))}
          </li>`,
        )}
      </ul>
    </li>`;
  }

  /** @param {Person} person */
  phone(person) {
    if (!person.masked_phone) return html`<span class="muted small">${t("staff.no-phone")}</span>`;
    const told = this.phones.get(person.code);
    if (told) return html`<a class="button figure" href="tel:${told}">${t("staff.call", { phone: told })}</a>`;
    if (!rights.has("phones")) return html`<span class="figure muted">${person.masked_phone}</span>`;
    return html`<button
      type="button"
      class="figure"
      title=${t("staff.unmask.what")}
      aria-label="${person.masked_phone} ${t("staff.unmask", { name: person.name })}"
      @click=${() => this.unmask(person.code)}
    >
      ${person.masked_phone}
    </button>`;
  }
}

customElements.define("wg-staff-chain", StaffChain);
