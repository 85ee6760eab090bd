/** Where the service keeps its styles. */

import { base } from "./page.js";
import { language } from "./texts.js";

/**
 * Address of a style in the language of the page, or of its legend.
 * @param {string} name
 * @param {Record<string, string>} query handed on to the tiles
 * @param {"" | "/legend"} [part]
 */
export function styleAddress(name, query, part = "") {
  const asked = new URLSearchParams({ lang: language(), ...query });
  return `${base}/styles/${name}${part}.json?${asked}`;
}
