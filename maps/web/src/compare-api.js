/** What the page that compares asks of the service, and the sides there are to choose from. */

import { fetched, plan, plansOf } from "./api.js";
import { snapshotsOf } from "./planner-api.js";

/** @typedef {import("./api.js").Plan} Plan */

/**
 * @typedef {{title: string, plan: number, state: string, revision: number | null, grids: number,
 *   households: number, unassigned_households: number, posts_needed: number, over_cap: number,
 *   highest_load: number, lowest_load: number, balance: number, compactness: number,
 *   round_m: number, subsidy_tier: number}} ComparedSide
 * @typedef {{a: number | null, b: number | null, name_a: string | null, name_b: string | null,
 *   households_a: number, households_b: number, load_a: number, load_b: number, posts_a: number,
 *   posts_b: number, round_m_a: number, round_m_b: number}} ComparedGrid
 * @typedef {{unit_id: string, building: string | null, name: string | null, courtyard: string | null,
 *   households: number, households_estimated: boolean, place: [number, number],
 *   from_no: number | null, to_no: number | null, from_grid: string | null,
 *   to_grid: string | null}} MovedBuilding
 * @typedef {{no: number, name: string, households: number, load: number, hue: number,
 *   label: [number, number], geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon}} ComparedArea
 * @typedef {{extent: import("./base-map.js").Extent, a: ComparedArea[], b: ComparedArea[],
 *   moved: GeoJSON.Polygon[]}} ComparedMap
 * @typedef {{community: string, community_name: string | null, a: ComparedSide, b: ComparedSide,
 *   subsidy: {bounds: number[], includes_bound: boolean}, households_moved: number,
 *   grids: ComparedGrid[], moved: MovedBuilding[], map: ComparedMap | null}} Comparison
 * @typedef {{value: string, text: string, group: "standing" | "plans" | "snapshots", state: string}} Choice
 */

// Snapshots are asked for plan by plan; those of older drafts are in the editor's history.
const MOST_DRAFTS = 20;
const EDITED = new Set(["draft", "returned", "submitted", "approved"]);

/**
 * @param {string} left as the service names a side: plan-12, snapshot-12-3, standing-CODE
 * @param {string} right
 * @returns {Promise<Comparison>}
 */
export function comparisonOf(left, right) {
  return fetched(`/compare?${new URLSearchParams({ a: left, b: right, geometry: "true" })}`);
}

/**
 * Community of a side, as far as its name tells or its plan does; empty where neither does.
 * @param {string} side
 */
export async function communityOf(side) {
  const [, code, number] = /^(?:standing-(\d{12})\b|(?:plan|snapshot)-(\d+))/.exec(side) ?? [];
  if (code) return code;
  return number ? (await plan(Number(number))).community_code : "";
}

/**
 * What may be compared in a community.
 * @param {string} community
 * @param {string} standing words for the grids that stand
 * @returns {Promise<Choice[]>}
 */
export async function choicesOf(community, standing) {
  const plans = await plansOf(community);
  const day = new Date().toLocaleDateString("sv-SE");
  const now = plans.find(({ state, valid_from, valid_to }) => state === "published" && (valid_from ?? day) <= day && (!valid_to || valid_to > day));
  const drafts = plans.filter(({ state }) => EDITED.has(state)).slice(0, MOST_DRAFTS);
  const kept = await Promise.all(drafts.map(snapshotChoices));
  return [
    ...(now ? [choice(`standing-${community}`, `${standing} · ${now.name}`, "standing", now.state)] : []),
    ...plans.map(({ id, name, state }) => choice(`plan-${id}`, name, "plans", state)),
    ...kept.flat(),
  ];
}

/** @param {Plan} of */
async function snapshotChoices({ id, name, state }) {
  try {
    const { items } = await snapshotsOf(id);
    return items.map((/** @type {{no: number, name: string}} */ kept) => choice(`snapshot-${id}-${kept.no}`, `${name} · ${kept.name}`, "snapshots", state));
  } catch {
    // Who may read drafts but not draw sees no snapshots.
    return [];
  }
}

/**
 * @param {string} value
 * @param {string} text
 * @param {Choice["group"]} group
 * @param {string} state
 * @returns {Choice}
 */
const choice = (value, text, group, state) => ({ value, text, group, state });
