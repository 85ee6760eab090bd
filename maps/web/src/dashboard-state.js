/** What the dashboard looks at: written in the address, so that it can be sent and kept. */

/** @typedef {"load" | "coverage"} View */
/**
 * @typedef {object} Look
 * @property {string} area 12 digits; empty: everything
 * @property {string} kind facility kind; empty: the first
 * @property {string} speed metres a second; empty: the first walked
 * @property {string} minutes cutoff; empty: the usual one
 * @property {View} view what the map shows
 */

const KEPT = "wangge.theme";

/** @returns {Look} */
export function lookFromAddress() {
  const asked = new URLSearchParams(location.search);
  const said = (/** @type {string} */ name) => asked.get(name) ?? "";
  return {
    area: said("area"),
    kind: said("kind"),
    speed: said("speed"),
    minutes: said("minutes"),
    view: said("view") === "coverage" ? "coverage" : "load",
  };
}

/**
 * The address of a look; what is as usual stays unsaid.
 * @param {Look} look
 */
export function addressOf(look) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(look))
    if (value && value !== "load") asked.set(name, value);
  const query = asked.toString();
  return `${location.pathname}${query ? `?${query}` : ""}`;
}

/** @typedef {"light" | "dark"} Theme */

/**
 * Theme asked for in the address, else the one chosen before in this browser, else the machine's.
 * @returns {Theme}
 */
export function themeWanted() {
  const said = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem(KEPT);
  if (said === "light" || said === "dark") return said;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** @param {Theme} theme */
export function wear(theme) {
  document.documentElement.dataset.theme = theme;
}

/** @param {Theme} theme */
export function keepTheme(theme) {
  localStorage.setItem(KEPT, theme);
  wear(theme);
}
