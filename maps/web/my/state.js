/** What the page knows: the list as last seen, marks that wait, what is looked at. */

import { foldTable, soughtAs } from "./search.js";

/**
 * @typedef {{code: string, number: string | null, households: number, seen_on: string | null}} Entrance
 * @typedef {{name: string, pinyin: string, initials: string}} Courtyard
 * @typedef {{code: string, name: string, kind: string, community: string | null, since: string}} Grid
 * @typedef {object} Building
 * @property {string} code
 * @property {number} grid
 * @property {number | null} courtyard
 * @property {string | null} gate
 * @property {string | null} name
 * @property {string | null} number
 * @property {string | null} address
 * @property {number} households
 * @property {boolean} estimated
 * @property {number | null} floors
 * @property {number | null} stairwells
 * @property {number | null} elders
 * @property {number | null} flagged
 * @property {string | null} last_visit
 * @property {number} seen
 * @property {string | null} tried
 * @property {boolean} due
 * @property {number} lon
 * @property {number} lat
 * @property {string} pinyin
 * @property {string} initials
 * @property {Entrance[]} entrances
 * @typedef {{publication: number, day: string, gained: number, households_gained: number,
 *   lost: number, households_lost: number, confirmed_at: string | null}} Handover
 * @typedef {{id: number, day: string, building: string, outcome: string, households: number,
 *   marked_by: string, now_grid: string, mine: boolean}} Notice
 * @typedef {object} List
 * @property {{account: string, name: string, role: string | null, worker: string | null, counts: boolean}} me
 * @property {string} day
 * @property {string} month
 * @property {number} quota
 * @property {string} map_app
 * @property {Grid[]} grids
 * @property {Courtyard[]} courtyards
 * @property {Building[]} buildings
 * @property {string} fold
 * @property {Handover[]} handovers
 * @property {Notice[]} notices
 * @typedef {object} Mark
 * @property {number} [id]
 * @property {string} client
 * @property {string} account
 * @property {string} building
 * @property {string | null} stairwell
 * @property {"seen" | "absent" | "locked"} outcome
 * @property {number} households
 * @property {string} marked_at
 * @property {string} label
 * @property {string} [refused] why it was not accepted
 */

const root = document.documentElement.dataset;
export const base = root.base ?? "";
export const own = root.own ?? "";
export const vendor = root.leaflet ?? "";

export const state = {
  /** @type {List | null} */
  list: null,
  etag: "",
  /** When the list was last known to be true, by this phone. */
  savedAt: 0,
  /** @type {Mark[]} */
  marks: [],
  tab: "list",
  query: "",
  /** Index of the grid looked at; -1: all. */
  grid: -1,
  dueOnly: false,
  /** @type {[number, number] | null} lon and lat, while the nearest come first; never kept or sent */
  here: null,
  online: navigator.onLine,
  sending: false,
  /** "sign-in": the session has ended; "rights"; "fault"; "": all well. */
  trouble: "",
  requestId: "",
  /** @type {string} */
  saying: "",
};

/** @type {{list: List, fold: Map<string, string>, sought: import("./search.js").Sought[]} | null} */
let prepared = null;

/** The list with what a search needs, made once for each list. */
export function searchable() {
  const list = state.list;
  if (list === null) return null;
  if (prepared?.list !== list) {
    const fold = foldTable(list.fold);
    const sought = list.buildings.map((b) => soughtAs(b, courtyardOf(list, b), fold));
    prepared = { list, fold, sought };
  }
  return prepared;
}

/**
 * @param {List} list
 * @param {Building} building
 * @returns {Courtyard | null}
 */
export function courtyardOf(list, building) {
  return building.courtyard === null ? null : list.courtyards[building.courtyard];
}

/**
 * @param {List} list
 * @param {Building} building
 */
export function fullName(list, building) {
  return `${courtyardOf(list, building)?.name ?? ""}${building.name ?? building.code}`;
}

/** Marks of this account that are not refused. */
export function ownMarks() {
  return state.marks.filter((m) => m.account === state.list?.me.account && !m.refused);
}

/**
 * A building as it is when the marks that wait are counted, too.
 * @param {Building} building
 * @returns {Building & {waiting: boolean}}
 */
export function asMarked(building) {
  const mine = ownMarks().filter((mark) => mark.building === building.code);
  const now = { ...building, waiting: mine.length > 0 };
  for (const mark of mine) {
    now.tried = mark.outcome;
    if (mark.outcome !== "seen") continue;
    now.seen = Math.min(building.households, now.seen + mark.households);
    now.last_visit = dayOf(mark.marked_at);
    now.entrances = now.entrances.map((one) =>
      one.code === mark.stairwell ? { ...one, seen_on: dayOf(mark.marked_at) } : one,
    );
    if (mark.stairwell === null || now.entrances.every((one) => one.seen_on !== null)) now.due = false;
  }
  return now;
}

/**
 * The day of a moment in China, where the grids are.
 * @param {string} moment
 */
export function dayOf(moment) {
  return new Date(Date.parse(moment) + 8 * 3600_000).toISOString().slice(0, 10);
}
