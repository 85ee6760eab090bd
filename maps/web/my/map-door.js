/** The door to the map: its code comes when it is first asked for, and not before. */

import { h, notice } from "./elements.js";
import { own, state, vendor } from "./state.js";
import { besides, changed, onForget } from "./talk.js";
import { t } from "./words.js";

/** @type {string | null} building to find the way to, once the map is open */
let wanted = null;
/** @type {HTMLElement | null} */
let frame = null;

/** @param {string} building */
export function askMap(building) {
  wanted = building;
  state.tab = "map";
  changed();
}

/** @returns {HTMLElement} the same one while the map is open, so that it is not drawn anew */
export function mapView() {
  if (!frame) {
    frame = h("div.map-place", null, h("p.said", { role: "status" }, t("map.loading")));
    void open(frame);
  } else if (wanted && frame.dataset.ready) {
    frame.dispatchEvent(new CustomEvent("way", { detail: wanted }));
    wanted = null;
  }
  return frame;
}

/** Draw it anew the next time: in another language, for somebody else, or after it failed. */
export function forgetMap() {
  frame = null;
}

onForget(() => {
  forgetMap();
  wanted = null;
});

/** @param {HTMLElement} here */
async function open(here) {
  try {
    const [{ drawMap }, , shapes] = await Promise.all([
      import(`${own}/my/map.js`),
      load(`${vendor}/dist/leaflet.js`, `${vendor}/dist/leaflet.css`),
      besides("/my/map"),
    ]);
    if (!shapes) {
      fail(here, state.online ? t("map.failed") : t("map.offline"));
      return;
    }
    drawMap(here, shapes, tools());
    here.dataset.ready = "1";
    if (wanted) here.dispatchEvent(new CustomEvent("way", { detail: wanted }));
    wanted = null;
  } catch {
    fail(here, state.online ? t("map.failed") : t("map.offline"));
  }
}

function tools() {
  return { h, t, state, besides };
}

/**
 * @param {HTMLElement} here
 * @param {string} text
 */
function fail(here, text) {
  const back = () => {
    state.tab = "list";
    forgetMap();
    changed();
  };
  const again = () => {
    forgetMap();
    changed();
  };
  here.replaceChildren(
    notice(
      text,
      t("map.failed.next"),
      h("div.pair", null, h("button", { type: "button", onclick: again }, t("again")), h("button", { type: "button", onclick: back }, t("map.to-list"))),
    ),
  );
}

/**
 * @param {string} script
 * @param {string} style
 */
function load(script, style) {
  if ("L" in window) return Promise.resolve();
  const look = document.createElement("link");
  look.rel = "stylesheet";
  look.href = style;
  document.head.append(look);
  return new Promise((resolve, reject) => {
    const code = document.createElement("script");
    code.src = script;
    code.onload = () => resolve(undefined);
    code.onerror = reject;
    document.head.append(code);
  });
}
