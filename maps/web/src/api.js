/** The one module that fetches from /api/v1. */

import { base } from "./page.js";
import { language } from "./texts.js";

/**
 * @typedef {object} Plan
 * @property {number} id
 * @property {string} community_code
 * @property {string | null} community_name
 * @property {string} name
 * @property {string} state
 * @property {number} revision
 * @property {string | null} rules_name
 * @property {Record<string, number> | null} caps
 * @property {string | null} rules_households_kind
 * @property {string | null} valid_from
 * @property {string | null} valid_to
 * @property {number} grids
 * @property {number} households
 * @property {boolean} households_estimated
 * @property {string[]} households_kinds
 * @property {number} over_cap
 * @property {number | null} lowest_load
 * @property {number | null} highest_load
 * @property {number} buildings
 * @property {number} unassigned_units
 * @property {number} unassigned_households
 * @property {[number, number, number, number] | null} extent
 *
 * @typedef {object} Community
 * @property {string} code
 * @property {string} name
 * @property {string | null} subdistrict
 * @property {number} buildings
 * @property {number} courtyards
 * @property {number} households
 * @property {boolean} households_estimated
 * @property {string[]} households_kinds
 * @property {number} drafts
 * @property {Plan | null} plan
 *
 * @typedef {object} Grid
 * @property {number} grid_no
 * @property {string | null} code
 * @property {string} name
 * @property {string} kind
 * @property {number} households
 * @property {boolean} households_estimated
 * @property {number} load
 * @property {boolean} over_cap
 * @property {boolean} [locked] of a plan that is drawn
 * @property {string[]} flags
 * @property {number} buildings
 * @property {number} courtyards
 * @property {number | null} pieces
 * @property {number | null} area_m2
 * @property {[number, number, number, number] | null} extent
 * @property {[number, number] | null} label
 *
 * @typedef {object} KindName
 * @property {string} kind
 * @property {string} zh
 * @property {string} en
 *
 * @typedef {object} CoverageFigure
 * @property {string} kind
 * @property {string} method network or straight_line
 * @property {string} counted
 * @property {number} cutoff_s
 * @property {number} speed_m_s
 * @property {number | null} total
 * @property {number | null} reached
 * @property {number | null} share
 * @property {number} estimated
 *
 * @typedef {object} Coverage
 * @property {{made_at: string, kinds: KindName[], settings: {gates: string, kinds: string[],
 *   speeds: Record<string, number>, cutoffs_s: number[]}}} run
 * @property {CoverageFigure[]} figures
 *
 * @typedef {object} Gap
 * @property {number} id
 * @property {number} rank
 * @property {number} households
 * @property {number} buildings
 * @property {Record<string, number>} reasons
 * @property {{type: string, coordinates: any[]}} [geometry]
 *
 * @typedef {object} Isochrone
 * @property {string} status
 * @property {string} message
 * @property {number | null} leg_m
 * @property {{minutes: number, geometry: {type: string, coordinates: any[]} | null}[]} areas
 *
 * @typedef {object} Area
 * @property {string} name
 * @property {{type: string, coordinates: any[]}} geometry
 */

/**
 * @typedef {object} AreaRow
 * @property {string} code
 * @property {string} name
 * @property {"county" | "subdistrict" | "community"} level
 * @property {string | null} parent_code
 *
 * @typedef {object} EmbedKey
 * @property {number} id
 * @property {string} area_code
 * @property {string | null} area_name
 * @property {string[]} layers
 * @property {string[]} origins
 * @property {string} state
 * @property {string} last_day
 */

/**
 * A published grid.
 * @typedef {object} StandingGrid
 * @property {string} code
 * @property {string} name
 * @property {number} plan_id
 * @property {number} households
 * @property {number} load
 */

/**
 * @typedef {object} WhoAmI
 * @property {string} name
 * @property {string} role
 * @property {"session" | "token" | "machine"} by
 * @property {boolean} everywhere
 * @property {string[]} areas
 * @property {string[]} grids
 * @property {string[]} rights
 * @property {boolean} must_change
 *
 * @typedef {object} Token
 * @property {number} id
 * @property {string} name
 * @property {boolean} writing
 * @property {string} expires_at
 * @property {string | null} used_at
 * @property {string} state
 * @property {string[] | null} areas null: as the account
 * @property {string[] | null} grids
 *
 * @typedef {object} SessionRow
 * @property {number} id
 * @property {string} made_at
 * @property {string} used_at
 * @property {string} expires_at
 * @property {boolean} current
 *
 * @typedef {{sessions: SessionRow[], tokens: Token[]}} Access
 *
 * @typedef {object} Account
 * @property {number} id
 * @property {string} name
 * @property {string} role
 * @property {boolean} everywhere
 * @property {string[]} areas
 * @property {string[]} grids
 * @property {string | null} worker_code
 * @property {string | null} login_at
 * @property {string | null} disabled_at
 */

