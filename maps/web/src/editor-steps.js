/** The road to publication: submitting with signed reasons, remarks, the first day. */

import { html, nothing } from "lit";
import { skeleton } from "./parts.js";
import { language, t } from "./texts.js";

/** @typedef {import("./editor-dialogs.js").Step} Step */

/**
 * @param {import("./editor-page.js").EditorPage} page
 * @param {Step} step
 * @param {import("./planner-api.js").Judged[] | null} judged what blocks, of a plan to be submitted
 * @param {boolean} waiting
 * @param {(said: object) => void} go
 * @param {() => void} leave
 */
export function stepForm(page, step, judged, waiting, go, leave) {
  const send = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    go(saidIn(step, page.told?.plan.me ?? "", new FormData(/** @type {HTMLFormElement} */ (event.target))));
  };
  return html`<form @submit=${send}>
    ${step === "submit" ? reasons(judged) : nothing}
    ${step === "publish" ? html`<label>${t("editor.publish.from")}<input type="date" name="valid_from" required .value=${tomorrow()} /></label>` : nothing}
    ${step === "return" || step === "approve" ? remarks(step === "return") : nothing}
    ${step === "withdraw" || step === "publish" ? html`<label>${t("editor.reason")}<textarea name="reason" rows="2" maxlength="500"></textarea></label>` : nothing}
    <p class="muted small">${t(`editor.step.${step}.what`)}</p>
    <p class="ask-buttons">
      <button type="submit" class="primary" ?disabled=${waiting || (step === "submit" && judged === null)}>${t(`editor.step.${step}`)}</button>
      <button type="button" @click=${leave}>${t("editor.cancel")}</button>
    </p>
  </form>`;
}

/** @param {boolean} needed */
function remarks(needed) {
  return html`<label>${t("editor.remarks")}<textarea name="remarks" rows="3" maxlength="2000" ?required=${needed}></textarea></label>`;
}

/** @param {import("./planner-api.js").Judged[] | null} judged */
function reasons(judged) {
  if (judged === null) return skeleton();
  if (judged.length === 0) return html`<p class="good">${t("editor.submit.clean")}</p>`;
  const kinds = [...new Set(judged.map(({ kind }) => kind))];
  return html`<p>${t("editor.submit.reasons")}</p>
    ${kinds.map((kind) => {
      const its = judged.filter((found) => found.kind === kind);
      return html`<fieldset>
        <legend>${t(`editor.rule.${kind}`, { n: its.length })}</legend>
        <ul class="small">${its.slice(0, 5).map((found) => html`<li>${found[language()]}</li>`)}</ul>
        <label>${t("editor.reason")}<textarea name="reason-${kind}" rows="2" maxlength="500" required></textarea></label>
      </fieldset>`;
    })}`;
}

/**
 * What was written, as the service takes it.
 * @param {Step} step
 * @param {string} me
 * @param {FormData} form
 */
function saidIn(step, me, form) {
  const text = (/** @type {string} */ name) => String(form.get(name) ?? "").trim();
  if (step === "submit") {
    const written = [...form.keys()].filter((name) => name.startsWith("reason-"));
    return { reasons: Object.fromEntries(written.map((name) => [name.slice("reason-".length), text(name)])) };
  }
  if (step === "return" || step === "approve") return { remarks: text("remarks") || null };
  const reason = text("reason") || null;
  if (step === "publish") return { valid_from: text("valid_from"), published_by: me, reason };
  return step === "withdraw" ? { withdrawn_by: me, reason } : {};
}

function tomorrow() {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
