/** What the page of the ground asks of one community. */

import { fetched, sent } from "./api.js";

/**
 * @typedef {"courtyards" | "gates" | "buildings" | "stairwells" | "streets" | "barriers" | "facilities"} Layer
 * @typedef {string | number | boolean | null} Value
 *
 * @typedef {object} Feature
 * @property {Layer} layer
 * @property {string} code
 * @property {string} version
 * @property {Record<string, Value>} values
 * @property {GeoJSON.Geometry | null} geometry
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string} zh
 * @property {string} kind
 * @property {boolean} required
 * @property {string[]} choices
 *
 * @typedef {object} Ground
 * @property {string} community
 * @property {string} name
 * @property {Record<Layer, Field[]>} fields
 * @property {Feature[]} features
 *
 * @typedef {object} Edited
 * @property {{layer: Layer, code: string, was: string}[]} changed
 * @property {{plan: number, name: string}[]} drafts
 *
 * @typedef {object} LedgerRow
 * @property {number} run
 * @property {number} row
 * @property {string} source
 * @property {Record<string, string>} values
 * @property {string} why
 */

/**
 * @param {string} community
 * @returns {Promise<Ground>}
 */
export const groundOf = (community) => fetched(`/ground/${community}`);

/**
 * @param {string} community
 * @returns {Promise<LedgerRow[]>}
 */
export const waitingRows = (community) => fetched(`/ground/${community}/waiting`);

/**
 * Store edits, all or none.
 * @param {string} community
 * @param {object[]} edits
 * @returns {Promise<Edited>}
 */
export const storeEdits = (community, edits) => sent("POST", `/ground/${community}/edits`, { edits });

/**
 * Give a waiting row its building: one that is there, or one drawn now.
 * @param {string} community
 * @param {LedgerRow} row
 * @param {{building: string} | {geometry: GeoJSON.Geometry}} place
 * @returns {Promise<Edited>}
 */
export const placeRow = (community, { run, row }, place) =>
  sent("POST", `/ground/${community}/placed`, { run, row, ...place });
