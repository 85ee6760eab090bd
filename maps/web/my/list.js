/** The list of buildings: search, the grid looked at, rows by courtyard and gate. */

import { h, notice } from "./elements.js";
import { fit, queryParts } from "./search.js";
import { openSheet } from "./sheet.js";
import { asMarked, courtyardOf, searchable, state } from "./state.js";
import { changed } from "./talk.js";
import { shortDay, t } from "./words.js";

/** @typedef {import("./state.js").Building} Building */

/** @returns {HTMLElement} */
export function listView() {
  const list = state.list;
  if (!list) return h("div", null);
  if (!list.buildings.length) return emptyView(list);
  const view = h("div.list", null, finder(), h("p.said", { id: "near", role: "status" }), rowsView());
  return view;
}

/** @param {import("./state.js").List} list */
function emptyView(list) {
  return list.me.worker === null && !list.grids.length
    ? notice(t("not-linked"), t("not-linked.next"))
    : notice(t("empty"), t("empty.next"));
}

function finder() {
  const input = /** @type {HTMLInputElement} */ (
    h("input", {
      id: "search",
      type: "search",
      value: state.query,
      placeholder: t("search"),
      autocomplete: "off",
      enterKeyHint: "search",
      "aria-label": t("search"),
      oninput: () => {
        state.query = input.value;
        drawRows();
      },
    })
  );
  const near = h(
    "button.near",
    {
      type: "button",
      title: t("near"),
      "aria-label": t("near"),
      "aria-pressed": state.here !== null,
      onclick: toggleNear,
    },
    h("span", { "aria-hidden": "true" }),
  );
  return h("div.finder", null, input, near);
}

function toggleNear() {
  if (state.here) {
    state.here = null;
    changed();
    return;
  }
  if (!window.isSecureContext || !navigator.geolocation) {
    tell(t("near.insecure"));
    return;
  }
  tell(t("near.wait"));
  navigator.geolocation.getCurrentPosition(
    (found) => {
      state.here = [found.coords.longitude, found.coords.latitude];
      changed();
    },
    (fault) => tell(t(fault.code === fault.PERMISSION_DENIED ? "near.denied" : "near.failed")),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
  );
}

/** @param {string} text */
function tell(text) {
  const place = document.getElementById("near");
  if (place) place.textContent = text;
}

function rowsView() {
  const place = h("div.rows", { id: "rows" });
  fill(place);
  return place;
}

function drawRows() {
  const place = document.getElementById("rows");
  if (place) fill(place);
}

/** @param {HTMLElement} place */
function fill(place) {
  const ready = searchable();
  if (!ready) return;
  const shown = chosen(ready);
  const due = ready.list.buildings.filter((b) => inGrid(b) && asMarked(b).due).length;
  place.replaceChildren(dueToggle(due), ...(shown.length ? grouped(shown) : [nothingFound()]));
}

/** @param {number} due */
function dueToggle(due) {
  const text = state.dueOnly ? t("show-all") : t("due-only", { n: due });
  const toggle = () => {
    state.dueOnly = !state.dueOnly;
    drawRows();
  };
  const more = state.here ? h("span.said", null, t("near.on")) : null;
  return h(
    "div.choices",
    null,
    h("button.chip", { type: "button", "aria-pressed": state.dueOnly, onclick: toggle }, text),
    more,
  );
}

function nothingFound() {
  return notice(t("search.none", { query: state.query }), t("search.none.next"));
}

/** @param {Building} building */
export function inGrid(building) {
  return state.grid < 0 || building.grid === state.grid;
}

/**
 * @param {NonNullable<ReturnType<typeof searchable>>} ready
 * @returns {Building[]}
 */
function chosen(ready) {
  const parts = queryParts(state.query, ready.fold);
  /** @type {[Building, number][]} */
  const found = [];
  for (const [at, building] of ready.list.buildings.entries()) {
    if (!inGrid(building) || (state.dueOnly && !asMarked(building).due)) continue;
    const how = parts.length ? fit(ready.sought[at], parts) : 1;
    if (how) found.push([building, how]);
  }
  const here = state.here;
  if (here) found.sort(([a], [b]) => metres(here, a) - metres(here, b));
  else if (parts.length) found.sort(([, a], [, b]) => b - a);
  return found.map(([building]) => building);
}

/**
 * Metres in a straight line; exact enough within a town.
 * @param {[number, number]} here
 * @param {Building} there
 */
export function metres(here, there) {
  const north = (there.lat - here[1]) * 110_900;
  const east = (there.lon - here[0]) * 111_320 * Math.cos((there.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** @param {number} far */
export function distance(far) {
  return far < 1000
    ? t("metres", { n: Math.round(far / 10) * 10 })
    : t("kilometres", { n: (far / 1000).toFixed(1) });
}

/** @param {Building[]} shown */
function grouped(shown) {
  if (state.here) return [h("ul", null, ...shown.slice(0, 30).map((b) => row(b, true)))];
  /** @type {HTMLElement[]} */
  const made = [];
  /** @type {HTMLElement | null} */
  let items = null;
  let last = "\n";
  for (const building of shown) {
    const title = groupTitle(building);
    if (title !== last || !items) {
      items = h("ul", null);
      made.push(h("h2", null, title), items);
      last = title;
    }
    items.append(row(building, false));
  }
  return made;
}

/** @param {Building} building */
function groupTitle(building) {
  const list = state.list;
  const name = (list && courtyardOf(list, building)?.name) ?? t("no-courtyard");
  return building.gate ? `${name} · ${t("enter-by", { gate: building.gate })}` : name;
}

/**
 * @param {Building} building
 * @param {boolean} full with the courtyard in its name
 */
function row(building, full) {
  const now = asMarked(building);
  const list = state.list;
  const courtyard = full && list ? (courtyardOf(list, building)?.name ?? "") : "";
  const far = state.here ? `${distance(metres(state.here, building))} · ` : "";
  const count = t(building.estimated ? "estimated" : "households", { n: building.households });
  const facts = [count, building.floors ? t("floors", { n: building.floors }) : ""];
  return h(
    "li",
    null,
    h(
      `button.row.${stateOf(now)}`,
      { type: "button", "data-code": building.code, onclick: () => openSheet(building) },
      h("span.name", { title: building.address ?? "" }, `${courtyard}${building.name ?? building.code}`),
      h("span.facts", null, far + facts.filter(Boolean).join("  ")),
      h("span.state", null, stateText(now)),
      h("span.go", { "aria-hidden": "true" }, "›"),
    ),
  );
}

/** @param {ReturnType<typeof asMarked>} now */
function stateOf(now) {
  if (now.waiting) return "waits";
  if (!now.due) return "done";
  return now.tried === "absent" || now.tried === "locked" ? "tried" : "due";
}

/** @param {ReturnType<typeof asMarked>} now */
function stateText(now) {
  const said = outcomeText(now);
  return now.waiting ? `${said} · ${t("waiting")}` : said;
}

/** @param {ReturnType<typeof asMarked>} now */
export function outcomeText(now) {
  if (!now.due && now.last_visit) return t("seen-on", { day: shortDay(now.last_visit) });
  if (now.tried === "absent" || now.tried === "locked") return t(`tried.${now.tried}`);
  if (now.seen > 0) return t("partly");
  return t("due");
}
