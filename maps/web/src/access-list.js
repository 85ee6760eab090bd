/** By what an account gets in: the browsers that are signed in, and its tokens. */

import { html, nothing } from "lit";
import { dayOf, lastDayOf } from "./china-time.js";
import { scopeNames } from "./scope-picker.js";
import { t } from "./texts.js";

/** @typedef {import("./api.js").SessionRow} SessionRow */
/** @typedef {import("./api.js").Token} Token */
/** @typedef {import("./api.js").AreaRow} AreaRow */

/** @param {string} moment of the service, in UTC */
export const moment = (moment) =>
  new Date(moment).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });

/**
 * @param {SessionRow[]} rows
 * @param {(id: number) => void} end
 */
export function sessionRows(rows, end) {
  if (rows.length === 0) return html`<p class="muted">${t("access.no-sessions")}</p>`;
  return html`<ul class="rows">
    ${rows.map(
      (row) => html`<li>
        <span class="grow"
          >${t("access.since", { moment: moment(row.made_at) })}<small class="figure"
            >${t("access.used", { moment: moment(row.used_at) })} ·
            ${t("access.until", { moment: moment(row.expires_at) })}</small
          ></span
        >
        ${row.current
          ? html`<span class="pill published">${t("access.current")}</span>`
          : html`<button type="button" @click=${() => end(row.id)}>${t("access.end")}</button>`}
      </li>`,
    )}
  </ul>`;
}

/**
 * @param {Token[]} rows
 * @param {AreaRow[]} known
 * @param {(id: number) => void} revoke
 */
export function tokenRows(rows, known, revoke) {
  if (rows.length === 0) return html`<p class="muted">${t("token.none")}</p>`;
  return html`<ul class="rows">
    ${rows.map(
      (token) => html`<li>
        <span class="grow"
          >${token.name}<small class="figure"
            >${token.writing ? t("token.writes") : t("token.reads")} ·
            ${t("token.until", { day: lastDayOf(token.expires_at) })} ·
            ${token.used_at ? t("token.used", { day: dayOf(token.used_at) }) : t("token.unused")}</small
          ><small>${tokenScope(token, known)}</small></span
        >
        <span class="pill ${token.state === "standing" ? "published" : ""}">${t(`box.keys.${token.state}`)}</span>
        ${token.state === "standing"
          ? html`<button type="button" @click=${() => revoke(token.id)}>${t("token.revoke")}</button>`
          : nothing}
      </li>`,
    )}
  </ul>`;
}

/**
 * @param {Token} token
 * @param {AreaRow[]} known
 */
function tokenScope(token, known) {
  if (token.areas === null) return t("token.as-account");
  const scope = { wide: false, areas: token.areas, grids: token.grids ?? [] };
  return scopeNames(scope, known).join(t("list.comma"));
}
