/** The ground of a community, edited by hand: courtyards, gates, buildings, lines, facilities. */

import { html, nothing } from "lit";
import { areaOf, Problem } from "./api.js";
import { extentOf } from "./base-map.js";
import { groundForm } from "./ground-form.js";
import { groundOf, placeRow, storeEdits, waitingRows } from "./ground-api.js";
import { GroundMap } from "./ground-map.js";
import { base } from "./page.js";
import { fault, mapLine, skeleton, topBar } from "./parts.js";
import { Component, t } from "./texts.js";

/** @typedef {import("./ground-api.js").Feature} Feature */
/** @typedef {import("./ground-api.js").Layer} Layer */
/** @typedef {import("./ground-api.js").LedgerRow} LedgerRow */
/** @typedef {import("./ground-api.js").Value} Value */
/** @typedef {{code: string | null, version: string | null, values: Record<string, Value>, geometry: GeoJSON.Geometry | null}} Draft */

/** @type {Record<Layer, import("./ground-map.js").Shape | null>} */
const SHAPES = { courtyards: "polygon", gates: "point", buildings: "polygon", stairwells: null, streets: "linestring", barriers: "linestring", facilities: "point" };
const LAYERS = /** @type {Layer[]} */ (Object.keys(SHAPES));
const SPLIT = ["courtyards", "buildings"];
const MOST_LISTED = 300;

class GroundPage extends Component {
  static properties = {
    community: { type: String },
    ground: { state: true },
    layer: { state: true },
    sought: { state: true },
    draft: { state: true },
    tool: { state: true },
    rows: { state: true },
    row: { state: true },
    said: { state: true },
    wrong: { state: true },
    asking: { state: true },
    busy: { state: true },
    error: { state: true },
    mapless: { state: true },
    mapped: { state: true },
  };

  constructor() {
    super();
    this.community = "";
    /** @type {import("./ground-api.js").Ground | null} */
    this.ground = null;
    /** @type {Layer} */
    this.layer = "buildings";
    this.sought = "";
    /** @type {Draft | null} */
    this.draft = null;
    /** @type {"choose" | "draw" | "reshape" | "split"} */
    this.tool = "choose";
    /** @type {LedgerRow[]} */
    this.rows = [];
    /** @type {LedgerRow | null} */
    this.row = null;
    /** @type {{count: number, drafts: {plan: number, name: string}[]} | null} */
    this.said = null;
    this.wrong = "";
    this.asking = false;
    this.busy = false;
    /** @type {unknown} */
    this.error = null;
    this.mapless = false;
    this.mapped = false;
    /** @type {GroundMap | null} */
    this.map = null;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("keydown", (event) => event.key === "Escape" && this.putDown());
    this.load();
  }

