/** What the planner's page asks of one plan: the document, strokes, engine actions, its way. */

import { fetched, fetchedFrom, gridsOf, Problem, sent, sentFile } from "./api.js";
import { base } from "./page.js";

/** @typedef {import("./editor/session.js").Op} Op */
/** @typedef {import("./editor/session.js").Answer} Answer */

/**
 * @typedef {object} Preview
 * @property {number} revision
 * @property {import("./editor/strokes.js").Move[]} moves
 * @property {{no: number, name: string, kind: string}[]} grids
 * @property {Record<string, any>} before
 * @property {Record<string, any>} after
 * @property {Record<string, any> | null} certificate
 */

/**
 * The document that the page has preloaded.
 * @param {number} plan
 * @returns {Promise<import("./editor/town.js").EditorDocument>}
 */
export const editorDocument = (plan) => fetchedFrom(`${base}/api/v1/plans/${plan}/editor`);

/**
 * All edits after one, oldest first.
 * @param {number} plan
 * @param {number} after
 * @param {number} [ground] the edits must be of; another one means that the page is of yesterday
 * @returns {Promise<import("./editor/history.js").Edit[]>}
 */
export async function editsAfter(plan, after, ground) {
  const edits = [];
  for (let [more, last] = [true, after]; more; ) {
    const page = await fetchedFrom(`${base}/api/v1/plans/${plan}/edits?after=${last}`);
    if (ground !== undefined && page.ground !== ground) throw new Problem("rebased", "", "", 409, { ground: page.ground });
    edits.push(...page.items.map((/** @type {any} */ { grids, ...edit }) => ({ ...edit, changes: grids })));
    [more, last] = [page.more, edits.at(-1)?.seq ?? last];
  }
  return edits;
}

/**
 * The service as a session needs it.
 * @param {number} plan
 * @param {number} ground that the page loaded
 * @returns {import("./editor/session.js").Remote}
 */
export function remoteOf(plan, ground) {
  return {
    ground,
    reopen: () => location.reload(),
    // What waited since before the plan was put on another ground names units of that one.
    send: (op) => answered(plan, op.ground ?? ground, op),
    edits: (after) => editsAfter(plan, after, ground),
    grids: async () => (await gridsOf(plan)).map(({ grid_no, name, kind, code, locked }) => ({ no: grid_no, name, kind, code, locked })),
  };
}

/**
 * @param {number} plan
 * @param {number} ground
 * @param {Op} op
 * @returns {Promise<Answer>}
 */
async function answered(plan, ground, op) {
  try {
    return await told(plan, ground, op);
  } catch (error) {
    // A stroke of which nothing holds is refused with the same answer as one that does.
    if (error instanceof Problem && error.facts.rejected) Object.assign(error, { answer: error.facts });
    else if (error instanceof Problem) Object.assign(error, unmakeable(op, ground, error));
    throw error;
  }
}

/**
 * What a session is to know of an op that can never be made: it would be sent again for ever, and
 * all after it wait.
 * @param {Op} op
 * @param {number} ground
 * @param {Problem} fault
 */
function unmakeable({ kind, moves }, ground, { status, facts }) {
  // Others have put units into a grid that was to be removed, or it was never made.
  if (kind === "grid") return { refused: status === 404 || Boolean(facts.grids) };
  if (kind !== "strokes" || status !== 409 || !facts.grids) return {};
  // It goes into a grid that was never made.
  const rejected = moves.map(([unit, from, to]) => ({ unit, from, to, now: from, by: null, at: null, why: "removed" }));
  return { answer: { seq: null, revision: 0, ground, applied: [], rejected } };
}

/**
 * @param {number} plan
 * @param {number} ground
 * @param {Op} op
 */
function told(plan, ground, { kind, client, moves, changes, action, why, grids, takes = null }) {
  if (kind === "undo" || kind === "redo") return sent("POST", `/plans/${plan}/${kind}`, { client, ground, takes });
  if (kind === "strokes") {
    const added = grids.map(({ no, name, kind: its }) => ({ no, name, kind: its }));
    return sent("POST", `/plans/${plan}/strokes`, { client, ground, moves, action, why, grids: added });
  }
  const [[no, aspect, , is]] = changes;
  if (aspect === "removed") return sent("DELETE", `/plans/${plan}/grids/${no}?client=${client}`);
  return sent("PATCH", `/plans/${plan}/grids/${no}`, { client, [aspect]: is });
}

