/** The sheet of one building: what it is, how to get there, and what a visit came to. */

import { h } from "./elements.js";
import { askMap } from "./map-door.js";
import { asMarked, fullName, state } from "./state.js";
import { mark, onForget } from "./talk.js";
import { shortDay, t } from "./words.js";

/** @typedef {import("./state.js").Building} Building */

/** @type {HTMLDialogElement | null} */
let sheet = null;

/** @param {Building} building */
export function openSheet(building) {
  closeSheet();
  sheet = /** @type {HTMLDialogElement} */ (h("dialog.sheet", { id: "sheet", "aria-labelledby": "sheet-title" }));
  sheet.addEventListener("close", () => sheet?.remove());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) closeSheet();
  });
  document.body.append(sheet);
  drawSheet(building, null);
  sheet.showModal();
}

export function closeSheet() {
  sheet?.close();
  sheet?.remove();
  sheet = null;
}

onForget(closeSheet);

/**
 * @param {Building} building
 * @param {string | null} stairwell
 */
function drawSheet(building, stairwell) {
  const list = state.list;
  if (!sheet || !list) return;
  const now = asMarked(building);
  const entrance = building.entrances.find((one) => one.code === stairwell);
  const most = entrance ? entrance.households : building.households;
  sheet.replaceChildren(
    h(
      "header",
      null,
      h("h2", { id: "sheet-title" }, fullName(list, building)),
      h("button.close", { type: "button", "aria-label": t("sheet.close"), onclick: closeSheet }, "✕"),
    ),
    facts(now),
    ways(building, fullName(list, building)),
    stairwells(building, stairwell) ?? "",
    ...outcomes(building, stairwell, most),
  );
}

/** @param {ReturnType<typeof asMarked>} now */
function facts(now) {
  const said = [
    t(now.estimated ? "estimated" : "households", { n: now.households }),
    now.floors ? t("floors", { n: now.floors }) : "",
    now.stairwells ? t("stairwells", { n: now.stairwells }) : "",
    now.elders !== null ? t("elders", { n: now.elders }) : "",
    now.flagged !== null ? t("flagged", { n: now.flagged }) : "",
    now.gate ? t("enter-by", { gate: now.gate }) : "",
  ];
  const last = now.last_visit ? t("last", { day: shortDay(now.last_visit) }) : t("never");
  const met = now.seen ? ` · ${t("sheet.month-so-far", { n: now.seen })}` : "";
  return h(
    "div.told",
    { title: now.estimated ? t("estimated.why") : "" },
    h("p", null, said.filter(Boolean).join(" · ")),
    now.address ? h("p", null, `${t("sheet.address")} ${now.address}`) : null,
    h("p.muted", null, last + met),
  );
}

/**
 * @param {Building} building
 * @param {string} label
 */
function ways(building, label) {
  const there = mapAddress(building, label);
  return h(
    "div.pair",
    null,
    h(
      "button",
      {
        type: "button",
        onclick: () => {
          closeSheet();
          askMap(building.code);
        },
      },
      t("sheet.route"),
    ),
    there ? h("a.button", { href: there, rel: "noopener noreferrer", id: "navigate" }, t("sheet.navigate")) : null,
  );
}

/**
 * Where the phone's own map or a map service opens the way; positions are WGS 84.
 * @param {Building} building
 * @param {string} label
 */
function mapAddress(building, label) {
  const name = encodeURIComponent(label);
  const { lat, lon } = building;
  const known = /** @type {Record<string, string>} */ ({
    geo: `geo:${lat},${lon}?q=${lat},${lon}(${name})`,
    amap: `https://uri.amap.com/navigation?to=${lon},${lat},${name}&mode=walk&coordinate=wgs84`,
    baidu: `https://api.map.baidu.com/direction?destination=latlng:${lat},${lon}|name:${name}&mode=walking&coord_type=wgs84&output=html&src=wangge`,
  });
  return known[state.list?.map_app ?? "geo"] ?? null;
}

/**
 * @param {Building} building
 * @param {string | null} chosen
 */
function stairwells(building, chosen) {
  if (!building.entrances.length) return null;
  const seen = asMarked(building).entrances;
  /** @type {[string | null, string, boolean][]} */
  const choices = [[null, t("sheet.whole"), false]];
  for (const one of seen) {
    choices.push([one.code, entranceName(one), one.seen_on !== null]);
  }
  return h(
    "div.chips",
    { role: "group" },
    ...choices.map(([code, text, done]) =>
      h(
        "button.chip",
        { type: "button", "aria-pressed": code === chosen, onclick: () => drawSheet(building, code) },
        done ? `✓ ${text}` : text,
      ),
    ),
  );
}

/**
 * A bare number becomes a name; what has one already keeps it.
 * @param {import("./state.js").Entrance} one
 */
function entranceName(one) {
  const number = one.number ?? one.code;
  return /^\d+$/.test(number) ? t("sheet.stairwell", { n: number }) : number;
}

/**
 * @param {Building} building
 * @param {string | null} stairwell
 * @param {number} most households that live there
 */
function outcomes(building, stairwell, most) {
  let count = most;
  const seen = h("button.primary", { type: "button", id: "seen" }, "");
  const say = () => {
    seen.textContent = t("sheet.seen", { n: count });
  };
  const step = (/** @type {number} */ by) => () => {
    count = Math.min(most, Math.max(1, count + by));
    say();
  };
  seen.addEventListener("click", () => void done(building, stairwell, "seen", count));
  say();
  const stepper = h(
    "div.stepper",
    null,
    h("button", { type: "button", "aria-label": t("sheet.fewer"), onclick: step(-1) }, "−"),
    seen,
    h("button", { type: "button", "aria-label": t("sheet.more"), onclick: step(1) }, "+"),
  );
  const others = h(
    "div.pair",
    null,
    ...["absent", "locked"].map((outcome) =>
      h("button", { type: "button", id: outcome, onclick: () => void done(building, stairwell, outcome, 0) }, t(`sheet.${outcome}`)),
    ),
  );
  return most > 0 ? [stepper, others] : [others];
}

/**
 * @param {Building} building
 * @param {string | null} stairwell
 * @param {string} outcome
 * @param {number} households
 */
async function done(building, stairwell, outcome, households) {
  const list = state.list;
  if (!list) return;
  const entrance = building.entrances.find((one) => one.code === stairwell);
  const part = entrance ? ` ${entranceName(entrance)}` : "";
  const label = fullName(list, building) + part;
  closeSheet();
  await mark({
    building: building.code,
    stairwell,
    outcome: /** @type {"seen" | "absent" | "locked"} */ (outcome),
    households,
    label,
  });
}
