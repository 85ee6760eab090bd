/** Two divisions of one community: two maps in step, what differs in figures, what has moved. */

import { html, nothing } from "lit";
import { communities } from "./api.js";
import { onChange } from "./changes.js";
import { choicesOf, communityOf, comparisonOf } from "./compare-api.js";
import { figures } from "./compare-figures.js";
import "./compare-list.js";
import { CompareMap, inStep } from "./compare-map.js";
import { base } from "./page.js";
import { empty, fault, mapLine, skeleton, topBar } from "./parts.js";
import { styleAddress } from "./style-address.js";
import { Component, onLanguage, t } from "./texts.js";

/** @typedef {import("./compare-api.js").Comparison} Comparison */
/** @typedef {import("./compare-api.js").Choice} Choice */
/** @typedef {import("./compare-map.js").Chosen} Chosen */
/** @typedef {"left" | "right"} Side */

const GROUPS = /** @type {const} */ (["standing", "plans", "snapshots"]);
const REREAD_MS = 300;

class ComparePage extends Component {
  static properties = {
    all: { state: true },
    code: { state: true },
    choices: { state: true },
    left: { state: true },
    right: { state: true },
    told: { state: true },
    chosen: { state: true },
    error: { state: true },
    busy: { state: true },
    face: { state: true },
    mapless: { state: true },
  };

  constructor() {
    super();
    const asked = new URLSearchParams(location.search);
    /** @type {import("./api.js").Community[] | null} */
    this.all = null;
    this.code = asked.get("community") ?? "";
    /** @type {Choice[] | null} */
    this.choices = null;
    this.left = asked.get("left") ?? "";
    this.right = asked.get("right") ?? "";
    /** @type {Comparison | null} */
    this.told = null;
    /** @type {Chosen | null} */
    this.chosen = null;
    /** @type {unknown} */
    this.error = null;
    this.busy = false;
    /** @type {"list" | "map"} */
    this.face = "list";
    this.mapless = false;
    /** @type {CompareMap[]} */
    this.maps = [];
    this.hearing = false;
  }

  connectedCallback() {
    super.connectedCallback();
    onLanguage(() => this.reword());
    onChange((change) => this.hear(change));
    this.load();
  }

  async load() {
    this.error = null;
    try {
      this.all ??= await communities();
      const sides = [this.right, this.left].filter(Boolean);
      for (const side of sides) this.code ||= await communityOf(side);
      if (!this.code) this.code = this.all[0]?.code ?? "";
      if (this.code) await this.look();
    } catch (error) {
      this.error = error;
    }
  }

  /** Read what there is to compare, and compare what was asked for or else what is likeliest. */
  async look() {
    const choices = await choicesOf(this.code, t("compare.standing"));
    this.choices = choices;
    this.left ||= choices.find(({ value }) => value !== this.right)?.value ?? "";
    const drafts = choices.filter(({ group, state }) => group === "plans" && state !== "published" && state !== "archived");
    this.right ||= [...drafts, ...choices].find(({ value }) => value !== this.left)?.value ?? "";
    await this.compare();
  }

  async compare() {
    if (!this.left || !this.right) return;
    this.#remember();
    [this.busy, this.error] = [true, null];
    const asked = [this.left, this.right].join();
    try {
      const told = await comparisonOf(this.left, this.right);
      // Somebody who chooses fast hears only of the last.
      if (asked !== [this.left, this.right].join()) return;
      [this.told, this.chosen] = [told, null];
      await this.updateComplete;
      this.draw(told);
    } catch (error) {
      [this.error, this.told] = [error, null];
      this.#forgetMaps();
    }
    this.busy = false;
  }

