/** All that is asked of the server, and the marks that go there. */

import { dropMark, forgetSeen, keep, keepMark, keptMarks, seen } from "./kept.js";
import { base, state } from "./state.js";
import { spoken } from "./words.js";

const TALK = new EventTarget();
const BATCH = 50;
const PATIENCE_MS = 20_000;
/** By how much the server's clock is ahead of the phone's. */
let ahead = 0;

/** @param {() => void} listener */
export function onTalk(listener) {
  TALK.addEventListener("change", listener);
}

/**
 * Heard when what is shown belongs to somebody else now: whoever remembers some of it, forgets it.
 * @param {() => void} listener
 */
export function onForget(listener) {
  TALK.addEventListener("forget", listener);
}

export function changed() {
  TALK.dispatchEvent(new Event("change"));
}

/** What our pages prove themselves with; the cookie that holds it is no secret of its own. */
function proof() {
  const found = document.cookie.match(/(?:^|;\s*)(?:__Host-|__Secure-)?wangge-csrf=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  headers.set("Accept", "application/json");
  headers.set("Accept-Language", spoken());
  if (options.method && options.method !== "GET") headers.set("X-Wangge-CSRF", proof());
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(`${base}/api/v1${path}`, { ...options, headers, signal: over.signal });
    const date = Date.parse(answer.headers.get("Date") ?? "");
    // A header tells whole seconds; less than some is no difference.
    if (!Number.isNaN(date)) ahead = Math.abs(date - Date.now()) > 5_000 ? date - Date.now() : 0;
    state.online = true;
    return answer;
  } catch (fault) {
    state.online = false;
    throw fault;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Take over a list that is known to be true now.
 * @param {import("./state.js").List} list
 * @param {string} etag
 */
export async function take(list, etag) {
  const kept = await seen("list").catch(() => null);
  const accounts = [state.list, kept?.list].filter(Boolean).map((before) => before.me.account);
  if (accounts.some((account) => account !== list.me.account)) await forget();
  state.list = list;
  state.etag = etag;
  state.savedAt = Date.now();
  state.trouble = "";
  await keep("list", { list, etag, savedAt: state.savedAt }).catch(() => undefined);
}

/** Forget the list and all that was shown with it; marks stay for whoever made them. */
async function forget() {
  state.list = null;
  state.etag = "";
  state.savedAt = 0;
  state.grid = -1;
  TALK.dispatchEvent(new Event("forget"));
  await forgetSeen().catch(() => undefined);
}

/** Fetch the list anew; what is shown stays when that does not succeed, unless it is another's. */
export async function refresh() {
  try {
    const answer = await ask("/my", { headers: state.etag ? { "If-None-Match": state.etag } : {} });
    if (answer.status === 304 && state.list) await take(state.list, state.etag);
    else if (answer.ok) await take(await answer.json(), answer.headers.get("ETag") ?? "");
    else {
      if (answer.status === 403) await forget();
      await troubled(answer);
    }
  } catch {
    // Offline: the banner says so.
  }
  changed();
}

/** @param {Response} answer */
async function troubled(answer) {
  const told = await answer.json().catch(() => ({}));
  if (told.code === "other-account") {
    await forget();
    await refresh();
    return;
  }
  state.requestId = told.request_id ?? answer.headers.get("X-Request-ID") ?? "";
  state.saying = told.detail ?? "";
  if (answer.status === 401) state.trouble = "sign-in";
  else if (answer.status === 403) state.trouble = state.list ? "sign-in" : "rights";
  else state.trouble = "fault";
}

/** Read what the phone keeps. */
export async function recall() {
  state.marks = await keptMarks().catch(() => []);
  const last = await seen("list").catch(() => null);
  if (last && !state.list) {
    state.list = last.list;
    state.etag = last.etag;
    state.savedAt = last.savedAt;
  }
}

/** An id nobody else makes; `randomUUID` is there over HTTPS only. */
function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * Note a mark on the phone, then try to send it.
 * @param {Pick<import("./state.js").Mark, "building" | "stairwell" | "outcome" | "households" | "label">} what
 */
export async function mark(what) {
  const list = state.list;
  if (!list) return;
  const marked = new Date(Date.now() + ahead).toISOString();
  /** @type {import("./state.js").Mark} */
  const made = { ...what, client: freshId(), account: list.me.account, marked_at: marked };
  made.id = Number(await keepMark(made).catch(() => undefined)) || undefined;
  state.marks.push(made);
  changed();
  await send();
}

/** Send what waits, in order; what comes twice is stored once, so a lost answer does no harm. */
export async function send() {
  if (state.sending) return;
  state.sending = true;
  changed();
  let sent = false;
  try {
    for (;;) {
      const batch = waiting().slice(0, BATCH);
      if (!batch.length || !(await sendBatch(batch))) break;
      sent = true;
    }
  } catch {
    // Offline: they wait.
  }
  state.sending = false;
  if (sent) await refresh();
  else changed();
}

/** Marks of this account that were not sent yet. */
export function waiting() {
  return state.marks.filter((m) => m.account === state.list?.me.account && !m.refused);
}

/**
 * @param {import("./state.js").Mark[]} batch
 * @returns {Promise<boolean>} whether to go on
 */
async function sendBatch(batch) {
  const marks = batch.map(({ client, building, stairwell, outcome, households, marked_at }) => ({
    ...{ client, building, stairwell, outcome, households, marked_at },
  }));
  const answer = await ask("/my/marks", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ account: batch[0].account, marks }),
  });
  if (!answer.ok) {
    await troubled(answer);
    return false;
  }
  const { results } = await answer.json();
  for (const [at, result] of results.entries()) await settle(batch[at], result);
  return true;
}

/**
 * @param {import("./state.js").Mark} one
 * @param {{status: string, message: string}} result
 */
async function settle(one, result) {
  if (result.status === "refused") {
    one.refused = result.message || "?";
    await keepMark(one).catch(() => undefined);
    return;
  }
  await drop(one);
}

/** @param {import("./state.js").Mark} one */
export async function drop(one) {
  state.marks = state.marks.filter((other) => other !== one);
  if (one.id !== undefined) await dropMark(one.id).catch(() => undefined);
  changed();
}

/** @returns {Promise<boolean>} whether the session has ended */
export async function signOut() {
  const answer = await ask("/session", { method: "DELETE" }).catch(() => null);
  if (!answer || (!answer.ok && answer.status !== 401)) return false;
  await forgetSeen().catch(() => undefined);
  return true;
}

/**
 * Something beside the list: from the server, else as last seen.
 * @param {string} path
 * @param {((told: any) => any) | null} [keepable] what of it may stay on the phone; null: nothing
 * @returns {Promise<any>} null when neither has it
 */
export async function besides(path, keepable = (told) => told) {
  try {
    const answer = await ask(path);
    if (answer.ok) {
      const told = await answer.json();
      if (keepable) await keep(path, keepable(told)).catch(() => undefined);
      return told;
    }
    await troubled(answer);
    changed();
    // Whom the server tells nothing is not told what it told somebody before.
    if (answer.status < 500) return null;
  } catch {
    changed();
  }
  return keepable ? seen(path).catch(() => null) : null;
}