/** Tells by "over" that the service no longer knows who asks. */
export const sessionOver = new EventTarget();

/** A fault told by the service, or by the want of one. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string} detail
   * @param {string} requestId
   * @param {number} [status] of the answer; 0: there was none
   * @param {Record<string, any>} [facts] ids and counts of the fault
   */
  constructor(code, detail, requestId, status = 0, facts = {}) {
    super(detail);
    this.code = code;
    this.requestId = requestId;
    this.status = status;
    this.facts = facts;
  }
}

const told = () => ({ Accept: "application/json", "Accept-Language": language() });

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export const fetched = (path) => fetchedFrom(`${base}/api/v1${path}`, { headers: told() });

const OVER = new Set(["session-ended", "not-signed-in"]);

/** What pages of a session send with whatever they write; empty without a session. */
const csrf = () => /(?:^|; )(?:__Host-|__Secure-)?wangge-csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";

/** @returns {Promise<WhoAmI>} */
export const whoAmI = () => fetched("/session");

export const endSession = () => sent("DELETE", "/session");

/**
 * @param {string} old
 * @param {string} chosen
 * @returns {Promise<WhoAmI>}
 */
export const changePassword = (old, chosen) =>
  sent("POST", "/account/password", { old, new: chosen });

/** @returns {Promise<Token[]>} */
export const listTokens = () => fetched("/account/tokens");

/**
 * Make a token; its text comes this once.
 * @param {object} wanted
 * @returns {Promise<Token & {token: string}>}
 */
export const makeToken = (wanted) => sent("POST", "/account/tokens", wanted);

/**
 * @param {number} id
 * @returns {Promise<Token>}
 */
export const revokeToken = (id) => sent("POST", `/account/tokens/${id}/revoke`);

/** @returns {Promise<SessionRow[]>} */
export const listSessions = () => fetched("/account/sessions");

/** @param {number} id */
export const endOwnSession = (id) => sent("POST", `/account/sessions/${id}/end`);

/** @returns {Promise<Account[]>} */
export const listAccounts = () => fetched("/accounts");

/**
 * Make an account; its first password comes this once.
 * @param {object} wanted
 * @returns {Promise<Account & {password: string}>}
 */
export const makeAccount = (wanted) => sent("POST", "/accounts", wanted);

/**
 * Change role, scope or worker of an account; what is not named stays.
 * @param {number} id
 * @param {object} change
 * @returns {Promise<Account>}
 */
export const changeAccount = (id, change) => sent("PATCH", `/accounts/${id}`, change);

/**
 * By what an account gets in.
 * @param {number} id
 * @returns {Promise<Access>}
 */
export const accessOf = (id) => fetched(`/accounts/${id}/access`);

/**
 * @param {number} id of the account
 * @param {number} session
 */
export const endSessionOf = (id, session) => sent("POST", `/accounts/${id}/sessions/${session}/end`);

/**
 * @param {number} id of the account
 * @param {number} token
 */
export const revokeTokenOf = (id, token) => sent("POST", `/accounts/${id}/tokens/${token}/revoke`);

/**
 * Give an account another password, which comes this once.
 * @param {number} id
 * @returns {Promise<Account & {password: string}>}
 */
export const resetPassword = (id) => sent("POST", `/accounts/${id}/password`, {});

/**
 * @param {number} id
 * @param {"enable" | "disable"} state
 * @returns {Promise<Account>}
 */
export const setAccountState = (id, state) => sent("POST", `/accounts/${id}/${state}`);

/**
 * What stands at an address of this service; asked for without headers of its own, the browser
 * takes what the page has preloaded.
 * @param {string} address
 * @param {RequestInit} [asked]
 * @returns {Promise<any>}
 */
