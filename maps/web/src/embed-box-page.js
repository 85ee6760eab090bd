/** Choose a map, see it, and copy what another site needs to show it. */

import { html, nothing } from "lit";
import { areas, embedKeys, makeEmbedKey, walkingRun } from "./api.js";
import { addresses, COLOURED, COVERED, LOOKS, PAGES, SIZES } from "./embed-address.js";
import { empty, fault, skeleton, topBar } from "./parts.js";
import { Component, language, t } from "./texts.js";

/** @typedef {import("./embed-address.js").Choice} Choice */
/** @typedef {import("./api.js").EmbedKey} EmbedKey */

class EmbedBoxPage extends Component {
  static properties = {
    public: { type: String },
    areas: { state: true },
    kinds: { state: true },
    keys: { state: true },
    choice: { state: true },
    key: { state: true },
    origin: { state: true },
    contact: { state: true },
    made: { state: true },
    wrong: { state: true },
    copied: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    /** Address of the service as other sites see it. */
    this.public = "";
    /** @type {import("./api.js").AreaRow[] | null} */
    this.areas = null;
    /** @type {import("./api.js").KindName[]} */
    this.kinds = [];
    /** @type {number[]} */
    this.cutoffs = [];
    /** Null where they may not be seen. @type {EmbedKey[] | null} */
    this.keys = null;
    /** @type {Choice} */
    this.choice = {
      page: "grids", area: "", layer: "load", kind: "", minutes: 0, theme: "light",
      lang: language(), legend: true, size: "640x400",
    };
    this.key = "";
    this.origin = "";
    this.contact = "";
    this.made = false;
    /** Why no key was made. */
    this.wrong = "";
    /** Which text was copied last. */
    this.copied = "";
    /** @type {unknown} */
    this.error = null;
    this.load();
  }