  async load() {
    this.error = null;
    try {
      const [area, ground, rows] = await Promise.all([areaOf(this.community), groundOf(this.community), waitingRows(this.community)]);
      [this.ground, this.rows] = [ground, rows];
      await this.updateComplete;
      this.lay(extentOf(area.geometry.coordinates));
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {import("./base-map.js").Extent} extent */
  lay(extent) {
    const box = /** @type {HTMLElement | null} */ (this.querySelector(".map"));
    if (box && !this.map && !this.mapless) {
      try {
        this.map = new GroundMap(box, extent, (layer, code) => this.choose(/** @type {Layer} */ (layer), code));
        this.mapped = true;
      } catch {
        // No WebGL: counts and names are edited from the list all the same.
        this.mapless = true;
      }
    }
    this.paint();
  }

  paint() {
    this.map?.show(this.ground?.features ?? [], this.layer, this.draft?.code ?? "");
  }

  /** @param {Layer} layer */
  turnTo(layer) {
    this.putDown();
    [this.layer, this.draft, this.sought, this.row] = [layer, null, "", null];
    this.paint();
  }

  /**
   * @param {Layer} layer
   * @param {string} code
   */
  choose(layer, code) {
    if (this.row && layer === "buildings") return this.place({ building: code });
    const found = this.ground?.features.find((each) => each.layer === layer && each.code === code);
    if (!found) return;
    this.putDown();
    this.layer = layer;
    this.wrong = "";
    this.draft = { code, version: found.version, values: { ...found.values }, geometry: null };
    this.paint();
  }

  /** Give up whatever the pen does. */
  putDown() {
    this.map?.rest();
    this.tool = "choose";
    this.asking = false;
  }

  /** Begin something new; what has a shape is drawn first. */
  add() {
    const shape = SHAPES[this.layer];
    this.putDown();
    [this.said, this.wrong, this.draft] = [null, "", null];
    const blank = { code: null, version: null, values: {}, geometry: null };
    if (!shape) {
      this.draft = blank;
      return;
    }
    this.tool = "draw";
    this.map?.draw(shape, (geometry) => {
      this.tool = "choose";
      if (this.row) this.place({ geometry });
      else this.draft = { ...blank, geometry };
    });
  }

  reshape() {
    const shape = this.chosen?.geometry;
    if (!shape) return;
    if (this.map?.reshape(shape)) this.tool = "reshape";
    else this.wrong = t("ground.several-parts");
  }

  split() {
    const code = this.draft?.code;
    if (!code) return;
    this.tool = "split";
    this.map?.draw("linestring", (line) => {
      this.tool = "choose";
      this.store([{ act: "split", layer: this.layer, code, version: this.draft?.version, line }]);
    });
  }

  get chosen() {
    return this.ground?.features.find((each) => each.layer === this.layer && each.code === this.draft?.code) ?? null;
  }

  /** @param {Event} event */
  save(event) {
    event.preventDefault();
    if (!this.draft) return;
    const { code, version, values, geometry } = this.draft;
    const before = this.chosen?.values ?? {};
    const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== (before[name] ?? null)));
    const moved = this.tool === "reshape" ? (this.map?.moved ?? null) : geometry;
    this.store([{ act: "put", layer: this.layer, code, version, values: changed, geometry: moved }]);
  }

  retire() {
    const { code, version } = this.draft ?? {};
    if (code) this.store([{ act: "retire", layer: this.layer, code, version }]);
  }

  /** @param {object[]} edits */
  store(edits) {
    return this.done(() => storeEdits(this.community, edits));
  }

  /** @param {{building: string} | {geometry: GeoJSON.Geometry}} place */
  place(place) {
    const { row } = this;
    return row && this.done(() => placeRow(this.community, row, place));
  }

  /** @param {() => Promise<import("./ground-api.js").Edited>} ask */
  async done(ask) {
    [this.busy, this.wrong, this.said] = [true, "", null];
    try {
      const { changed, drafts } = await ask();
      this.putDown();
      [this.draft, this.row] = [null, null];
      await this.load();
      this.said = { count: changed.length, drafts };
    } catch (error) {
      this.wrong = error instanceof Problem && error.message ? error.message : t("ground.not-sent");
    } finally {
      this.busy = false;
    }
  }

  render() {
    if (this.error) return html`${topBar(nothing)}${fault(this.error, () => this.load())}`;
    if (!this.ground) return html`${topBar(nothing)}${skeleton()}`;
    return html`${topBar(html`
        <a class="step" href="${base}/plan?community=${this.community}">${this.ground.name}</a>
        <span class="step">${t("ground.title")}</span>`)}
      <main class="ground">
        <nav class="toolbox" aria-label=${t("ground.layers")}>
          ${LAYERS.map((layer) => html`<button type="button" class="tool" aria-pressed=${String(layer === this.layer)} @click=${() => this.turnTo(layer)}>${t(`ground.layer.${layer}`)}</button>`)}
          ${this.rows.length
            ? html`<button type="button" class="tool" aria-pressed=${String(this.row !== null)} @click=${() => this.takeRow(this.rows[0])}>${t("ground.waiting", { n: this.rows.length })}</button>`
            : nothing}
        </nav>
        <div class="ground-map"><div class="map" aria-label=${t("map.title")}></div>${this.hint()}${mapLine()}</div>
        <aside class="ground-panel" aria-label=${t("ground.panel")}>${this.news()}${this.panel()}</aside>
      </main>`;
  }

