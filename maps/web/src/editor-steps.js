/** The road to publication: submitting with signed reasons, remarks, the first day. */

import { html, nothing } from "lit";
import { problemWords } from "./editor-words.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-dialogs.js").Step} Step */

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {Step} step
 * @param {boolean} waiting
 * @param {(said: object) => void} go
 * @param {() => void} leave
 */
export function stepForm(page, step, waiting, go, leave) {
  const send = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    go(saidIn(step, new FormData(/** @type {HTMLFormElement} */ (event.target))));
  };
  return html`<form @submit=${send}>
    ${step === "submit" ? reasons(page) : nothing}
    ${step === "publish" ? html`<label>${t("editor.publish.from")}<input type="date" name="valid_from" required .value=${tomorrow()} /></label>` : nothing}
    ${step === "return" || step === "approve" ? remarks(step === "return") : nothing}
    ${step === "withdraw" || step === "publish" ? html`<label>${t("editor.reason")}<textarea name="reason" rows="2" maxlength="500"></textarea></label>` : nothing}
    <p class="muted small">${t(`editor.step.${step}.what`)}</p>
    <p class="ask-buttons">
      <button type="submit" class="primary" ?disabled=${waiting}>${t(`editor.step.${step}`)}</button>
      <button type="button" @click=${leave}>${t("editor.cancel")}</button>
    </p>
  </form>`;
}

/** @param {boolean} needed */
function remarks(needed) {
  return html`<label>${t("editor.remarks")}<textarea name="remarks" rows="3" maxlength="2000" ?required=${needed}></textarea></label>`;
}

/** @param {import("./editor-page.js").EditorPage} page */
function reasons(page) {
  const { drawing, problems } = page;
  if (!drawing || problems.length === 0) return html`<p class="good">${t("editor.submit.clean")}</p>`;
  const kinds = [...new Set(problems.map(({ kind }) => kind))];
  return html`<p>${t("editor.submit.reasons")}</p>
    ${kinds.map((kind) => {
      const its = problems.filter((found) => found.kind === kind);
      return html`<fieldset>
        <legend>${t(`editor.rule.${kind}`, { n: its.length })}</legend>
        <ul class="small">${its.slice(0, 5).map((found) => html`<li>${problemWords(drawing, found)}</li>`)}</ul>
        <label>${t("editor.reason")}<textarea name="reason-${kind}" rows="2" maxlength="500" required></textarea></label>
      </fieldset>`;
    })}`;
}

/**
 * What was written, as the service takes it.
 * @param {Step} step
 * @param {FormData} form
 */
function saidIn(step, form) {
  const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
  if (step === "submit") {
    const written = [...form.keys()].filter((name) => name.startsWith("reason-"));
    return { reasons: Object.fromEntries(written.map((name) => [name.slice("reason-".length), text(name)])) };
  }
  if (step === "return" || step === "approve") return { remarks: text("remarks") || null };
  if (step === "publish") return { valid_from: text("valid_from"), reason: text("reason") || null };
  return step === "withdraw" ? { reason: text("reason") || null } : {};
}

function tomorrow() {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
