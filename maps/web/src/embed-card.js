/** The card of a clicked feature. */

import { html, nothing } from "lit";
import { households, minutesWord, percent } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {import("lit").TemplateResult} Template */
/** @typedef {Record<string, any>} Told attributes of a feature */

/**
 * What a feature tells, by the layer of the tiles it comes from.
 * @param {string} layer
 * @param {Told} told
 * @param {Record<string, string>} kinds facility kind -> its name
 * @param {() => void} close
 */
export function embedCard(layer, told, kinds, close) {
  const tell = { grids: grid, grid_labels: grid, reach, gaps: gap, facilities: facility }[layer];
  if (!tell) return nothing;
  const { title, lines } = tell(told, kinds);
  return html`<section class="embed-card" aria-live="polite">
    <h2 title=${title}>${title}</h2>
    <button class="plain" type="button" aria-label=${t("close")} @click=${close}>×</button>
    ${lines.map((line) => html`<p>${line}</p>`)}
  </section>`;
}

/** @param {Told} told */
function grid(told) {
  const over = told.over_cap ? html` <b class="bad">${t("over-cap")}</b>` : nothing;
  const load = told.load ? html` · <span class="figure">${percent(told.load)}</span>${over}` : nothing;
  const posts =
    told.posts === undefined
      ? []
      : [t("embed.posts", { n: told.posts, vacant: told.vacancies ?? 0 })];
  return {
    title: told.name ?? "",
    lines: [
      html`${households(told.households ?? 0, Boolean(told.estimated))}${load}`,
      ...posts,
      ...(told.code ? [html`<span class="muted figure">${told.code}</span>`] : []),
    ],
  };
}

/**
 * @param {Told} told
 * @param {Record<string, string>} kinds
 */
function reach(told, kinds) {
  const kind = kinds[told.kind] ?? told.kind;
  const way =
    told.minutes === undefined
      ? t(`walk.reason.${told.reason ?? "too_far"}`)
      : t("walk.card.takes", {
          minutes: Number(told.minutes.toFixed(1)),
          metres: Math.round(told.metres),
        });
  const nearest = told.facility_name ?? told.facility;
  return {
    title: told.name ?? told.code ?? "",
    lines: [
      html`<span class="muted">${kind}</span>`,
      way,
      ...(nearest ? [t("walk.card.to", { name: nearest })] : []),
      households(told.households ?? 0, Boolean(told.estimated)),
    ],
  };
}

/**
 * @param {Told} told
 * @param {Record<string, string>} kinds
 */
function gap(told, kinds) {
  return {
    title: `${t("walk.gap")} ${told.rank ?? ""}`,
    lines: [
      html`<span class="muted">${kinds[told.kind] ?? told.kind} · ${minutesWord(told.minutes)}</span>`,
      html`${households(told.households ?? 0, Boolean(told.estimated))}`,
      t("walk.gap.buildings", { n: told.buildings ?? 0 }),
    ],
  };
}

/**
 * One facility, or several where the map is far away.
 * @param {Told} told
 * @param {Record<string, string>} kinds
 */
function facility(told, kinds) {
  const several = told.count > 1;
  return {
    title: several ? t("embed.facilities", { n: told.count }) : (told.name ?? told.code ?? ""),
    lines: [
      ...(told.kind ? [html`<span class="muted">${kinds[told.kind] ?? told.kind}</span>`] : []),
      ...(told.idle ? [t("embed.idle")] : []),
      ...(several ? [t("embed.closer")] : []),
    ],
  };
}

