/** Days and times as they are in China, where the grids are, whatever the server or browser goes by. */

const AHEAD_MS = 8 * 3600_000;

/**
 * The day of a moment.
 * @param {string} moment
 */
export function dayOf(moment) {
  return timeOf(moment).slice(0, 10);
}

/**
 * The last day of what ends at a moment: an end at midnight belongs to the day before.
 * @param {string} end
 */
export function lastDayOf(end) {
  return dayOf(new Date(Date.parse(end) - 1).toISOString());
}

/**
 * Day and time of a moment: 2026-03-12 09:30.
 * @param {string} moment
 */
export function timeOf(moment) {
  return new Date(Date.parse(moment) + AHEAD_MS).toISOString().slice(0, 16).replace("T", " ");
}
