/**
 * Elders by building, for planners who may see them: cells hatched the closer, the more there are.
 * Only what came with the plan's document is shown; without the right to counts there is nothing.
 */

import { outlineOf } from "./editor-shapes.js";
import { token } from "./page.js";

/** @typedef {import("./editor/town.js").Town} Town */

/** From how many elders a class begins. */
export const ELDER_CLASSES = [1, 5, 10];
/** Pixels between the strokes of each class's hatch. */
const SPACING = [12, 8, 4];
const IMAGE = "elders-";

/** Whether whoever looks may see elders at all. @param {Town} town */
export const tellsElders = (town) => town.units.elders !== null;

/**
 * The cells of buildings with elders, by class.
 * @param {Town} town
 * @returns {import("maplibre-gl").GeoJSONSourceSpecification}
 */
export function elderSource(town) {
  const elders = town.units.elders ?? [];
  const levels = ELDER_CLASSES.map((from, level) => {
    const to = ELDER_CLASSES[level + 1] ?? Infinity;
    return new Set([...elders.keys()].filter((unit) => (elders[unit] ?? 0) >= from && (elders[unit] ?? 0) < to));
  });
  const features = levels.flatMap((units, level) =>
    units.size ? [{ type: "Feature", id: level, properties: { image: `${IMAGE}${level}` }, geometry: outlineOf(town, units) }] : [],
  );
  return { type: "geojson", data: { type: "FeatureCollection", features: /** @type {GeoJSON.Feature[]} */ (features) } };
}

export const ELDER_LOOK = { type: "fill", paint: { "fill-pattern": ["get", "image"], "fill-opacity": 0.75 } };

/**
 * Draw the hatches when a map first asks for them, also after its style was changed.
 * @param {import("maplibre-gl").Map} map
 */
export function drawHatches(map) {
  map.on("styleimagemissing", ({ id }) => {
    if (id.startsWith(IMAGE) && !map.hasImage(id)) map.addImage(id, hatch(SPACING[Number(id.slice(IMAGE.length))]), { pixelRatio: 2 });
  });
}

/** A square of slanted strokes that goes on without a seam. @param {number} spacing in CSS pixels */
function hatch(spacing) {
  const size = spacing * 2;
  const canvas = new OffscreenCanvas(size, size);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.strokeStyle = token("--ink");
  pen.lineWidth = 2;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 2, size + 2);
    pen.lineTo(shift + size + 2, -2);
  }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}
