/** Finding buildings by whatever somebody types: names, numbers, pinyin, initials, traditional signs. */

/**
 * @typedef {object} Sought
 * @property {string} text name and address as read
 * @property {string} pinyin
 * @property {string} initials
 * @property {string} number
 */

/**
 * Read the pairs of traditional and simplified characters that the server sent.
 * @param {string} pairs
 * @returns {Map<string, string>}
 */
export function foldTable(pairs) {
  const signs = [...pairs];
  /** @type {Map<string, string>} */
  const table = new Map();
  for (let at = 0; at + 1 < signs.length; at += 2) table.set(signs[at], signs[at + 1]);
  return table;
}

/**
 * Half-width, lower case, simplified, without spaces and signs.
 * @param {string} text
 * @param {Map<string, string>} table
 */
export function folded(text, table) {
  const plain = text.normalize("NFKC").toLowerCase().replace(/[\s\-_.,:;'"()#·、，。（）]+/g, "");
  return [...plain].map((sign) => table.get(sign) ?? sign).join("");
}

/**
 * @param {import("./state.js").Building} building
 * @param {import("./state.js").Courtyard | null} courtyard
 * @param {Map<string, string>} table
 * @returns {Sought}
 */
export function soughtAs(building, courtyard, table) {
  const name = `${courtyard?.name ?? ""}${building.name ?? ""}`;
  return {
    text: folded(`${name}|${building.address ?? ""}`.replace("|", "\n"), table),
    pinyin: (courtyard?.pinyin ?? "") + building.pinyin,
    initials: (courtyard?.initials ?? "") + building.initials,
    number: folded(building.number ?? building.name ?? "", table),
  };
}

/**
 * How well a building fits: 0 not at all; the exact number best.
 * @param {Sought} sought
 * @param {string[]} parts folded words of the query
 */
export function fit(sought, parts) {
  let worst = 4;
  for (const part of parts) {
    const here = fitOfPart(sought, part);
    if (here === 0) return 0;
    worst = Math.min(worst, here);
  }
  return worst;
}

/**
 * @param {Sought} sought
 * @param {string} part
 */
function fitOfPart(sought, part) {
  if (sought.number === part) return 4;
  if (sought.text.startsWith(part) || sought.initials.startsWith(part)) return 3;
  if (sought.text.includes(part) || sought.pinyin.startsWith(part)) return 2;
  // ü is typed u, v or yu.
  const typed = part.replace(/([ln])v/g, "$1u");
  return sought.pinyin.includes(typed) || sought.initials.includes(part) ? 1 : 0;
}

/**
 * @param {string} query
 * @param {Map<string, string>} table
 */
export function queryParts(query, table) {
  return query
    .trim()
    .split(/\s+/)
    .map((word) => folded(word, table))
    .filter((word) => word !== "");
}
