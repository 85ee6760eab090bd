/** The bar over the planner's map: whose plan, what is saved, who else is here, what comes next. */

import { html, nothing } from "lit";
import { ACTIONS, act } from "./editor-actions.js";
import { step } from "./editor-moves.js";
import { base } from "./page.js";
import { statePill, topBar } from "./parts.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

/** @param {EditorPage} page */
export function barOf(page) {
  const { told } = page;
  if (!told) return topBar(nothing);
  return topBar(html`<a class="step" href="${base}/plan?community=${told.plan.community_code}">${told.plan.community_name ?? told.plan.community_code}</a>
    <span class="step" title=${told.plan.name}>${told.plan.name}</span>
    ${statePill(told.plan.state)}
    <span class="editor-state">${saved(page)} ${others(page)}</span>
    <span class="editor-acts">${acts(page)}</span>`);
}

/**
 * What is saved and what waits.
 * @param {EditorPage} page
 */
function saved({ session, told }) {
  if (!session) return nothing;
  if (!told?.plan.may_draw) return html`<span class="saved">${t("editor.read-only")}</span>`;
  const waiting = session.pending.length;
  if (session.stopped) return html`<span class="saved bad" role="alert">${t("editor.stopped", { n: waiting })}</span>`;
  if (session.offline) return html`<span class="saved warn" role="status">${t("editor.offline", { n: waiting })}</span>`;
  if (waiting) return html`<span class="saved" role="status">${t("editor.saving", { n: waiting })}</span>`;
  const at = session.savedAt?.toTimeString().slice(0, 5);
  return html`<span class="saved good" role="status">${at ? t("editor.saved-at", { at }) : t("editor.saved")}</span>`;
}

/** @param {EditorPage} page */
function others({ people }) {
  if (people.length < 2) return nothing;
  return html`<span class="people" title=${people.join(t("list.comma"))}>${t("editor.people", { n: people.length })}</span>`;
}

/** @param {EditorPage} page */
function acts(page) {
  const { session, told } = page;
  const help = html`<button type="button" class="plain" aria-label=${t("editor.help")} title="${t("editor.help")} (?)" @click=${() => (page.dialog = { kind: "help" })}>?</button>`;
  if (!told || !session) return help;
  const back = html`<button type="button" ?disabled=${!session.stacks.undo()} title="Ctrl+Z" @click=${() => step(page, "undo")}>${t("editor.undo")}</button>
    <button type="button" ?disabled=${!session.stacks.redo()} title="Ctrl+Shift+Z" @click=${() => step(page, "redo")}>${t("editor.redo")}</button>`;
  return html`${told.plan.may_draw ? back : nothing} ${menu(page)} ${next(page)} ${help}`;
}

/** What is done now and then. @param {EditorPage} page */
function menu(page) {
  const offered = ACTIONS.filter(({ place, may }) => place === "menu" && may(page));
  if (offered.length === 0) return nothing;
  return html`<details class="menu" @focusout=${leftMenu} @keydown=${menuKey}>
    <summary class="button">${t("editor.menu")}</summary>
    <div class="menu-items" role="group" aria-label=${t("editor.menu")}>
      ${offered.map(
        (action) => html`<button type="button" class="plain" data-action=${action.name} title=${t(`editor.action.${action.name}.tip`)} @click=${(/** @type {Event} */ event) => {
          closed(event);
          act(page, action);
        }}><span>${t(`editor.action.${action.name}`)}</span>${action.key ? html`<kbd>${action.key}</kbd>` : nothing}</button>`,
      )}
    </div>
  </details>`;
}

/** @param {Event} event */
const closed = (event) => /** @type {HTMLElement} */ (event.target).closest("details")?.removeAttribute("open");

/** @param {FocusEvent} event */
function leftMenu(event) {
  const menu = /** @type {HTMLElement} */ (event.currentTarget);
  if (!menu.contains(/** @type {Node | null} */ (event.relatedTarget))) menu.removeAttribute("open");
}

/** @param {KeyboardEvent} event */
function menuKey(event) {
  const menu = /** @type {HTMLDetailsElement} */ (event.currentTarget);
  if (event.key !== "Escape" || !menu.open) return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/**
 * The one step that comes next on the way to publication, by state and right.
 * @param {EditorPage} page
 */
function next(page) {
  const { plan } = /** @type {import("./editor/town.js").EditorDocument} */ (page.told);
  const button = (/** @type {import("./editor-dialogs.js").Step} */ name, primary = true) =>
    html`<button type="button" class=${primary ? "primary" : ""} @click=${() => (page.dialog = { kind: "step", step: name })}>${t(`editor.step.${name}`)}</button>`;
  if (plan.may_draw) return button("submit");
  if (plan.may_recall && !plan.may_approve) return button("recall", false);
  if (plan.state === "submitted" && plan.may_approve) return html`${button("return", false)}${button("approve")}`;
  if (plan.state === "approved" && plan.may_approve) return html`${button("return", false)}${button("publish")}`;
  if (plan.state === "published" && plan.may_approve) return button("withdraw", false);
  return nothing;
}
