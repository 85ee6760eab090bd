/** Parts that every page has: the bar on top, notices, skeletons, pills. */

import { html, nothing } from "lit";
import { attribution, base, own, reviewNumber } from "./page.js";
import { Problem } from "./api.js";
import { language, speak, t } from "./texts.js";
import "./who.js";

/** @typedef {import("lit").TemplateResult} Template */

/**
 * The bar on top: name, way, language.
 * @param {Template | typeof nothing} way
 */
export function topBar(way) {
  const other = language() === "zh" ? "en" : "zh";
  return html`<header class="bar">
    <a class="brand" href="${base}/" aria-label="Wangge ${t("brand")}"
      ><img src="${own}/icon.svg" alt="" width="24" height="24" /><b>Wangge</b
      ><span class="brand-zh" lang="zh">${t("brand")}</span></a
    >
    <nav class="way" aria-label=${t("way")}>${way}</nav>
    <wg-who></wg-who>
    <button
      class="plain"
      type="button"
      lang=${other}
      title=${t("language.other")}
      @click=${() => speak(other)}
    >
      ${t("language.other.short")}
    </button>
  </header>`;
}

/**
 * What is counted: the kinds of households, or just households where nobody said.
 * @param {string[]} kinds
 */
export function householdsWord(kinds) {
  if (kinds.length === 0) return t("households.word");
  return kinds.map((kind) => t(`households.${kind}`)).join(t("list.comma"));
}

/**
 * A word as the label of a figure: labels begin with a capital where the script has them.
 * @param {string} word
 */
export function labelOf(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Rows of grey until the data is there. */
export function skeleton() {
  return html`<div class="skeleton" role="status" aria-label=${t("loading")}>
    <i></i><i></i><i></i><i></i>
  </div>`;
}

/**
 * What happened, what is safe, what to do.
 * @param {unknown} error
 * @param {() => void} again
 */
export function fault(error, again) {
  const told = error instanceof Problem ? error : new Problem("page", "", "");
  const known = told.code === "offline" || told.code === "page" ? told.code : "service";
  return html`<section class="notice bad" role="alert">
    <h2>${t(`fault.${known}`)}</h2>
    <p>${told.message || t(`fault.${known}.what`)}</p>
    <p class="muted">${t("fault.safe")}</p>
    <p>
      <button class="primary" type="button" @click=${again}>${t("again")}</button>
      <a class="button" href="${base}/">${t("to-start")}</a>
    </p>
    ${told.requestId
      ? html`<p class="muted small">${t("request-id")} <code>${told.requestId}</code></p>`
      : nothing}
  </section>`;
}

/**
 * A page with nothing on it says what to do next.
 * @param {string} title
 * @param {string} text
 * @param {string} [command]
 */
export function empty(title, text, command) {
  return html`<section class="notice">
    <h2>${title}</h2>
    <p>${text}</p>
    ${command ? html`<pre><code>${command}</code></pre>` : nothing}
  </section>`;
}

/** @param {string} state of a plan */
export function statePill(state) {
  return html`<span class="pill ${state}">${t(`state.${state}`)}</span>`;
}

/** Grids are lines of management; who owns the data; the number of the map's review. */
export function mapLine() {
  return html`<footer class="map-line">
    <span>${t("map.management-lines")}</span>
    ${attribution ? html`<span>${attribution}</span>` : nothing}
    ${reviewNumber ? html`<span>${t("map.review")} ${reviewNumber}</span>` : nothing}
  </footer>`;
}