  async load() {
    this.error = null;
    try {
      const [rows, run, keys] = await Promise.all([
        areas(),
        walkingRun().catch(() => null),
        embedKeys().catch(() => null),
      ]);
      this.kinds = run?.kinds ?? [];
      this.cutoffs = (run?.settings.cutoffs_s ?? []).map((seconds) => seconds / 60);
      this.keys = keys;
      const first = rows.find((row) => row.level === "community") ?? rows[0];
      this.choose({ area: first?.code ?? "", minutes: this.cutoffs.at(-1) ?? 0 });
      this.areas = rows;
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {Partial<Choice>} part */
  choose(part) {
    this.choice = { ...this.choice, ...part };
    if (this.choice.page === "coverage" && !this.choice.kind)
      this.choice.kind = this.kinds[0]?.kind ?? "";
  }

  async make() {
    this.wrong = "";
    try {
      const made = await makeEmbedKey({
        area_code: this.choice.area,
        layers: PAGES[this.choice.page],
        origins: this.origin.split(/[\s,]+/).filter(Boolean),
        contact: this.contact,
        made_by: "/embed",
      });
      this.key = made.key;
      this.made = true;
      this.keys = await embedKeys();
    } catch (error) {
      this.wrong = error instanceof Error ? error.message : String(error);
    }
  }

  /** @param {Event} event */
  copy(event) {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const code = /** @type {HTMLElement} */ (button.closest("section")?.querySelector("code"));
    // An intranet page without https has no clipboard; the selection is copied the old way there.
    getSelection()?.selectAllChildren(code);
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent ?? "");
    else document.execCommand("copy");
    this.copied = button.dataset.of ?? "";
  }

  render() {
    document.title = t("box.title");
    return html`${topBar(html`<span class="step">${t("box.heading")}</span>`)} ${this.body()}`;
  }

  body() {
    if (this.error) return fault(this.error, () => this.load());
    if (this.areas === null) return skeleton();
    if (this.areas.length === 0)
      return empty(t("box.empty"), t("box.empty.next"), "wangge import areas FILE");
    return html`<main class="box">
      <h1>${t("box.heading")}</h1>
      <form class="box-choices" @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
        ${this.choices()} ${this.keyChoices()}
      </form>
      <div class="box-result">${this.preview()} ${this.codes()} ${this.keyList()}</div>
    </main>`;
  }

  choices() {
    const { page } = this.choice;
    const rows = this.areas ?? [];
    return html`
      ${this.select("page", t("box.what"), Object.keys(PAGES).map((name) => [name, t(`box.page.${name}`)]))}
      ${this.select("area", t("box.area"), rows.map((row) => [row.code, `${"　".repeat(depth(row))}${row.name}`]))}
      ${COLOURED.includes(page)
        ? this.select("layer", t("box.layer"), LOOKS.map((look) => [look, t(`box.layer.${look}`)]))
        : nothing}
      ${page === "coverage" || page === "facilities" ? this.select("kind", t("box.kind"), this.kindChoices()) : nothing}
      ${COVERED.includes(page) && this.cutoffs.length
        ? this.select("minutes", t("box.minutes"), this.cutoffs.map((n) => [String(n), t("minutes", { n })]))
        : nothing}
      ${this.select("theme", t("box.theme"), ["light", "dark"].map((theme) => [theme, t(`box.theme.${theme}`)]))}
      ${this.select("lang", t("box.language"), [["zh", "中文"], ["en", "English"]])}
      ${this.select("size", t("box.size"), SIZES.map((size) => [size, t(`box.size.${size}`)]))}
      <label class="inline"
        ><input
          type="checkbox"
          .checked=${this.choice.legend}
          @change=${(/** @type {Event} */ e) =>
            this.choose({ legend: /** @type {HTMLInputElement} */ (e.target).checked })}
        />${t("box.legend")}</label
      >`;
  }

  kindChoices() {
    const named = this.kinds.map((kind) => [kind.kind, kind[language()]]);
    return this.choice.page === "facilities" ? [["", t("box.kind.all")], ...named] : named;
  }

  /**
   * @param {keyof Choice} field
   * @param {string} label
   * @param {string[][]} options value and text
   */
  select(field, label, options) {
    return html`<label
      ><span>${label}</span>
      <select
        name=${field}
        @change=${(/** @type {Event} */ e) => {
          const { value } = /** @type {HTMLSelectElement} */ (e.target);
          this.choose({ [field]: field === "minutes" ? Number(value) : value });
        }}
      >
        ${options.map(
          ([value, text]) =>
            html`<option value=${value} ?selected=${String(this.choice[field]) === value}>${text}</option>`,
        )}
      </select></label
    >`;
  }

  keyChoices() {
    const typed = (/** @type {"key" | "origin" | "contact"} */ field) => (/** @type {Event} */ e) => {
      this[field] = /** @type {HTMLInputElement} */ (e.target).value.trim();
    };
    return html`<label
        ><span>${t("box.key.paste")}</span>
        <input type="text" name="key" autocomplete="off" spellcheck="false" .value=${this.key} @input=${typed("key")}
      /></label>
      ${this.made ? html`<p class="small" role="status">${t("box.key.made")}</p>` : nothing}
      ${this.key ? nothing : html`<p class="small muted">${t("box.key.none")}</p>`}
      <label
        ><span>${t("box.key.origin")}</span>
        <input type="text" name="origin" spellcheck="false" .value=${this.origin} @input=${typed("origin")}
      /></label>
      ${this.keys === null ? this.command() : this.maker(typed("contact"))}`;
  }

  /** Without the right to make keys the page tells how they are made. */
  command() {
    const { area, page } = this.choice;
    const origin = this.origin || "https://...";
    return html`<p class="small muted">${t("box.key.command")}</p>
      <pre><code>wangge embed add ${area} --layers ${PAGES[page].join(",")} --origin ${origin}</code></pre>`;
  }

  /** @param {(event: Event) => void} typed */
  maker(typed) {
    return html`<label
        ><span>${t("box.key.contact")}</span>
        <input type="text" name="contact" .value=${this.contact} @input=${typed}
      /></label>
      ${this.wrong ? html`<p class="bad small" role="alert">${this.wrong}</p>` : nothing}
      <button type="button" class="primary" ?disabled=${!this.origin} @click=${() => this.make()}>
        ${t("box.key.make")}
      </button>`;
  }

  preview() {
    const [width, height] = this.choice.size.split("x");
    const { preview } = addresses(this.choice, this.public, this.key);
    return html`<section class="box-preview" aria-label=${t("box.preview")}>
      <iframe src=${preview} width=${width} height=${height} title=${t("box.preview")}></iframe>
    </section>`;
  }

  codes() {
    const made = addresses(this.choice, this.public, this.key || "KEY");
    return html`<div class="box-code">
      ${this.code("iframe", made.iframe)} ${this.code("tilejson", made.tilejson)} ${this.code("style", made.style)}
    </div>`;
  }

  /**
   * @param {"iframe" | "tilejson" | "style"} of
   * @param {string} text
   */
  code(of, text) {
    return html`<section>
      <h2>
        ${t(`box.${of}`)}
        <button type="button" data-of=${of} @click=${this.copy}>
          ${this.copied === of ? t("box.copied") : t("box.copy")}
        </button>
      </h2>
      <pre><code>${text}</code></pre>
    </section>`;
  }

  keyList() {
    return html`<section class="box-code">
      <h2>${t("box.keys")}</h2>
      ${this.keys === null
        ? html`<p class="muted">${t("box.keys.hidden")}</p>`
        : this.keys.length === 0
          ? html`<p class="muted">${t("box.keys.none")}</p>`
          : keyTable(this.keys)}
    </section>`;
  }
}

/** @param {import("./api.js").AreaRow} row */
const depth = (row) => ({ county: 0, subdistrict: 1, community: 2 })[row.level] ?? 0;

/** @param {EmbedKey[]} keys */
function keyTable(keys) {
  return html`<table class="box-keys">
    <thead>
      <tr>
        <th scope="col">${t("code")}</th>
        <th scope="col">${t("box.area")}</th>
        <th scope="col">${t("box.keys.layers")}</th>
        <th scope="col">${t("box.keys.sites")}</th>
        <th scope="col">${t("box.keys.until")}</th>
      </tr>
    </thead>
    <tbody>
      ${keys.map(
        (key) => html`<tr>
          <th scope="row">${key.id}</th>
          <td>${key.area_name ?? key.area_code}</td>
          <td>${key.layers.join(", ")}</td>
          <td>${key.origins.join(" ") || t("box.keys.nobody")}</td>
          <td>
            <span class="figure">${key.last_day}</span>
            <span class="pill ${key.state === "standing" ? "published" : ""}">${t(`box.keys.${key.state}`)}</span>
          </td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

customElements.define("wg-embed-box-page", EmbedBoxPage);
