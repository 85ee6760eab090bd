/** One plan and several planners: hear what others did, settle conflicts, go on in a copy. */

import { Problem } from "./api.js";
import { named } from "./editor-moves.js";
import { outboxOf } from "./editor/outbox.js";
import { base } from "./page.js";
import { forkOf, present } from "./planner-api.js";
import { t } from "./texts.js";

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */
/** @typedef {import("./editor/strokes.js").Move} Move */
/** @typedef {import("./editor/session.js").Op} Op */

/**
 * Somebody changed something.
 * @param {EditorPage} page
 * @param {import("./changes.js").Change} change
 */
export async function hear(page, change) {
  if (change.plan !== null && change.plan !== page.plan) return;
  if (!page.session || page.tools?.busy) page.late = true;
  else await catchUp(page, page.session);
}

/** After a stroke: what others did while it was drawn. @param {EditorPage} page */
export async function hearLate(page) {
  if (!page.late || !page.session) return;
  page.late = false;
  await catchUp(page, page.session);
}

/**
 * @param {EditorPage} page
 * @param {import("./editor/session.js").Session} session
 */
async function catchUp(page, session) {
  try {
    await session.catchUp();
    await session.flush();
  } catch (error) {
    // The ground is another one by now: nothing of this page fits any more.
    if (error instanceof Problem && error.code === "rebased") location.reload();
    else if (!(error instanceof Problem) || error.status === 0 || error.status >= 500) session.offline = true;
    page.requestUpdate();
  }
}

/** Say that this page is here, and learn who else is. @param {EditorPage} page */
export async function greet(page) {
  if (!page.told) return;
  try {
    ({ people: page.people } = await present(page.plan, page.client));
  } catch {
    page.people = [];
  }
}

/** Go on drawing in a copy: what could not be saved here waits for it there. @param {EditorPage} page */
export async function fork(page) {
  const { session } = page;
  if (!session) return;
  const names = new Map(session.pending.map(({ client }) => [client, crypto.randomUUID()]));
  const its = (/** @type {string} */ client) => names.get(client) ?? client;
  const waiting = session.pending.map((op) => ({ ...op, client: its(op.client), takes: op.takes && its(op.takes) }));
  if (await forkWith(page, waiting)) await session.discard();
}

/** Go on in a copy in which the units that others took are where this planner wants them. @param {EditorPage} page */
export async function forkConflicts(page) {
  const lost = page.session?.conflicts ?? [];
  /** @type {Move[]} */
  const moves = lost.map(({ unit, to, now }) => [unit, now, to]);
  await forkWith(page, [{ client: crypto.randomUUID(), kind: "strokes", moves, changes: [], action: "take-back", why: null, grids: [] }]);
}

/**
 * @param {EditorPage} page
 * @param {Op[]} ops that wait for the copy to be opened
 */
async function forkWith(page, ops) {
  try {
    const { name = "", me = "" } = page.told?.plan ?? {};
    const made = await forkOf(page.plan, t("editor.fork.name", { name }));
    const box = await outboxOf(made.id, me);
    for (const op of ops) await box.put(op);
    location.assign(`${base}/plan/${made.id}/edit`);
    return true;
  } catch (error) {
    page.say(error instanceof Error ? error.message : "");
    return false;
  }
}

/**
 * @param {EditorPage} page
 * @param {import("./editor/session.js").Rejected[]} lost
 */
export function takeBack(page, lost) {
  const { session, drawing } = page;
  if (!session || !drawing) return;
  session.conflicts = session.conflicts.filter((conflict) => !lost.includes(conflict));
  /** @type {Move[]} */
  const moves = lost.map(({ unit, to }) => [unit, named(drawing.grid[unit]), to]);
  const possible = moves.filter(([, from, to]) => from !== to && (to === null || drawing.listed(to)));
  if (possible.length) session.draw(possible, { action: "take-back" });
  page.requestUpdate();
}

/** @param {EditorPage} page */
export function leaveConflicts(page) {
  if (page.session) page.session.conflicts = [];
  page.requestUpdate();
}
