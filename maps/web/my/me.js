/** About me: handovers to confirm, notices, colleagues, settings, signing out. */

import { h } from "./elements.js";
import { forgetMap } from "./map-door.js";
import { base, dayOf, ownMarks, state } from "./state.js";
import { ask, besides, changed, onForget, refresh, signOut } from "./talk.js";
import { roleName, shortDay, speak, spoken, t } from "./words.js";

const LARGE = "wangge.large";
/** @type {any[] | null} */
let colleagues = null;
/** Rows of handovers that were asked for, by publication. @type {Map<number, any[]>} */
const handed = new Map();
let saying = "";

onForget(() => {
  colleagues = null;
  handed.clear();
  saying = "";
});

/** @returns {HTMLElement} */
export function meView() {
  const list = state.list;
  if (!list) return h("div", null);
  return h(
    "div.me",
    null,
    h("section.card", null, h("p.figure", null, list.me.name), ...list.grids.map((g) => h("p.muted", null, `${g.community ?? ""} ${g.name} ${g.code}`))),
    h("h2", null, t("me.handovers")),
    saying ? h("p.said", { role: "status" }, saying) : null,
    ...(list.handovers.length ? list.handovers.map(handover) : [h("p.muted", null, t("me.none"))]),
    ...notices(list),
    h("h2", null, t("me.colleagues")),
    colleaguesPart(),
    h("h2", null, t("me.settings")),
    settings(),
    h("p.muted", null, t("me.install")),
    h("p.muted", null, t("me.management-lines")),
  );
}

/** @param {import("./state.js").Handover} one */
function handover(one) {
  const rows = handed.get(one.publication);
  return h(
    "section.card.handover",
    { "data-publication": one.publication },
    h("p", null, h("strong", null, t("me.handover.from", { day: shortDay(one.day) }))),
    one.gained ? h("p", null, `＋ ${t("me.gained", { n: one.gained, households: one.households_gained })}`) : null,
    one.lost ? h("p", null, `－ ${t("me.lost", { n: one.lost, households: one.households_lost })}`) : null,
    rows ? h("ul.handed", null, ...rows.map(handedRow)) : null,
    one.confirmed_at ? h("p.good", null, `✓ ${t("me.confirmed", { day: shortDay(dayOf(one.confirmed_at)) })}`) : null,
    h(
      "div.pair",
      null,
      rows ? null : h("button", { type: "button", onclick: () => void showRows(one.publication) }, t("me.show-buildings")),
      one.confirmed_at ? null : h("button.primary", { type: "button", onclick: () => void confirm(one.publication) }, t("me.confirm")),
    ),
  );
}

/** @param {any} row */
function handedRow(row) {
  const who = row.other_people ?? row.other_grid ?? t("me.nobody");
  const way = row.gained ? t("me.from-whom", { who }) : t("me.to-whom", { who });
  return h("li", null, `${row.gained ? "＋" : "－"} ${row.label} ${t("households", { n: row.households })} `, h("span.muted", null, way));
}

/** @param {number} publication */
async function showRows(publication) {
  const told = await besides(`/my/handovers/${publication}`);
  if (told) handed.set(publication, told.items);
  else saying = whyNot("never-online");
  changed();
}

/**
 * Why there is nothing to show: what the server said, or else that it was not reached.
 * @param {string} offline
 */
function whyNot(offline) {
  return (state.online && state.saying) || t(offline);
}

/** @param {number} publication */
async function confirm(publication) {
  saying = "";
  try {
    const answer = await ask("/my/receipts", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ publication }),
    });
    if (!answer.ok) saying = (await answer.json()).detail;
    await refresh();
  } catch {
    saying = t("me.confirm.offline");
    changed();
  }
}

/** @param {import("./state.js").List} list */
function notices(list) {
  if (!list.notices.length) return [];
  return [
    h("h2", null, t("me.notices")),
    ...list.notices.map((one) => {
      const what = one.outcome === "seen" ? t("sheet.seen", { n: one.households }) : t(`tried.${one.outcome}`);
      const facts = { day: shortDay(one.day), building: one.building, what, who: one.marked_by };
      return h("p.card", null, t(one.mine ? "me.notice.mine" : "me.notice.theirs", facts));
    }),
  ];
}