  /** What the pen waits for, over the map. */
  hint() {
    if (this.mapless) return html`<p class="ground-hint" role="status">${t("ground.mapless")}</p>`;
    const told = this.row && this.tool === "choose" ? "place" : this.tool;
    if (told === "choose") return nothing;
    return html`<p class="ground-hint" role="status">
      ${t(`ground.hint.${told === "draw" ? (SHAPES[this.layer] ?? "point") : told}`)}
      <button type="button" class="plain" @click=${() => [this.putDown(), (this.row = null)]}>${t("ground.cancel")}</button>
    </p>`;
  }

  news() {
    const { said } = this;
    return html`${this.wrong ? html`<p class="ground-news bad" role="alert">${this.wrong}</p>` : nothing}
    ${said
      ? html`<div class="ground-news good" role="status">
          <p>${t("ground.stored", { n: said.count })}</p>
          ${said.drafts.map(({ plan, name }) => html`<p>${t("ground.drifted", { name })} <a href="${base}/plan/${plan}/edit">${t("ground.open-draft")}</a></p>`)}
        </div>`
      : nothing}`;
  }

  panel() {
    if (this.row) return this.placing(this.row);
    return this.draft ? this.form(this.draft) : this.list();
  }

  /** @param {Draft} draft */
  form(draft) {
    const fields = this.ground?.fields[this.layer] ?? [];
    const owner = this.layer === "stairwells" ? "buildings" : "courtyards";
    const owners = (this.ground?.features ?? []).filter(({ layer }) => layer === owner).map(({ code, values }) => ({ code, name: values.name }));
    return html`<form class="ground-edit" @submit=${(/** @type {Event} */ event) => this.save(event)}>
      <h2>${draft.code ? called(draft.code, draft.values) : t("ground.new", { what: t(`ground.layer.${this.layer}`) })}</h2>
      ${draft.code && called(draft.code, draft.values) !== draft.code ? html`<p class="muted small">${draft.code}</p>` : nothing}
      ${groundForm(fields, draft.values, owners, (name, value) => (this.draft = { ...draft, values: { ...draft.values, [name]: value } }))}
      <p class="ground-acts">
        <button class="primary" type="submit" ?disabled=${this.busy}>${t("ground.save")}</button>
        <button type="button" @click=${() => [this.putDown(), (this.draft = null), this.paint()]}>${t("ground.back")}</button>
      </p>
      ${draft.code ? this.more() : nothing}
    </form>`;
  }

  /** What else can be done with something that is there. */
  more() {
    if (this.asking)
      return html`<div class="ground-news warn" role="alertdialog" aria-label=${t("ground.retire")}>
        <p>${t("ground.retire.sure", { what: called(this.draft?.code ?? "", this.draft?.values ?? {}), households: String(this.draft?.values.households ?? 0) })}</p>
        <button type="button" class="danger" ?disabled=${this.busy} @click=${() => this.retire()}>${t("ground.retire")}</button>
        <button type="button" @click=${() => (this.asking = false)}>${t("ground.cancel")}</button>
      </div>`;
    const shaped = SHAPES[this.layer] && this.mapped;
    return html`<p class="ground-acts">
      ${shaped ? html`<button type="button" aria-pressed=${String(this.tool === "reshape")} @click=${() => this.reshape()}>${t("ground.reshape")}</button>` : nothing}
      ${shaped && SPLIT.includes(this.layer) ? html`<button type="button" @click=${() => this.split()}>${t("ground.split")}</button>` : nothing}
      <button type="button" class="danger" @click=${() => (this.asking = true)}>${t("ground.retire")}…</button>
    </p>`;
  }

