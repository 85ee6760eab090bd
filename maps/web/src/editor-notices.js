/** What stands in the way of a planner: units somebody else took, strokes that cannot be saved. */

import { html, nothing } from "lit";
import { fork, forkConflicts, leaveConflicts, takeBack } from "./editor-sharing.js";
import { gridName, unitName } from "./editor-words.js";
import { signedIn } from "./editor-signing.js";
import { base } from "./page.js";
import { t } from "./texts.js";

const MOST = 8;

/** @param {import("./editor-page.js").EditorPage} page */
export function notices(page) {
  const { session, drawing } = page;
  if (!session || !drawing) return nothing;
  return html`${page.behind ? behind(page) : nothing} ${page.elsewhere.size ? elsewhere(page) : nothing} ${session.stopped ? stopped(page, session) : nothing} ${session.conflicts.length ? conflicts(page, session, drawing) : nothing}`;
}

/** @param {import("./editor-page.js").EditorPage} page */
function behind(page) {
  return html`<section class="editor-notice" role="status">
    <h2>${t("editor.behind")}</h2>
    <p>${page.behind}</p>
    <p class="ask-buttons">
      <button type="button" class="primary" @click=${() => (page.dialog = { kind: "step", step: "rebase" })}>${t("editor.step.rebase")}</button>
      <button type="button" @click=${() => (page.behind = "")}>${t("editor.leave")}</button>
    </p>
  </section>`;
}

/**
 * Strokes are signed with the name of whoever sends them: those of another account wait for it.
 * @param {import("./editor-page.js").EditorPage} page
 */
function elsewhere(page) {
  return html`<section class="editor-notice elsewhere" role="status">
    <h2>${t("editor.elsewhere")}</h2>
    ${[...page.elsewhere].map(([by, n]) => html`<p>${t("editor.elsewhere.what", { by, n })}</p>`)}
    <p class="ask-buttons"><button type="button" @click=${() => (page.elsewhere = new Map())}>${t("editor.leave")}</button></p>
  </section>`;
}

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {import("./editor/session.js").Session} session
 */
function stopped(page, session) {
  const { status, message } = /** @type {{status: number, message: string}} */ (session.stopped);
  const waiting = session.pending.length;
  return html`<section class="editor-notice stopped" role="alert">
    <h2>${t("editor.stopped", { n: waiting })}</h2>
    <p>${message || t("fault.service.what")}</p>
    <p class="muted small">${t("editor.stopped.safe")}</p>
    <p class="ask-buttons">
      ${status === 401
        ? html`<a class="button primary" href="${base}/login" target="_blank">${t("editor.sign-in")}</a>
            <button type="button" @click=${() => signedIn(page)}>${t("editor.signed-in")}</button>`
        : html`<button type="button" class="primary" @click=${() => session.again()}>${t("again")}</button>
            <button type="button" @click=${() => fork(page)}>${t("editor.fork")}</button>`}
      ${waiting ? html`<button type="button" @click=${() => session.discard()}>${t("editor.discard", { n: waiting })}</button>` : nothing}
    </p>
  </section>`;
}

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {import("./editor/session.js").Session} session
 * @param {import("./editor/drawing.js").Drawing} drawing
 */
function conflicts(page, session, drawing) {
  const lost = session.conflicts;
  return html`<section class="editor-notice conflicts" role="alert">
    <h2>${t("editor.conflicts", { n: lost.length })}</h2>
    <ul>
      ${lost.slice(0, MOST).map(
        (conflict) => html`<li>
          <span>${t(conflict.why === "locked" || conflict.why === "removed" ? `editor.conflict.${conflict.why}` : "editor.conflict", {
            unit: unitName(drawing.town, conflict.unit),
            by: conflict.by ?? t("editor.somebody"),
            grid: gridName(drawing, conflict.why === "removed" ? conflict.to : conflict.now),
          })}</span>
          ${conflict.why === "removed" ? nothing : html`<button type="button" @click=${() => takeBack(page, [conflict])}>${t("editor.take-back")}</button>`}
        </li>`,
      )}
    </ul>
    <p class="ask-buttons">
      <button type="button" class="primary" @click=${() => leaveConflicts(page)}>${t("editor.leave")}</button>
      <button type="button" @click=${() => takeBack(page, [...lost])}>${t("editor.take-back.all")}</button>
      <button type="button" @click=${() => forkConflicts(page)}>${t("editor.fork.mine")}</button>
    </p>
  </section>`;
}
