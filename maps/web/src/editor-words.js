/** A drawing in words: the tip beside the pointer, what is wrong, what an edit did. */

import { NONE } from "./editor/drawing.js";
import { grouped, percent } from "./figures.js";
import { t } from "./texts.js";

/** @typedef {import("./editor/drawing.js").Drawing} Drawing */

/**
 * What a stroke moves so far, where to, and what that does there.
 * @param {Drawing} drawing
 * @param {import("./editor/strokes.js").Stroke} stroke
 */
export function strokeWords(drawing, stroke) {
  const moved = { buildings: stroke.buildings.size, households: grouped(stroke.households) };
  if (stroke.target === NONE) return t("editor.tip.erase", moved);
  const { name } = drawing.figures(stroke.target);
  const loads = { before: percent(stroke.before), after: percent(drawing.share(stroke.target)) };
  return t("editor.tip", { ...moved, grid: name, ...loads });
}

/**
 * What the grids of a stroke suffer, told within the stroke.
 * @param {Drawing} drawing
 * @param {import("./editor/strokes.js").Stroke} stroke
 */
export function strokeWarnings(drawing, stroke) {
  const words = [];
  const grids = new Set([stroke.target, ...stroke.from.values()]);
  grids.delete(NONE);
  for (const no of grids) {
    const grid = drawing.figures(no);
    if (drawing.pieces(no) > 1) words.push(t("editor.warn.pieces", { grid: grid.name, n: drawing.pieces(no) }));
    if (grid.load > drawing.town.rules.capacity && no === stroke.target)
      words.push(t("editor.warn.over", { grid: grid.name, load: percent(drawing.share(no)) }));
    if (grid.units.size === 0) words.push(t("editor.warn.empty", { grid: grid.name }));
  }
  const { part, courtyard, courtyards } = drawing.town;
  const split = new Set([...stroke.from.keys()].filter((unit) => part[unit] >= 0 && drawing.gridsOfPart[part[unit]] > 1).map((unit) => courtyard[unit]));
  for (const its of split) words.push(t("editor.warn.courtyard", { name: courtyards.name[its] ?? courtyards.code[its] }));
  if (stroke.locked.size) words.push(t("editor.warn.locked", { n: stroke.locked.size }));
  return words;
}

/**
 * @param {Drawing} drawing
 * @param {import("./editor/problems.js").Found} found
 */
export function problemWords(drawing, found) {
  const { courtyards } = drawing.town;
  const grid = found.grid === null ? "" : drawing.figures(found.grid).name;
  const courtyard = found.courtyard === undefined ? "" : (courtyards.name[found.courtyard] ?? courtyards.code[found.courtyard]);
  const values = { grid, courtyard, n: grouped(found.households), units: found.units.length, pieces: found.pieces ?? 0 };
  return t(`editor.problem.${found.kind}`, values);
}

/**
 * Name of a unit: its building with its courtyard, or what kind of ground it is.
 * @param {import("./editor/town.js").Town} town
 * @param {number} unit
 */
export function unitName(town, unit) {
  const { name, building, unit_id, kind } = town.units;
  const its = town.courtyard[unit];
  const courtyard = its < 0 ? "" : (town.courtyards.name[its] ?? "");
  if (kind[unit] === "ground") return t("editor.ground", { name: courtyard || unit_id[unit] });
  const own = name[unit] ?? building[unit] ?? unit_id[unit];
  const number = unit_id[unit].slice((building[unit] ?? "").length + 1);
  const stairwell = kind[unit] === "stairwell" ? ` · ${t("editor.stairwell", { n: number })}` : "";
  return `${courtyard ? `${courtyard} ` : ""}${own}${stairwell}`;
}

/**
 * A grid's name; in words where a unit is in none.
 * @param {Drawing} drawing
 * @param {number | null} no
 */
export function gridName(drawing, no) {
  if (no === null || no === NONE) return t("editor.none");
  return drawing.grids.get(no)?.name ?? `#${no + 1}`;
}

/**
 * What a plan's edit did.
 * @param {import("./editor/history.js").Edit} edit
 * @param {Drawing} drawing
 */
export function editWords(edit, drawing) {
  const to = new Set(edit.moves.map(([, , grid]) => grid));
  const [one] = to;
  const where = to.size === 1 ? gridName(drawing, one) : t("editor.several", { n: to.size });
  const moved = edit.moves.length ? [t("editor.edit.moved", { n: grouped(edit.moves.length), where })] : [];
  const back = edit.undoes == null ? [] : [t("editor.edit.undoes", { n: edit.undoes })];
  return [...moved, ...edit.changes.map((change) => changeWords(change, drawing)), ...back].join(t("list.comma"));
}

/**
 * @param {import("./editor/drawing.js").Change} change
 * @param {Drawing} drawing
 */
function changeWords([no, aspect, was, is], drawing) {
  if (aspect === "name") return t("editor.edit.name", { was: String(was), is: String(is) });
  if (aspect === "kind") return t("editor.edit.kind", { grid: gridName(drawing, no), is: t(`editor.grid-kind.${is}`) });
  return t(`editor.edit.${aspect}.${is}`, { grid: gridName(drawing, no) });
}

/**
 * Why an edit was made, as far as somebody said so: in general, for each rule, to whoever drew.
 * @param {import("./editor/history.js").Edit} edit
 * @returns {string[]}
 */
export function whyWords({ why, detail }) {
  const reasons = Object.entries(detail?.reasons ?? {}).map(([kind, text]) => `${t(`editor.rule-name.${kind}`)} · ${text}`);
  return [...new Set([why, ...reasons, detail?.remarks].filter((line) => typeof line === "string" && line))].map(String);
}
