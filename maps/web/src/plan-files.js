/** The grids of a plan as files for other programs: format and coordinate system are chosen, then downloaded. */

import { html, nothing } from "lit";
import { base } from "./page.js";
import { Component, t } from "./texts.js";

const FORMATS = ["gpkg", "geojson", "zip", "fgb", "parquet", "csv", "xlsx"];
const CRS = ["EPSG:4326", "EPSG:4490", "cgcs2000-3deg", "gcj02", "bd09"];

/** @type {(page: {plan: number}, close: () => void) => unknown} */
export const filesDialog = (page, close) =>
  html`<wg-plan-files .plan=${page.plan}></wg-plan-files>
    <p class="ask-buttons"><button type="button" @click=${close}>${t("editor.close")}</button></p>`;

class PlanFiles extends Component {
  static properties = { plan: { type: Number }, crs: { state: true } };

  constructor() {
    super();
    this.plan = 0;
    this.crs = CRS[0];
  }

  render() {
    if (!this.plan) return nothing;
    const address = (/** @type {string} */ format) =>
      `${base}/api/v1/plans/${this.plan}/grids.${format}?${new URLSearchParams({ crs: this.crs })}`;
    return html`<label>${t("files.crs")}<select @change=${(/** @type {Event} */ event) => (this.crs = /** @type {HTMLSelectElement} */ (event.target).value)}>
        ${CRS.map((name) => html`<option value=${name} ?selected=${name === this.crs}>${t(`editor.crs.${name}`)}</option>`)}
      </select></label>
      <p class="formats">${FORMATS.map((format) => html`<a class="button" download href=${address(format)}>${t(`files.${format}`)}</a> `)}</p>`;
  }
}

customElements.define("wg-plan-files", PlanFiles);