/**
 * What an action of the engine would do.
 * @param {number} plan
 * @param {object} wanted
 * @returns {Promise<Preview>}
 */
export const previewOf = (plan, wanted) => sent("POST", `/plans/${plan}/previews`, wanted);

/**
 * What grids drawn by hand would move.
 * @param {number} plan
 * @param {File} file
 * @param {string} format
 * @param {string} crs empty: as the file says
 * @returns {Promise<import("./editor-drawn.js").DrawnPreview>}
 */
export const drawnOf = (plan, file, format, crs) =>
  sentFile(`/plans/${plan}/drawn?${new URLSearchParams({ format, ...(crs ? { crs } : {}) })}`, file);

/**
 * Divide a building over the cap by its stairwells: by their number, or by the households of each.
 * @param {number} plan
 * @param {{ground: number, building: string, count?: number, households?: number[]}} wanted
 * @returns {Promise<import("./editor/session.js").Answer>}
 */
export const stairwellsOf = (plan, wanted) =>
  sent("POST", `/plans/${plan}/stairwells`, { client: crypto.randomUUID(), ...wanted });

/**
 * @param {number} plan
 * @param {string} client
 * @returns {Promise<{people: string[]}>}
 */
export const present = (plan, client) => sent("POST", `/plans/${plan}/presence`, { client });

/**
 * A copy of a plan as a new draft.
 * @param {number} plan
 * @param {string} name
 * @param {number | null} snapshot
 * @returns {Promise<{id: number}>}
 */
export const forkOf = (plan, name, snapshot = null) => sent("POST", `/plans/${plan}/fork`, { name, snapshot });

/**
 * What the service finds wrong with a plan: also what happened to its buildings since.
 * @typedef {{kind: string, blocks: boolean, zh: string, en: string}} Judged
 * @param {number} plan
 * @returns {Promise<Judged[]>}
 */
export const judgedProblems = async (plan) => (await fetched(`/plans/${plan}/problems`)).items;

/**
 * A step on the way to publication.
 * @param {number} plan
 * @param {"submit" | "recall" | "return" | "approve" | "publish" | "withdraw" | "rebase"} step
 * @param {object} said
 */
export const goOn = (plan, step, said) => sent("POST", `/plans/${plan}/${step}`, said);

/**
 * @param {number} plan
 * @returns {Promise<{items: import("./editor-snapshots.js").Snapshot[]}>}
 */
export const snapshotsOf = (plan) => fetched(`/plans/${plan}/snapshots`);

/**
 * @param {number} plan
 * @param {string} name
 */
export const takeSnapshot = (plan, name) => sent("POST", `/plans/${plan}/snapshots`, { name });

/**
 * @param {number} plan
 * @param {number} snapshot
 * @param {string} client
 * @returns {Promise<import("./editor/session.js").Answer>}
 */
export const restoreSnapshot = (plan, snapshot, client) =>
  sent("POST", `/plans/${plan}/snapshots/${snapshot}/restore`, { client });

/**
 * Where the assignment of a plan stands as a table.
 * @param {number} plan
 * @param {"csv" | "xlsx"} form
 */
export const assignmentAddress = (plan, form) => `${base}/api/v1/plans/${plan}/assignment.${form}`;

/**
 * What a table would change; nothing is stored.
 * @param {number} plan
 * @param {Blob} table
 * @param {"csv" | "xlsx"} form
 * @param {boolean} named whether grids are made for names that are not known
 * @returns {Promise<import("./editor-import.js").TablePreview>}
 */
export const tableChanges = (plan, table, form, named) =>
  sentFile(`/plans/${plan}/assignment?format=${form}&new_grids=${named}`, table, "text/csv");

/**
 * Divide a community into a new draft.
 * @param {string} community
 * @param {string} rules
 * @param {string} me
 */
export const divideNew = (community, rules, me) => sent("POST", "/plans", { community, rules, made_by: me });