export async function fetchedFrom(address, asked = {}) {
  let answer;
  try {
    answer = await fetch(address, asked);
  } catch {
    throw new Problem("offline", "", "");
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const requestId = answer.headers.get("X-Request-ID") ?? "";
  const fault = await answer.json().catch(() => ({}));
  if (OVER.has(fault.code)) sessionOver.dispatchEvent(new Event("over"));
  const code = fault.code ?? String(answer.status);
  throw new Problem(code, fault.detail ?? "", requestId, answer.status, fault.facts);
}

/**
 * Send a document and return the answer.
 * @param {"POST" | "PATCH" | "PUT" | "DELETE"} method
 * @param {string} path
 * @param {object} [wanted]
 * @returns {Promise<any>}
 */
export const sent = (method, path, wanted) =>
  fetchedFrom(`${base}/api/v1${path}`, {
    method,
    headers: {
      ...told(),
      "X-Wangge-CSRF": csrf(),
      ...(wanted ? { "Content-Type": "application/json" } : {}),
    },
    ...(wanted ? { body: JSON.stringify(wanted) } : {}),
  });

/**
 * Send a file as it is and return the answer.
 * @param {string} path
 * @param {Blob} file
 * @param {string} [type]
 * @returns {Promise<any>}
 */
export const sentFile = (path, file, type = "application/octet-stream") =>
  fetchedFrom(`${base}/api/v1${path}`, { method: "POST", headers: { ...told(), "X-Wangge-CSRF": csrf(), "Content-Type": type }, body: file });

/**
 * All rows of a list, page by page.
 * @param {string} path
 * @returns {Promise<any[]>}
 */
async function all(path) {
  const rows = [];
  let cursor = "";
  do {
    const join = path.includes("?") ? "&" : "?";
    const page = await fetched(`${path}${join}limit=1000&cursor=${encodeURIComponent(cursor)}`);
    rows.push(...page.items);
    cursor = page.next ?? "";
  } while (cursor);
  return rows;
}

/** @returns {Promise<AreaRow[]>} */
export const areas = () => all("/areas");

/** @returns {Promise<Coverage["run"]>} */
export const walkingRun = () => fetched("/walking");

/** @returns {Promise<EmbedKey[]>} */
export const embedKeys = () => fetched("/embed-keys");

/**
 * Make an embed key; its text comes this once.
 * @param {object} wanted
 * @returns {Promise<EmbedKey & {key: string}>}
 */
export const makeEmbedKey = (wanted) => sent("POST", "/embed-keys", wanted);

/** @returns {Promise<Community[]>} */
export const communities = () => all("/communities");

/**
 * @param {number} id
 * @returns {Promise<Plan>}
 */
export const plan = (id) => fetched(`/plans/${id}`);

/**
 * @param {string} community
 * @returns {Promise<Plan[]>}
 */
export const plansOf = (community) => all(`/plans?community=${encodeURIComponent(community)}`);

/**
 * @param {number} id
 * @returns {Promise<Grid[]>}
 */
export const gridsOf = (id) => all(`/plans/${id}/grids`);

/**
 * @param {string} code
 * @returns {Promise<Area>}
 */
export const areaOf = (code) => fetched(`/areas/${encodeURIComponent(code)}?geometry=true`);

/**
 * @param {string} code
 * @returns {Promise<{name: string}>}
 */
export const areaNamed = (code) => fetched(`/areas/${encodeURIComponent(code)}`);

/**
 * @param {string} area
 * @returns {Promise<Coverage>}
 */
export const coverageOf = (area) => fetched(`/coverage/${encodeURIComponent(area)}`);

/**
 * @param {string} community
 * @param {string} kind
 * @param {number} speed
 * @param {number} minutes
 * @returns {Promise<Gap[]>}
 */
export const gapsOf = (community, kind, speed, minutes) =>
  all(
    `/gaps?geometry=true&community=${encodeURIComponent(community)}` +
      `&kind=${encodeURIComponent(kind)}&speed=${speed}&minutes=${minutes}`,
  );

/**
 * What a person reaches from a point.
 * @param {number} lon
 * @param {number} lat
 * @param {number[]} minutes
 * @param {number} speed
 * @returns {Promise<Isochrone>}
 */
export const isochroneFrom = (lon, lat, minutes, speed) =>
  fetched(`/isochrone?lon=${lon}&lat=${lat}&minutes=${minutes.join(",")}&speed=${speed}`);

/**
 * What an area adds up to, and each area of the next level.
 * @param {{area: string, kind: string, speed: string, minutes: string}} look empty: as usual
 * @returns {Promise<import("./dashboard-figures.js").Figures>}
 */
export function figuresOf({ area, kind, speed, minutes }) {
  const said = Object.entries({ area, kind, speed, minutes }).filter(([, value]) => value);
  return fetched(`/figures?${new URLSearchParams(said)}`);
}

/**
 * The published grids of a community.
 * @param {string} community
 * @returns {Promise<StandingGrid[]>}
 */
export const standingGrids = (community) => all(`/grids?community=${encodeURIComponent(community)}`);

/**
 * @typedef {{grid: string, grid_name: string, buildings: number, households: number,
 *   worker: string | null, name: string | null, met_households: number, met_buildings: number,
 *   absent: number, locked: number}} ProgressRow
 * @typedef {{publication: number, plan: number, day: string, worker: string, name: string,
 *   gained: number, households_gained: number, lost: number, households_lost: number,
 *   confirmed_at: string | null}} ReceiptRow
 */

/**
 * Done marks of a month by grid and worker.
 * @param {string} community
 * @param {string} month 2026-11
 * @returns {Promise<{month: string, quota: number, rows: ProgressRow[]}>}
 */
export const progressOf = (community, month) =>
  fetched(`/progress/${encodeURIComponent(community)}${month ? `?month=${month}` : ""}`);

/**
 * Whom the handovers of a community concern, and who has confirmed them.
 * @param {string} community
 * @returns {Promise<{items: ReceiptRow[]}>}
 */
export const receiptsOf = (community) => fetched(`/handovers/${encodeURIComponent(community)}`);