function colleaguesPart() {
  if (!colleagues) {
    const load = async () => {
      const told = await besides("/my/colleagues", withMaskedPhones);
      if (told) colleagues = told.items;
      else saying = whyNot("me.colleagues.offline");
      changed();
    };
    return h("button", { type: "button", onclick: () => void load() }, t("me.colleagues.load"));
  }
  if (!colleagues.length) return h("p.muted", null, t("me.colleagues.none"));
  return h("ul.people", null, ...colleagues.map(person));
}

/**
 * As they are kept on the phone: whoever finds it reads no number in full.
 * @param {{items: any[]}} told
 */
function withMaskedPhones(told) {
  return { items: told.items.map((one) => ({ ...one, phone: maskedPhone(one.phone) })) };
}

/**
 * A mobile keeps its first three and last four digits, any other number its last two.
 * @param {string | null} phone
 */
function maskedPhone(phone) {
  if (!phone || phone.includes("*")) return phone;
  const digits = phone.replace(/\D/g, "");
  const mobile = digits.match(/^(?:86)?(1\d{2})\d{4}(\d{4})$/);
  if (mobile) return `${mobile[1]}****${mobile[2]}`;
  const shown = digits.length > 2 ? digits.slice(-2) : "";
  return "*".repeat(Math.max(digits.length, 1) - shown.length) + shown;
}

/** @param {any} one */
function person(one) {
  const whole = one.phone && !one.phone.includes("*");
  const grids = one.grids.map((/** @type {string} */ code) => state.list?.grids.find((g) => g.code === code)?.name ?? code.slice(-3));
  return h(
    "li",
    null,
    h("span", null, h("strong", null, one.name), h("br", null), h("span.muted", null, [...one.roles.map(roleName), ...grids].join(" · "))),
    whole
      ? h("a.button", { href: `tel:${one.phone}`, "aria-label": t("me.call", { name: one.name }) }, `☎ ${one.phone}`)
      : h("span.muted", null, one.phone ?? t("me.masked")),
  );
}

function settings() {
  const large = document.documentElement.dataset.large !== undefined;
  return h(
    "div.settings",
    null,
    h("button", { type: "button", id: "large", "aria-pressed": large, onclick: () => setLarge(!large) }, t("me.large")),
    h("button", { type: "button", id: "language", onclick: otherLanguage }, t("me.language")),
    h("button.danger", { type: "button", id: "sign-out", onclick: () => void leave() }, t("me.sign-out")),
  );
}

/** @param {boolean} large */
function setLarge(large) {
  if (large) localStorage.setItem(LARGE, "1");
  else localStorage.removeItem(LARGE);
  applyLarge();
  changed();
}

export function applyLarge() {
  if (localStorage.getItem(LARGE)) document.documentElement.dataset.large = "1";
  else delete document.documentElement.dataset.large;
}

function otherLanguage() {
  speak(spoken() === "zh" ? "en" : "zh");
  forgetMap();
  changed();
}

async function leave() {
  const waits = ownMarks().length;
  if (waits && !window.confirm(t("me.sign-out.waiting", { n: waits }))) return;
  if (await signOut()) {
    location.assign(`${base}/login?next=${encodeURIComponent(`${base}/my`)}`);
    return;
  }
  saying = t("me.sign-out.offline");
  changed();
}

/** What the list says when a handover waits to be confirmed. */
export function handoverBanner() {
  const one = state.list?.handovers.find((h) => !h.confirmed_at);
  if (!one || state.tab === "me") return null;
  const open = () => {
    state.tab = "me";
    changed();
  };
  // What is nothing is not told.
  const what = [
    one.gained ? t("me.new-handover.gained", { n: one.gained }) : "",
    one.lost ? t("me.new-handover.lost", { n: one.lost }) : "",
  ].filter(Boolean);
  const text = t("me.new-handover", { day: shortDay(one.day), what: what.join(t("me.new-handover.and")) });
  return h("button.banner.told", { type: "button", id: "handover", onclick: open }, `${text} ›`);
}