  #remember() {
    const here = new URL(location.href);
    here.search = String(new URLSearchParams({ left: this.left, right: this.right }));
    history.replaceState(null, "", here);
  }

  /** @param {Comparison} told */
  draw(told) {
    if (this.maps.length) return this.maps.forEach((map) => map.show(told));
    const style = styleAddress("base", { community: told.community });
    try {
      for (const side of /** @type {const} */ (["a", "b"])) {
        const box = /** @type {HTMLElement} */ (this.querySelector(`#map-${side}`));
        this.maps.push(new CompareMap(box, style, told, side, (chosen) => this.choose(chosen, false)));
      }
      inStep(this.maps);
    } catch {
      // No WebGL: figures and lists say everything the maps do.
      this.#forgetMaps();
      this.mapless = true;
    }
  }

  #forgetMaps() {
    for (const map of this.maps) map.remove();
    this.maps = [];
  }

  async reword() {
    if (!this.told) return;
    const style = styleAddress("base", { community: this.told.community });
    for (const map of this.maps) map.restyle(style);
    this.choices = await choicesOf(this.code, t("compare.standing"));
  }

  /**
   * Compare again when somebody changes one of the plans.
   * @param {import("./changes.js").Change} change
   */
  hear(change) {
    const { told } = this;
    if (!told || this.hearing || (change.plan !== told.a.plan && change.plan !== told.b.plan)) return;
    this.hearing = true;
    setTimeout(() => {
      this.hearing = false;
      this.compare();
    }, REREAD_MS);
  }

  /**
   * @param {Chosen | null} chosen
   * @param {boolean} fly
   */
  choose(chosen, fly) {
    this.chosen = chosen;
    for (const map of this.maps) map.choose(chosen);
    const there = chosen?.kind === "grid" && this.told?.grids[chosen.at].b === null ? 0 : 1;
    if (chosen && fly) this.maps[there]?.fly(chosen);
  }

  /** @param {"list" | "map"} face */
  async turn(face) {
    this.face = face;
    await this.updateComplete;
    for (const { map } of this.maps) map.resize();
    if (face === "map" && !this.chosen) this.maps[0]?.whole();
  }

  render() {
    document.title = this.told ? t("compare.title.of", { community: this.told.community_name ?? this.code }) : t("compare.title");
    return html`${topBar(html`<a class="step" href="${base}/plan${this.code ? `?community=${this.code}` : ""}">${t("desk.heading")}</a>${this.place()}`)}
      ${this.body()}`;
  }

  place() {
    if (!this.all || this.all.length < 2) return html`<span class="step">${t("compare.heading")}</span>`;
    return html`<select class="step" aria-label=${t("community")} @change=${this.moveTo}>
      ${this.all.map(({ code, name }) => html`<option value=${code} ?selected=${code === this.code}>${name}</option>`)}
    </select>`;
  }

  /** @param {Event} event */
  async moveTo(event) {
    this.#forgetMaps();
    [this.left, this.right, this.told, this.choices] = ["", "", null, null];
    this.code = /** @type {HTMLSelectElement} */ (event.target).value;
    history.replaceState(null, "", `${location.pathname}?community=${this.code}`);
    await this.load();
  }

  body() {
    const sheet = (/** @type {unknown} */ what) => html`<main class="sheet"><h1>${t("compare.heading")}</h1>${what}</main>`;
    if (this.error && !this.choices) return sheet(fault(this.error, () => this.load()));
    if (!this.all || (this.code && !this.choices)) return sheet(skeleton());
    if (!this.code) return sheet(empty(t("start.empty"), t("start.empty.next"), "wangge import areas FILE"));
    if (!this.left || !this.right)
      return sheet(html`${empty(t("compare.too-few"), t("compare.too-few.next"))}<p><a class="button" href="${base}/plan?community=${this.code}">${t("desk.heading")}</a></p>`);
    return html`<main class="compare" data-face=${this.face} aria-busy=${this.busy}>
      <h1 class="unseen">${document.title}</h1>
      <section class="compare-sides" aria-label=${t("compare.sides")}>
        ${this.picker("left")}
        <button type="button" class="swap" title=${t("compare.swap")} aria-label=${t("compare.swap")} @click=${this.swap}>⇄</button>
        ${this.picker("right")}
      </section>
      ${this.error ? html`<div class="compare-fault">${fault(this.error, () => this.compare())}</div>` : this.told ? this.shown(this.told) : skeleton()}
    </main>`;
  }

  /** @param {Comparison} told */
  shown(told) {
    return html`<section class="compare-strip" tabindex="0" aria-label=${t("compare.figures")}>${figures(told)}</section>
      <section class="compare-maps" aria-label=${t("compare.maps")}>
        ${this.mapless ? html`<p class="over-map">${t("map.none")}</p>` : nothing}
        <div class="compare-map"><div class="map" id="map-a"></div><p class="compare-name">${t("compare.left")} · ${told.a.title}</p></div>
        <div class="compare-map"><div class="map" id="map-b"></div><p class="compare-name">${t("compare.right")} · ${told.b.title}</p></div>
        <p class="compare-key"><i></i>${t("compare.key")}</p>
        ${mapLine()}
      </section>
      <section class="compare-bottom" aria-label=${t("compare.lists")}>
        <wg-compare-list .told=${told} .chosen=${this.chosen} @choose=${(/** @type {CustomEvent} */ event) => this.choose(event.detail, true)}></wg-compare-list>
      </section>
      <nav class="faces" aria-label=${t("faces")}>${this.tab("list")}${this.tab("map")}</nav>`;
  }

  /** @param {"list" | "map"} face */
  tab(face) {
    return html`<button type="button" aria-pressed=${this.face === face} @click=${() => this.turn(face)}>${t(`faces.${face}`)}</button>`;
  }

  /** @param {Side} side */
  picker(side) {
    const choices = /** @type {Choice[]} */ (this.choices ?? []);
    const here = this[side];
    // A day's grids, or the snapshot of an old draft, may be asked for by address alone.
    const known = choices.some(({ value }) => value === here);
    return html`<label class="compare-side">${t(`compare.${side}`)}
      <select @change=${(/** @type {Event} */ event) => this.pick(side, /** @type {HTMLSelectElement} */ (event.target).value)}>
        ${known ? nothing : html`<option value=${here} selected>${here}</option>`}
        ${GROUPS.map((group) => this.group(group, choices.filter((choice) => choice.group === group), here))}
      </select>
    </label>`;
  }

  /**
   * @param {Choice["group"]} group
   * @param {Choice[]} choices
   * @param {string} here
   */
  group(group, choices, here) {
    if (choices.length === 0) return nothing;
    const text = (/** @type {Choice} */ choice) => (group === "plans" ? `${choice.text} · ${t(`state.${choice.state}`)}` : choice.text);
    return html`<optgroup label=${t(`compare.group.${group}`)}>
      ${choices.map((choice) => html`<option value=${choice.value} ?selected=${choice.value === here}>${text(choice)}</option>`)}
    </optgroup>`;
  }

  /**
   * @param {Side} side
   * @param {string} value
   */
  pick(side, value) {
    this[side] = value;
    this.compare();
  }

  swap() {
    [this.left, this.right] = [this.right, this.left];
    this.compare();
  }
}

customElements.define("wg-compare-page", ComparePage);
