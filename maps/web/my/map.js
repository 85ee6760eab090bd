/** Simple shapes of one's grids on a Leaflet map: no WebGL, no tiles, nothing from elsewhere. */

const ROW_M = 45;

/**
 * @typedef {{code: string, name: string | null, parts: number[][]}} Shape
 * @typedef {{grids: Shape[], courtyards: Shape[], buildings: Shape[], streets: Shape[], gates: Shape[]}} Shapes
 */

/** @param {number[]} flat lon and lat by turns */
function positions(flat) {
  const found = [];
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([flat[at + 1], flat[at]]);
  return found;
}

/** @param {string} name */
function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * @param {HTMLElement} place
 * @param {Shapes} shapes
 * @param {{h: any, t: any, state: any, besides: any}} tools
 */
export function drawMap(place, shapes, tools) {
  const { h, t } = tools;
  const L = /** @type {any} */ (window).L;
  const told = h("p.said", { role: "status", id: "way" });
  const holder = h("div.map", { role: "region", "aria-label": t("map.label") });
  place.replaceChildren(told, holder);
  const map = L.map(holder, { attributionControl: false, preferCanvas: true, zoomControl: true, maxZoom: 21 });
  const outline = ground(L, map, shapes);
  const named = L.layerGroup().addTo(map);
  const label = () => names(L, map, named, tools.state);
  map.on("moveend", label);
  // The frame has a size once it stands in the page.
  const fit = () => {
    map.invalidateSize();
    const bounds = outline.getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [8, 8], maxZoom: 19 });
  };
  new ResizeObserver(() => (map.getZoom() === undefined ? fit() : map.invalidateSize())).observe(holder);
  const walk = L.layerGroup().addTo(map);
  place.addEventListener("way", (event) => {
    void way(/** @type {CustomEvent} */ (event).detail, { L, map, walk, told, ...tools });
  });
}

/**
 * @param {any} L
 * @param {any} map
 * @param {Shapes} shapes
 */
function ground(L, map, shapes) {
  const line = (/** @type {string} */ colour, /** @type {number} */ weight) => ({ color: token(colour), weight, interactive: false });
  const filled = (/** @type {string} */ fill, /** @type {string} */ edge, /** @type {number} */ weight) => ({
    ...line(edge, weight),
    fillColor: token(fill),
    fillOpacity: 1,
  });
  const all = (/** @type {Shape[]} */ some, /** @type {(p: number[][]) => any} */ make) => {
    for (const shape of some) for (const part of shape.parts) make(positions(part)).addTo(map);
  };
  all(shapes.courtyards, (p) => L.polygon(p, filled("--map-green", "--map-court-edge", 1)));
  all(shapes.streets, (p) => L.polyline(p, line("--map-street-casing", 5)));
  all(shapes.streets, (p) => L.polyline(p, line("--map-street", 3)));
  all(shapes.buildings, (p) => L.polygon(p, filled("--map-building", "--map-building-edge", 1)));
  all(shapes.gates, (p) => L.circleMarker(p[0], { ...filled("--accent", "--paper", 2), radius: 5 }));
  const outline = L.featureGroup().addTo(map);
  for (const shape of shapes.grids)
    for (const part of shape.parts) L.polygon(positions(part), { ...line("--accent", 2), fill: false }).addTo(outline);
  return outline;
}

/**
 * Names of buildings, once there is room for them.
 * @param {any} L
 * @param {any} map
 * @param {any} layer
 * @param {any} state
 */
function names(L, map, layer, state) {
  layer.clearLayers();
  const metresPerPixel = (40_075_016 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / 2 ** (map.getZoom() + 8);
  if (ROW_M / metresPerPixel < 40) return;
  const seen = map.getBounds();
  for (const building of state.list?.buildings ?? []) {
    const at = [building.lat, building.lon];
    if (!seen.contains(at)) continue;
    const text = document.createElement("span");
    text.textContent = building.name ?? "";
    layer.addLayer(L.marker(at, { interactive: false, icon: L.divIcon({ className: "map-name", html: text, iconSize: [64, 20] }) }));
  }
}

/**
 * @param {string} code
 * @param {any} with_
 */
async function way(code, with_) {
  const { L, map, walk, told, t, state, besides } = with_;
  const building = state.list?.buildings.find((/** @type {any} */ b) => b.code === code);
  if (!building) return;
  walk.clearLayers();
  map.setView([building.lat, building.lon], 18);
  L.circleMarker([building.lat, building.lon], mark("--danger")).addTo(walk);
  const here = await position();
  if (!here) {
    told.textContent = t("map.no-position");
    return;
  }
  // Not kept: where somebody is stands in the address.
  const found = await besides(`/my/way/${encodeURIComponent(code)}?lon=${here[0]}&lat=${here[1]}`, null);
  const line = found ? found.line : [here, [building.lon, building.lat]];
  const drawn = L.polyline(
    line.map((/** @type {number[]} */ [lon, lat]) => [lat, lon]),
    { color: token("--danger"), weight: 5, dashArray: found?.method === "network" ? undefined : "8 8" },
  ).addTo(walk);
  L.circleMarker([here[1], here[0]], mark("--load-low")).bindTooltip(t("map.here")).addTo(walk);
  map.fitBounds(drawn.getBounds(), { padding: [24, 24], maxZoom: 19 });
  const label = building.name ?? code;
  const metres = Math.round(found ? found.metres : map.distance([here[1], here[0]], [building.lat, building.lon]));
  told.textContent =
    found?.method === "network" ? t("map.way", { label, metres, minutes: Math.ceil(found.minutes) }) : t("map.straight", { label, metres });
}

/** @param {string} colour */
function mark(colour) {
  return { radius: 8, color: token("--paper"), weight: 2, fillColor: token(colour), fillOpacity: 1 };
}

/** @returns {Promise<[number, number] | null>} */
function position() {
  if (!window.isSecureContext || !navigator.geolocation) return Promise.resolve(null);
  return new Promise((resolve) =>
    navigator.geolocation.getCurrentPosition(
      (found) => resolve([found.coords.longitude, found.coords.latitude]),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    ),
  );
}
