/** The kinds of facilities as a list of bars: which share of households reaches each on foot. */

import { html, nothing } from "lit";
import { share } from "./figures.js";
import { labelOf } from "./parts.js";
import { Component, language, t } from "./texts.js";

/** @typedef {import("./api.js").KindName} KindName */
/** @typedef {import("./api.js").CoverageFigure} CoverageFigure */

class WalkList extends Component {
  static properties = {
    kinds: { attribute: false },
    figures: { attribute: false },
    selected: { attribute: false },
  };

  constructor() {
    super();
    /** @type {KindName[]} */
    this.kinds = [];
    /** One figure of households for each kind. @type {Map<string, CoverageFigure>} */
    this.figures = new Map();
    this.selected = "";
  }

  render() {
    return html`<ul
      class="kinds"
      role="listbox"
      tabindex="0"
      aria-label=${t("walk.kinds")}
      aria-activedescendant=${this.selected ? `kind-${this.selected}` : nothing}
      @keydown=${this.pressed}
    >
      ${this.kinds.map((kind) => this.row(kind))}
    </ul>`;
  }

  /** @param {KindName} kind */
  row(kind) {
    const figure = this.figures.get(kind.kind);
    const told = figure?.share ?? null;
    const name = kindName(kind);
    return html`<li
      id="kind-${kind.kind}"
      role="option"
      aria-selected=${kind.kind === this.selected}
      @click=${() => this.choose(kind.kind)}
    >
      <span class="name" title=${name}>${name}</span>
      <span class="figure percent">${told === null ? t("walk.untold") : share(told)}</span>
      <svg class="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="8" rx="2"></rect>
        <rect class="filled" width=${100 * (told ?? 0)} height="8" rx="2"></rect>
      </svg>
    </li>`;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const at = this.kinds.findIndex((kind) => kind.kind === this.selected);
    const last = this.kinds.length - 1;
    /** @type {Record<string, number>} */
    const to = { ArrowDown: Math.min(at + 1, last), ArrowUp: Math.max(at - 1, 0), Home: 0, End: last };
    if (!(event.key in to) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.choose(this.kinds[to[event.key]].kind);
  }

  /** @param {string} kind */
  choose(kind) {
    this.dispatchEvent(new CustomEvent("choose", { detail: kind }));
  }

  updated() {
    this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }
}

/** @param {KindName} kind */
export const kindName = (kind) => labelOf(language() === "zh" ? kind.zh : kind.en);

customElements.define("wg-walk-list", WalkList);