  list() {
    const all = this.ground?.features.filter(({ layer }) => layer === this.layer) ?? [];
    const sought = this.sought.toLowerCase();
    const found = all.filter(({ code, values }) => !sought || [code, values.name, values.number, values.address].some((each) => String(each ?? "").toLowerCase().includes(sought)));
    const canDraw = SHAPES[this.layer] === null || this.mapped;
    return html`<div class="ground-list">
      <h2>${t(`ground.layer.${this.layer}`)} <span class="muted">${all.length}</span></h2>
      <p class="ground-acts">${canDraw ? html`<button class="primary" type="button" @click=${() => this.add()}>${t("ground.add")}</button>` : nothing}</p>
      <input type="search" aria-label=${t("ground.search")} placeholder=${t("ground.search")} .value=${this.sought} @input=${(/** @type {Event} */ { target }) => (this.sought = /** @type {HTMLInputElement} */ (target).value)} />
      ${all.length === 0 ? html`<p class="muted">${t("ground.empty")}</p>` : nothing}
      ${all.length > 0 && found.length === 0 ? html`<p class="muted">${t("ground.nothing-found")}</p>` : nothing}
      <ul>
        ${found.slice(0, MOST_LISTED).map((each) => html`<li><button type="button" class="plain" title=${each.code} @click=${() => [this.choose(each.layer, each.code), this.map?.see(each)]}><span>${called(each.code, each.values)}</span><span class="muted number">${this.measure(each)}</span></button></li>`)}
      </ul>
      ${found.length > MOST_LISTED ? html`<p class="muted small">${t("ground.narrow", { n: found.length - MOST_LISTED })}</p>` : nothing}
    </div>`;
  }

  /** @param {Feature} feature */
  measure({ values }) {
    if (values.households !== undefined) return t("ground.households", { n: String(values.households) });
    return values.kind ? t(`ground.choice.${values.kind}`) : "";
  }

  /** @param {LedgerRow} row */
  takeRow(row) {
    this.turnTo("buildings");
    this.row = row;
  }

  /** @param {LedgerRow} row */
  placing(row) {
    const at = this.rows.findIndex((each) => each.run === row.run && each.row === row.row);
    const [before, after] = [this.rows[at - 1], this.rows[at + 1]];
    return html`<div class="ground-edit">
      <h2>${t("ground.place", { at: at + 1, n: this.rows.length })}</h2>
      <p class="muted small">${row.source} · ${t("ground.row", { n: row.row })} · ${t(`ground.why.${row.why}`)}</p>
      <dl class="ground-row">${Object.entries(row.values).filter(([, value]) => value).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <p>${t("ground.place.how")}</p>
      <p class="ground-acts">
        <button class="primary" type="button" ?disabled=${!this.mapped} @click=${() => this.add()}>${t("ground.place.draw")}</button>
        <button type="button" ?disabled=${!before} @click=${() => (this.row = before)}>${t("ground.before")}</button>
        <button type="button" ?disabled=${!after} @click=${() => (this.row = after)}>${t("ground.after")}</button>
        <button type="button" @click=${() => [this.putDown(), (this.row = null)]}>${t("ground.back")}</button>
      </p>
      <label><span>${t("ground.place.by-list")}</span>
        <select @change=${(/** @type {Event} */ { target }) => this.place({ building: /** @type {HTMLSelectElement} */ (target).value })}>
          <option value=""></option>
          ${(this.ground?.features ?? []).filter(({ layer }) => layer === "buildings").map(({ code, values }) => html`<option value=${code}>${values.name ?? code}</option>`)}
        </select></label>
    </div>`;
  }
}

/**
 * What something is called where people read of it.
 * @param {string} code
 * @param {Record<string, Value>} values
 */
const called = (code, { name, address, number }) => String(name ?? address ?? number ?? code);

customElements.define("wg-ground-page", GroundPage);
