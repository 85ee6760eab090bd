/** What the pages of staff ask of the service. */

import { base } from "./page.js";
import { fetched, fetchedFrom, sent } from "./api.js";
import { language } from "./texts.js";

/**
 * @typedef {{area: string, name: string, level: string, households: number, persons: number | null,
 *   workers: number, posts: number, vacant: number, workers_per_10000: number | null,
 *   workers_needed: number | null, enough: boolean | null, households_per_post: number | null,
 *   tier: number, tier_from: number}} StaffFigures
 * @typedef {{per_10000: number, figures: StaffFigures, children: StaffFigures[]}} Staffing
 * @typedef {{area: string, area_name: string, role: string, title: string, level: string,
 *   subjects: number, needed: number, filled: number, gap: number}} SeatRow
 * @typedef {{area: string, title: string, code: string, name: string | null, grid: string | null,
 *   gap: number}} GapRow
 * @typedef {{gap: number, seats: SeatRow[], items: GapRow[], next: string | null}} Vacancies
 * @typedef {{level: string, level_title: string, role: string, title: string, count: number}} TeamSeat
 * @typedef {{name: string, chain: string[], seats: TeamSeat[]}} Team
 * @typedef {{area: string, team: Team | null, set_in: string | null, presets: Team[]}} TeamOfArea
 * @typedef {{code: string, name: string, masked_phone: string | null}} Person
 * @typedef {{post: string, title: string, tags: string[], vacant: boolean, person: Person | null,
 *   deputy: Person | null}} Post
 * @typedef {{level: string, title: string, code: string, name: string | null, posts: Post[]}} Link
 * @typedef {{row: number, column: string, text: string}} RosterFault
 * @typedef {{stored: boolean, rows: number, refused: number, added: number, changed: number,
 *   unchanged: number, faults: RosterFault[], more: number}} RosterRead
 * @typedef {{found: string, building: {code: string, name: string | null} | null, chain: Link[],
 *   candidates: {code: string, name: string | null}[]}} Responsible
 */

/**
 * @param {string} area
 * @returns {Promise<Staffing>}
 */
export const staffingOf = (area) => fetched(`/staffing/${area}`);

/**
 * @param {string} area
 * @param {string} cursor
 * @returns {Promise<Vacancies>}
 */
export const vacanciesOf = (area, cursor) =>
  fetched(`/vacancies/${area}?limit=50&cursor=${encodeURIComponent(cursor)}`);

/**
 * @param {string} area
 * @returns {Promise<TeamOfArea>}
 */
export const teamOf = (area) => fetched(`/teams/${area}`);

/**
 * @param {string} area
 * @param {string} preset empty: that of the area above
 */
export const chooseTeam = (area, preset) =>
  preset ? sent("PUT", `/teams/${area}`, { preset }) : sent("DELETE", `/teams/${area}`);

/**
 * Who is responsible: by an address, or by the code of a building.
 * @param {string} address
 * @returns {Promise<Responsible>}
 */
export const responsibleAt = (address) => fetched(`/responsible?address=${encodeURIComponent(address)}`);

/**
 * @param {string} building
 * @returns {Promise<Responsible>}
 */
export const responsibleFor = (building) => fetched(`/responsible?building=${encodeURIComponent(building)}`);

/**
 * A phone in full; that it was told is written down.
 * @param {string} worker
 * @returns {Promise<{phone: string | null}>}
 */
export const phoneOf = (worker) => sent("POST", `/staff/${encodeURIComponent(worker)}/phone`);

/**
 * Check a roster, and store its good rows if asked to.
 * @param {File} file
 * @param {boolean} store
 * @returns {Promise<RosterRead>}
 */
export function readRoster(file, store) {
  const form = file.name.toLowerCase().endsWith(".xlsx") ? "xlsx" : "csv";
  const proof = /(?:^|; )(?:__Host-|__Secure-)?wangge-csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";
  return fetchedFrom(`${base}/api/v1/roster?format=${form}&store=${store}`, {
    method: "POST",
    headers: {
      Accept: "application/json",
      "Accept-Language": language(),
      "Content-Type": "text/csv",
      "X-Wangge-CSRF": proof,
    },
    body: file,
  });
}
