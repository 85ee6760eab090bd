/** Which tiles of a map a change touches. */

/** @typedef {import("./changes.js").Change} Change */
/** @typedef {{x: number, y: number, z: number}} TileId */
/** @typedef {[number, number, number, number]} Box west, south, east, north in degrees */

// 64 units of 4,096 lie around a tile, and two more for rounding.
const BUFFER = 66 / 4096;
// A map draws tiles of another zoom while those of its own are on the way.
const COARSER = 4;
const FINER = 1;

/**
 * Ask for the tiles in view that a change touches once more; the others stay.
 * @param {import("maplibre-gl").Map} map
 * @param {Change} change
 * @param {HTMLElement} box of the map; its mark of rest goes until the tiles are there
 */
export function refreshTouched(map, change, box) {
  for (const [name, { type }] of Object.entries(map.getStyle()?.sources ?? {})) {
    const source = map.getSource(name);
    if (type !== "vector" || !source) continue;
    const tiles = /** @type {import("maplibre-gl").VectorTileSource} */ (source);
    const layers = layersOf(tiles.tiles?.[0] ?? tiles.url ?? "");
    if (change.layers && !layers.some((layer) => change.layers?.includes(layer))) continue;
    if (layers.length === 0) continue;
    refreshSource(map, name, tiles, change, box);
  }
}

/**
 * @param {import("maplibre-gl").Map} map
 * @param {string} name
 * @param {import("maplibre-gl").VectorTileSource} source
 * @param {Change} change
 * @param {HTMLElement} box
 */
function refreshSource(map, name, source, { boxes, below }, box) {
  const seen = map.getBounds();
  /** @type {Box} */
  const view = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
  const highest = Math.min(source.maxzoom, (below ?? Infinity) - 1);
  const ids = touchedTiles(boxes, view, map.getZoom(), source.minzoom, highest);
  if (ids.length === 0) return;
  // What is still on its way may have been drawn before the change: ask again when it is here.
  const waits = !map.isSourceLoaded(name);
  box.toggleAttribute("data-idle", false);
  map.refreshTiles(name, ids);
  if (waits) map.once("idle", () => map.getSource(name) && map.refreshTiles(name, ids));
}

/**
 * Layers that a source of our tiles draws; none for other sources.
 * @param {string} url of the TileJSON, or with {z} in it
 */
function layersOf(url) {
  const named = /\/tiles\/([^/?]+?)(?:\.json|\/\{z\})/.exec(url);
  return named ? named[1].split(",") : [];
}

/**
 * Tiles in view that a change touches.
 * @param {Box[] | null} boxes null: everywhere
 * @param {Box} view
 * @param {number} zoom of the map
 * @param {number} lowest zoom of the source
 * @param {number} highest
 * @returns {TileId[]}
 */
export function touchedTiles(boxes, view, zoom, lowest, highest) {
  const own = Math.min(Math.max(Math.floor(zoom), lowest), highest);
  /** @type {Map<string, TileId>} */
  const found = new Map();
  for (let z = Math.max(lowest, own - COARSER); z <= Math.min(highest, own + FINER); z += 1)
    for (const box of boxes ?? [view]) for (const id of within(box, view, z)) found.set(key(id), id);
  return [...found.values()];
}

/**
 * @param {Box} box
 * @param {Box} view
 * @param {number} z
 */
function within(box, view, z) {
  const [left, top, right, bottom] = range(box, z, BUFFER);
  const [first, upper, last, lower] = range(view, z, 0);
  const ids = [];
  for (let x = Math.max(left, first); x <= Math.min(right, last); x += 1)
    for (let y = Math.max(top, upper); y <= Math.min(bottom, lower); y += 1) ids.push({ x, y, z });
  return ids;
}

/**
 * @param {Box} box
 * @param {number} z
 * @param {number} margin in tiles
 */
function range([west, south, east, north], z, margin) {
  const side = 2 ** z;
  const bound = (/** @type {number} */ at) => Math.floor(Math.min(Math.max(at, 0), side - 1));
  const row = (/** @type {number} */ lat) =>
    (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * side;
  const column = (/** @type {number} */ lon) => ((lon + 180) / 360) * side;
  return [
    bound(column(west) - margin),
    bound(row(north) - margin),
    bound(column(east) + margin),
    bound(row(south) + margin),
  ];
}

/** @param {TileId} id */
const key = ({ x, y, z }) => `${z}/${x}/${y}`;
