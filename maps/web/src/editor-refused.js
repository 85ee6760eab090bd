/** Rows of a file that change nothing, each with its number and why. */

import { html, nothing } from "lit";
import { grouped } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {{row: number, name: string, reason: string}} Refused */

const MOST = 200;

/**
 * @param {Refused[]} rows
 * @param {number} all how many there are, of which some may not have been told
 */
export function unplacedRows(rows, all) {
  if (rows.length === 0) return nothing;
  const shown = rows.slice(0, MOST);
  return html`<h4>${t("editor.refused", { n: grouped(all) })}</h4>
    <div class="scrolled" tabindex="0" role="region" aria-label=${t("editor.refused", { n: grouped(all) })}>
      <table class="figures refused">
        <thead><tr><th scope="col" class="number">${t("editor.refused.row")}</th><th scope="col">${t("editor.refused.name")}</th><th scope="col">${t("editor.refused.why")}</th></tr></thead>
        <tbody>
          ${shown.map(({ row, name, reason }) => html`<tr><td class="number">${row || "–"}</td><td class="name" title=${name}>${name}</td><td>${t(`editor.refused.${reason}`)}</td></tr>`)}
        </tbody>
      </table>
    </div>
    ${all > shown.length ? html`<p class="muted small">${t("editor.refused.more", { n: grouped(all - shown.length) })}</p>` : nothing}`;
}
