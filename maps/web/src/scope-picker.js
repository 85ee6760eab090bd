/** Where an account or token is to hold: everywhere, or areas of the tree and single grids. */

import { html, nothing } from "lit";
import { areas, Problem, standingGrids } from "./api.js";
import { Component, t } from "./texts.js";

/** @typedef {{wide: boolean, areas: string[], grids: string[]}} Scope */
/** @typedef {import("./api.js").AreaRow} AreaRow */

/** @type {Promise<AreaRow[]> | null} */
let tree = null;

/** The areas that one sees, asked for once; a service of the workers' page alone has none to tell. */
export function areaTree() {
  tree ??= areas().catch((error) => {
    if (error instanceof Problem && error.status === 404) return [];
    tree = null;
    throw error;
  });
  return tree;
}

/**
 * The scope in words: names where they are known.
 * @param {Scope} scope
 * @param {AreaRow[]} known
 */
export function scopeNames(scope, known) {
  if (scope.wide) return [t("account.everywhere")];
  const names = new Map(known.map(({ code, name }) => [code, name]));
  return [...scope.areas.map((code) => names.get(code) ?? code), ...scope.grids];
}

let number = 0;

class ScopePicker extends Component {
  static properties = {
    scope: { attribute: false },
    /** What the widest choice is called; empty: it is not to be had. */
    widest: { type: String },
    own: { attribute: false },
    known: { state: true },
    grids: { state: true },
    filter: { state: true },
    fault: { state: true },
  };

  constructor() {
    super();
    /** @type {Scope} */
    this.scope = { wide: false, areas: [], grids: [] };
    this.widest = "";
    /** Single grids of one's own scope. @type {string[]} */
    this.own = [];
    /** @type {AreaRow[] | null} */
    this.known = null;
    /** Grids of the communities that were opened. @type {Map<string, {code: string, name: string}[]>} */
    this.grids = new Map();
    this.filter = "";
    this.fault = "";
    this.group = `scope-${(number += 1)}`;
    this.read();
  }

