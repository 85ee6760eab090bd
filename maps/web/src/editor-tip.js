/** What goes along with the pointer on the planner's map: the tip beside it and the ring of the brush. */

/** @typedef {import("./editor-page.js").EditorPage} EditorPage */

// Where less than this is left on the right, the tip stands left of the pointer.
const ROOM_PX = 280;

/**
 * @param {EditorPage} page
 * @param {PointerEvent} event
 * @param {string} text
 * @param {string[]} warnings
 */
export function showTip(page, event, text, warnings) {
  const tip = tipOf(page);
  if (!tip) return;
  const box = boxOf(page, tip);
  tip.hidden = false;
  const words = [text, ...warnings].join("\n");
  if (tip.dataset.words !== words) {
    tip.dataset.words = words;
    tip.replaceChildren(...[text, ...warnings].map((line, k) => lineOf(line, k > 0)));
  }
  const flip = event.clientX - box.left > box.width - ROOM_PX;
  tip.style.transform = `translate(${event.clientX - box.left + (flip ? -14 : 14)}px, ${event.clientY - box.top + 14}px)${flip ? " translateX(-100%)" : ""}`;
  moveRing(page, event);
}

/** @param {EditorPage} page */
export function hideTip(page) {
  const tip = tipOf(page);
  if (tip) tip.hidden = true;
}

/**
 * @param {EditorPage} page
 * @param {PointerEvent} event
 */
export function moveRing(page, event) {
  const ring = /** @type {HTMLElement | null} */ (page.querySelector(".brush-ring"));
  if (!ring) return;
  const box = boxOf(page, ring);
  ring.style.transform = `translate(${event.clientX - box.left}px, ${event.clientY - box.top}px) translate(-50%, -50%)`;
}

/**
 * The map's box, which what goes along with the pointer is placed in.
 * @param {EditorPage} page
 * @param {HTMLElement} inside
 */
const boxOf = (page, inside) => page.map?.rect ?? /** @type {HTMLElement} */ (inside.parentElement).getBoundingClientRect();

/**
 * @param {EditorPage} page
 * @returns {HTMLElement | null}
 */
const tipOf = (page) => page.querySelector(".pointer-tip");

/**
 * @param {string} text
 * @param {boolean} warns
 */
function lineOf(text, warns) {
  const line = document.createElement("span");
  line.textContent = text;
  if (warns) line.className = "warn";
  return line;
}
