/** The month: how far one has come, marks that wait or were not accepted, visits so far. */

import { h, notice } from "./elements.js";
import { openSheet } from "./sheet.js";
import { asMarked, fullName, ownMarks, state } from "./state.js";
import { drop, send } from "./talk.js";
import { outcomeText } from "./list.js";
import { shortTime, t } from "./words.js";

/** @typedef {import("./state.js").Mark} Mark */

/** @returns {HTMLElement} */
export function visitsView() {
  const list = state.list;
  if (!list) return h("div", null);
  const rows = list.buildings.map(asMarked);
  const recent = rows.filter((b) => b.waiting || b.tried !== null || b.seen > 0);
  recent.sort((a, b) => (b.last_visit ?? "").localeCompare(a.last_visit ?? ""));
  return h(
    "div.visits",
    null,
    progress(rows, list.quota),
    waitingPart(),
    refusedPart(),
    h("h2", null, t("visits.recent")),
    recent.length ? recentPart(recent) : notice(t("visits.none"), t("visits.none.next")),
    h("p.muted", null, t("visits.counts-only")),
  );
}

/**
 * @param {ReturnType<typeof asMarked>[]} rows
 * @param {number} quota
 */
function progress(rows, quota) {
  const met = rows.reduce((sum, b) => sum + b.seen, 0);
  const share = Math.floor((100 * met) / quota);
  const due = rows.filter((b) => b.due).length;
  const bar = /** @type {HTMLProgressElement} */ (
    h("progress", { max: quota, value: Math.min(met, quota), "aria-label": t("visits.met") })
  );
  return h(
    "section.card",
    null,
    h("p", null, t("visits.met")),
    h("p.figure", { id: "met" }, t("of-quota", { n: met, quota })),
    bar,
    h("p.muted", null, `${t("visits.share", { n: share })} · ${t("visits.done", { n: rows.length - due })} · ${t("visits.due", { n: due })}`),
  );
}

/** @param {Mark} mark */
function said(mark) {
  return mark.outcome === "seen" ? t("sheet.seen", { n: mark.households }) : t(`tried.${mark.outcome}`);
}

function waitingPart() {
  const marks = ownMarks();
  if (!marks.length) return null;
  return h(
    "section.card",
    null,
    h("h2", null, t("visits.waiting")),
    h("ul", null, ...marks.map((m) => h("li", null, `${m.label} · ${said(m)} · ${shortTime(m.marked_at)}`))),
    h("button", { type: "button", disabled: state.sending, onclick: () => void send() }, t(state.sending ? "sending" : "send-now")),
  );
}

function refusedPart() {
  const refused = state.marks.filter((m) => m.refused && m.account === state.list?.me.account);
  if (!refused.length) return null;
  return h(
    "section.card.bad",
    { role: "alert" },
    h("h2", null, t("visits.refused")),
    ...refused.map((m) =>
      h(
        "div",
        null,
        h("p", null, h("strong", null, `${m.label} · ${said(m)} · ${shortTime(m.marked_at)}`)),
        h("p", null, m.refused ?? ""),
        h("button", { type: "button", onclick: () => void drop(m) }, t("visits.understood")),
      ),
    ),
  );
}

/** @param {ReturnType<typeof asMarked>[]} recent */
function recentPart(recent) {
  const list = state.list;
  return h(
    "ul.rows",
    null,
    ...recent.map((b) =>
      h(
        "li",
        null,
        h(
          `button.row.${b.due ? "tried" : "done"}`,
          { type: "button", onclick: () => openSheet(b) },
          h("span.name", null, list ? fullName(list, b) : ""),
          h("span.facts", null, b.seen ? t("sheet.month-so-far", { n: b.seen }) : ""),
          h("span.state", null, outcomeText(b)),
          h("span.go", { "aria-hidden": "true" }, "›"),
        ),
      ),
    ),
  );
}