  async read() {
    try {
      this.known = await areaTree();
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
  }

  /** @param {Partial<Scope>} change */
  put(change) {
    this.scope = { ...this.scope, ...change };
    this.dispatchEvent(new CustomEvent("chosen", { detail: this.scope }));
  }

  /**
   * @param {"areas" | "grids"} part
   * @param {string} code
   */
  turn(part, code) {
    const there = this.scope[part].includes(code);
    const rest = this.scope[part].filter((one) => one !== code);
    if (there) return this.put({ [part]: rest });
    if (part === "grids") return this.put({ grids: [...rest, code].sort() });
    // What lies below the area is in the scope with it.
    this.put({
      areas: [...rest.filter((one) => !this.lies(one, code)), code].sort(),
      grids: this.scope.grids.filter((one) => !this.lies(one.slice(0, 12), code)),
    });
  }

  /**
   * Whether an area is another one or lies below it.
   * @param {string | null | undefined} code
   * @param {string} above
   * @returns {boolean}
   */
  lies(code, above) {
    if (!code || code === above) return code === above;
    return this.lies(this.known?.find((row) => row.code === code)?.parent_code, above);
  }

  /** @param {string} community */
  async open(community) {
    if (this.grids.has(community)) return;
    try {
      this.grids = new Map(this.grids).set(community, await standingGrids(community));
    } catch (error) {
      this.fault = error instanceof Error ? error.message || t("fault.offline.what") : "";
    }
  }

  render() {
    const { wide } = this.scope;
    return html`<fieldset class="scope-picker">
      <legend>${t("account.scope")}</legend>
      ${this.widest
        ? html`<div class="either">
            ${this.choice(this.widest, wide, () => this.put({ wide: true }))}
            ${this.choice(t("scope.chosen"), !wide, () => this.put({ wide: false }))}
          </div>`
        : nothing}
      ${wide ? nothing : this.chosen()}
    </fieldset>`;
  }

  /**
   * @param {string} label
   * @param {boolean} on
   * @param {() => void} act
   */
  choice(label, on, act) {
    return html`<label class="inline"
      ><input type="radio" name=${this.group} .checked=${on} @change=${act} />${label}</label
    >`;
  }

  chosen() {
    if (this.fault) return html`<p class="said bad" role="alert">${this.fault}</p>`;
    if (this.known === null) return html`<p class="muted" role="status">${t("loading")}</p>`;
    const { areas: picked, grids } = this.scope;
    const names = new Map(this.known.map(({ code, name }) => [code, name]));
    for (const list of this.grids.values()) for (const one of list) names.set(one.code, one.name);
    const tags = [
      ...picked.map((code) => this.chip("areas", code, names)),
      ...grids.map((code) => this.chip("grids", code, names)),
    ];
    return html`${tags.length
        ? html`<ul class="chips" aria-label=${t("scope.picked")}>${tags}</ul>`
        : html`<p class="muted small">${t("scope.none")}</p>`}
      ${this.known.length > 8
        ? html`<label><span>${t("scope.filter")}</span
            ><input type="search" .value=${this.filter} @input=${(/** @type {Event} */ event) => {
              this.filter = /** @type {HTMLInputElement} */ (event.target).value.trim();
            }} autocomplete="off" /></label>`
        : nothing}
      <ul class="area-tree">${this.filter ? this.found(this.known) : this.branch(null, false)}</ul>
      ${this.own.length
        ? html`<ul class="area-tree">${this.own.map((code) => this.grid({ code, name: "" }))}</ul>`
        : nothing}`;
  }

  /**
   * @param {"areas" | "grids"} part
   * @param {string} code
   * @param {Map<string, string>} names
   */
  chip(part, code, names) {
    const name = names.get(code) ?? code;
    return html`<li>
      <button type="button" class="chip" title=${code} aria-label=${t("scope.drop", { name })} @click=${() => this.turn(part, code)}>
        ${name}<span aria-hidden="true">×</span>
      </button>
    </li>`;
  }

  /**
   * The areas right below one; the topmost that one sees for null.
   * @param {string | null} parent
   * @param {boolean} covered
   * @returns {unknown}
   */
  branch(parent, covered) {
    const known = /** @type {AreaRow[]} */ (this.known);
    const codes = new Set(known.map(({ code }) => code));
    const top = (/** @type {AreaRow} */ row) => !row.parent_code || !codes.has(row.parent_code);
    const rows = known.filter((row) => (parent === null ? top(row) : row.parent_code === parent));
    return rows.map((row) => {
      const picked = this.scope.areas.includes(row.code);
      const below = this.branch(row.code, covered || picked);
      const inside = /** @type {unknown[]} */ (below);
      return html`<li>
        ${this.area(row, covered)} ${inside.length ? html`<ul>${inside}</ul>` : nothing}
        ${row.level === "community" && !covered && !picked ? this.singly(row.code) : nothing}
      </li>`;
    });
  }

  /** @param {AreaRow[]} known */
  found(known) {
    const hits = known.filter((row) => row.name.includes(this.filter) || row.code.startsWith(this.filter));
    if (hits.length === 0) return html`<li class="muted">${t("scope.unfound", { text: this.filter })}</li>`;
    return hits.slice(0, 100).map(
      (row) => html`<li>
        ${this.area(row, false)}
        ${row.level === "community" && !this.scope.areas.includes(row.code) ? this.singly(row.code) : nothing}
      </li>`,
    );
  }

  /**
   * @param {AreaRow} row
   * @param {boolean} covered by an area above that is picked
   */
  area(row, covered) {
    return html`<label class="inline"
      ><input
        type="checkbox"
        .checked=${covered || this.scope.areas.includes(row.code)}
        ?disabled=${covered}
        @change=${() => this.turn("areas", row.code)}
      /><span>${row.name} <small class="figure">${row.code}</small></span></label
    >`;
  }

  /** @param {string} community */
  singly(community) {
    const list = this.grids.get(community);
    return html`<details
      @toggle=${(/** @type {Event} */ event) =>
        /** @type {HTMLDetailsElement} */ (event.currentTarget).open && this.open(community)}
    >
      <summary>${t("scope.grids")}</summary>
      ${list === undefined
        ? html`<p class="muted" role="status">${t("loading")}</p>`
        : list.length
          ? html`<ul>${list.map((one) => this.grid(one))}</ul>`
          : html`<p class="muted">${t("scope.no-grids")}</p>`}
    </details>`;
  }

  /** @param {{code: string, name: string}} one */
  grid({ code, name }) {
    return html`<li>
      <label class="inline"
        ><input
          type="checkbox"
          .checked=${this.scope.grids.includes(code)}
          @change=${() => this.turn("grids", code)}
        /><span>${name} <small class="figure">${code}</small></span></label
      >
    </li>`;
  }
}

customElements.define("wg-scope-picker", ScopePicker);
