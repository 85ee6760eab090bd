/** Which figures changed since the last reading, and when the next reading is due. */

import { onChange } from "./changes.js";

/** @typedef {import("./dashboard-figures.js").Figures} Figures */

const WAIT_MS = 400;
const LONGEST_MS = 2000;
const EVERY_MS = 300_000;

/**
 * Call back once for a burst of calls: when it has paused, or after two seconds of it.
 * @param {() => void} act
 */
export function onceABurst(act) {
  let timer = 0;
  let first = 0;
  return () => {
    const now = performance.now();
    if (!timer) first = now;
    clearTimeout(timer);
    const wait = Math.max(0, Math.min(WAIT_MS, first + LONGEST_MS - now));
    timer = window.setTimeout(() => {
      timer = 0;
      act();
    }, wait);
  };
}

/**
 * The large figures of a reading by name, so that two readings can be compared.
 * @param {Figures} told
 * @returns {Map<string, number>}
 */
export function largeFigures({ figures }) {
  const { households, grids, posts, covered, gaps } = figures;
  /** @type {[string, number | null | undefined][]} */
  const pairs = [
    ["communities", figures.communities],
    ["households", households.total],
    ["grids", grids.base + grids.special],
    ["mean-load", grids.mean_load === null ? null : Math.round(grids.mean_load * 100)],
    ["over-cap", grids.over_cap],
    ["vacant", posts.vacant],
    ["covered", covered?.share == null ? null : Math.round(covered.share * 100)],
    ["gaps", gaps?.gaps],
  ];
  return new Map(pairs.flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}

/**
 * How much each figure differs from the reading before; only those that do.
 * @param {Map<string, number>} before
 * @param {Map<string, number>} after
 */
export function differences(before, after) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [name, value] of after) {
    const was = before.get(name);
    if (was !== undefined && was !== value) found.set(name, value - was);
  }
  return found;
}

/**
 * Call back whenever something that is shown may have changed; now and then in any case, for the
 * day turns at midnight.
 * @param {() => void} act
 */
export function watchChanges(act) {
  onChange(act);
  setInterval(act, EVERY_MS);
}
