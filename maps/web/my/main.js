/** The page of a grid worker: list first, map when asked for, all of it readable offline. */

import { h, notice } from "./elements.js";
import { inGrid, listView } from "./list.js";
import { mapView } from "./map-door.js";
import { applyLarge, handoverBanner, meView } from "./me.js";
import { asMarked, base, ownMarks, state } from "./state.js";
import { onTalk, recall, refresh, send, take } from "./talk.js";
import { visitsView } from "./visits.js";
import { shortTime, speak, spoken, t } from "./words.js";

const AGAIN_MS = 30_000;
/** @type {[string, () => HTMLElement][]} */
const TABS = [
  ["list", listView],
  ["map", mapView],
  ["visits", visitsView],
  ["me", meView],
];
const place = /** @type {HTMLElement} */ (document.getElementById("my"));
let busy = true;

/** Draw the whole page; the list being written into keeps its place and its cursor. */
function draw() {
  const open = TABS.find(([name]) => name === state.tab) ?? TABS[0];
  const y = window.scrollY;
  const typing = document.activeElement?.id === "search";
  place.replaceChildren(
    h("header.top", null, head(), ...banners()),
    h("main", { id: "view", role: "tabpanel" }, state.list ? open[1]() : without()),
    tabs(),
  );
  document.documentElement.dataset.tab = state.tab;
  window.scrollTo(0, y);
  const input = /** @type {HTMLInputElement | null} */ (typing ? document.getElementById("search") : null);
  input?.focus();
  input?.setSelectionRange(input.value.length, input.value.length);
}

function head() {
  const list = state.list;
  if (!list?.grids.length) return h("h1", null, list?.me.name ?? t("title"));
  const rows = list.buildings.filter(inGrid).map(asMarked);
  const households = rows.reduce((sum, b) => sum + b.households, 0);
  const met = list.buildings.map(asMarked).reduce((sum, b) => sum + b.seen, 0);
  return h(
    "div.head",
    null,
    chooser(list),
    h(
      "p.figures",
      null,
      h("span", null, t("buildings", { n: rows.length })),
      h("span", null, t(rows.some((b) => b.estimated) ? "estimated" : "households", { n: households })),
      h("span", null, `${met}/${list.quota} ${t("month")}`),
    ),
  );
}

/** @param {import("./state.js").List} list */
function chooser(list) {
  if (list.grids.length === 1) return h("h1", null, list.grids[0].name);
  const choice = /** @type {HTMLSelectElement} */ (
    h("select", {
      "aria-label": t("grid"),
      onchange: () => {
        state.grid = Number(choice.value);
        draw();
      },
    })
  );
  const options = [[-1, t("all-grids", { n: list.grids.length })], ...list.grids.map((g, at) => [at, g.name])];
  for (const [at, name] of options) choice.append(h("option", { value: at, selected: at === state.grid }, String(name)));
  return choice;
}

function banners() {
  const waits = ownMarks().length;
  const others = state.marks.filter((m) => state.list && m.account !== state.list.me.account).length;
  return [connection(waits), others ? h("p.banner.warn", null, t("other-account", { n: others })) : null, handoverBanner()].filter(
    (one) => one !== null,
  );
}

/** @param {number} waits */
function connection(waits) {
  const to = waits ? t("to-send", { n: waits }) : "";
  const of = state.savedAt ? t("data-of", { time: shortTime(state.savedAt) }) : "";
  if (state.trouble === "sign-in") {
    const text = waits ? t("sign-in-again", { n: waits }) : t("sign-in-again.none");
    const next = `${base}/login?next=${encodeURIComponent(`${base}/my`)}`;
    return h("p.banner.bad", { id: "state", role: "status" }, text, " ", h("a", { href: next }, t("sign-in")), state.list ? ` · ${of}` : "");
  }
  if (!state.online) {
    const parts = [t("offline"), to, state.list ? of : ""].filter(Boolean);
    return h("p.banner.warn", { id: "state", role: "status" }, parts.join(" · "));
  }
  if (state.trouble === "fault" && state.list) {
    return h("p.banner.bad", { id: "state", role: "status" }, `${t("fault")} · ${of}`, to ? ` · ${to}` : "");
  }
  if (!waits) return null;
  return h(
    "button.banner.warn",
    { id: "state", type: "button", disabled: state.sending, onclick: () => void send() },
    state.sending ? t("sending") : `${to} · ${t("send-now")}`,
  );
}

/** What is shown when there is no list. */
function without() {
  if (busy) return h("div.skeleton", { "aria-label": t("loading") }, h("i", null), h("i", null), h("i", null), h("i", null));
  const again = h("button", { type: "button", onclick: () => void begin() }, t("again"));
  if (state.trouble === "rights" || state.trouble === "sign-in") {
    const next = `${base}/login?next=${encodeURIComponent(`${base}/my`)}`;
    return notice(t("no-rights"), state.saying || t("no-rights.next"), h("a.button", { href: next }, t("sign-in")));
  }
  if (state.trouble === "fault") {
    const id = state.requestId ? h("p.muted", null, t("fault.id", { id: state.requestId })) : null;
    return notice(t("fault"), state.saying || t("fault.next"), id, again);
  }
  return notice(t("never-online"), t("never-online.next"), again);
}

function tabs() {
  return h(
    "nav.tabs",
    { role: "tablist" },
    ...TABS.map(([name]) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-selected": name === state.tab,
          onclick: () => {
            state.tab = name;
            window.scrollTo(0, 0);
            draw();
          },
        },
        t(`tab.${name}`),
      ),
    ),
  );
}

async function begin() {
  busy = true;
  draw();
  await refresh();
  busy = false;
  draw();
  await send();
}

/** Take the list that came with the page, or what the phone kept; then ask whether it is still so. */
async function start() {
  speak(spoken());
  applyLarge();
  const given = document.getElementById("data");
  const list = JSON.parse(given?.textContent || "null");
  if (list) {
    state.list = list;
    state.savedAt = Date.now();
    busy = false;
    draw();
    performance.mark("wangge-list");
    await recall();
    await take(list, given?.dataset.etag ?? "");
    draw();
  } else {
    await recall();
    busy = !state.list;
    draw();
    if (state.list) performance.mark("wangge-list");
    await refresh();
    busy = false;
    draw();
  }
  await send();
}

/** How the page is installed is asked for once the list is there: a slow line has room for one answer. */
function installable() {
  const link = document.createElement("link");
  link.rel = "manifest";
  link.crossOrigin = "use-credentials";
  link.href = `${base}/my/manifest.webmanifest`;
  document.head.append(link);
}

function serveOffline() {
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register(`${base}/my/sw.js`, { scope: `${base}/my` }).catch(() => undefined);
}

onTalk(draw);
addEventListener("online", () => {
  state.online = true;
  void refresh().then(send);
});
addEventListener("offline", () => {
  state.online = false;
  draw();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && Date.now() - state.savedAt > AGAIN_MS) void refresh().then(send);
});
setInterval(() => {
  if (ownMarks().length && document.visibilityState === "visible") void send();
}, AGAIN_MS);
void start().then(() => {
  installable();
  serveOffline();
});
