/** What the server wrote into the page: addresses and settings. */

const given = document.documentElement.dataset;

/** Sub-path of the service, "" or "/name". */
export const base = given.base ?? "";
/** Folder of our own files, with their version. */
export const own = given.own ?? "";
/** Who owns the data on the map. */
export const attribution = given.attribution ?? "";
/** 审图号, the map review number; empty when the operator has set none. */
export const reviewNumber = given.reviewNumber ?? "";
/** Up to which change the server knew when it made this page; empty when it did not. */
export const mark = given.mark ?? "";
/** Name of who is signed in; empty when nobody is. */
export const who = given.who ?? "";

/** What whoever reads may do, as far as the service knows them. */
export const rights = new Set((given.rights ?? "").split(" ").filter(Boolean));

/** Whether the service knows who reads; some things are not told to strangers. */
export const known = Boolean(given.known);

/**
 * Value of a design token, such as "--accent".
 * @param {string} name
 */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
