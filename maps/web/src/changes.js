/** What changes on the maps of this service, told by its event stream: one stream a page. */

import { base, mark } from "./page.js";

/**
 * What changed. Null stands for "all": something was missed, or it changed everywhere.
 * @typedef {object} Change
 * @property {string[] | null} layers names of the map layers touched
 * @property {[number, number, number, number][] | null} boxes west, south, east, north in degrees
 * @property {number | null} below only tiles below this zoom are touched; null: of every zoom
 * @property {string[]} areas codes of the areas concerned, where known
 * @property {string | null} table the table whose rows changed
 * @property {number | null} plan the plan whose rows changed
 */

/** @type {Change} */
const EVERYTHING = { layers: null, boxes: null, below: null, areas: [], table: null, plan: null };
const LONGEST_PAUSE_MS = 30_000;
// A page of another site may hold many of our frames, and a browser opens six connections to a
// service: a frame asks every five seconds and holds none.
const framed = window.top !== window;

/** @type {Set<(change: Change) => void>} */
const callbacks = new Set();
/** @type {EventSource | null} */
let stream = null;
let since = mark;
let pause = 1000;
/** @type {number | null} */
let plan = null;
let key = "";

/**
 * Call back with every change from the moment on in which the server made this page.
 * @param {(change: Change) => void} callback
 * @returns {() => void} ends it
 */
export function onChange(callback) {
  callbacks.add(callback);
  if (!stream && !document.hidden) open();
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) close();
  };
}

/**
 * Hear of the changes of this draft too, where it may be seen.
 * @param {number} id
 */
export function followPlan(id) {
  plan = id;
  if (stream) open();
}

/**
 * Listen with the embed key by which this page was opened.
 * @param {string} text
 */
export function listenWith(text) {
  key = text;
}

function open() {
  close();
  const query = new URLSearchParams();
  if (since) query.set("since", since);
  if (plan) query.set("plan", String(plan));
  if (framed) query.set("seconds", "0");
  if (key) query.set("key", key);
  stream = new EventSource(`${base}/api/v1/changes?${query}`);
  stream.addEventListener("open", () => (pause = 1000));
  stream.addEventListener("change", (event) => tell(event, JSON.parse(event.data)));
  stream.addEventListener("reset", (event) => tell(event, EVERYTHING));
  stream.addEventListener("error", again);
}

function close() {
  stream?.close();
  stream = null;
}

/** The browser connects again by itself, but not after an answer that is no stream. */
function again() {
  if (stream?.readyState !== EventSource.CLOSED) return;
  close();
  setTimeout(() => !stream && !document.hidden && callbacks.size && open(), pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
}

/**
 * @param {MessageEvent} event
 * @param {Change} change
 */
function tell(event, change) {
  since = event.lastEventId || since;
  for (const callback of callbacks) callback(change);
}

// A page that nobody sees holds no connection; seen again, it is told what it missed.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) close();
  else if (!stream && callbacks.size) open();
});
