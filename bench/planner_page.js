// Paints with the handlers of real pointer events, one move at a time; then a bare map repaints the
// same units. A map that stands still for 20 s ends the run with a fault.
async (strokes) => {
  const page = document.querySelector("wg-editor-page");
  const { map, drawing } = page;
  const gl = map.map;
  const within = (promise, what) =>
    Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error(`waited 20 s for ${what}`)), 20_000))]);
  const still = () => new Promise((done) => setTimeout(done));
  const nextFrame = () => new Promise((done) => requestAnimationFrame(done));
  const idle = (of) => within(new Promise((done) => (of.loaded() && !of.isMoving() ? done() : of.once("idle", done))), "an idle map");
  const rendered = (of) => within(new Promise((done) => of.once("render", done)), "a frame");
  // The editor draws its own frames while a stroke lasts; each is waited for, whoever drew it.
  const drawn = () => within(map.still.drawn(), "a frame of the editor");
  const finish = (of) => {
    const context = of.getCanvas().getContext("webgl2");
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  };
  // What the handlers queue as microtasks, such as rows of the list, belongs to them.
  const settled = async () => {
    for (let k = 0; k < 20; k += 1) await null;
  };
  gl.setZoom(gl.getZoom() + 1.2);
  page.tool = "brush";
  page.size = 2;
  const grids = drawing.list().filter(({ units }) => units.size);
  page.choose(grids[0].no, false);
  await page.updateComplete;
  await idle(gl);
  const canvas = gl.getCanvasContainer();
  const box = canvas.getBoundingClientRect();
  const point = (type, x, y) =>
    new PointerEvent(type, { pointerId: 1, isPrimary: true, button: 0, buttons: 1, bubbles: true, pointerType: "mouse", clientX: x, clientY: y });
  canvas.setPointerCapture = () => {};
  canvas.hasPointerCapture = () => false;
  const steps = [];
  const repaint = map.repaint.bind(map);
  let moved = [];
  map.repaint = (units) => {
    moved.push(...units);
    repaint(units);
  };
  const heightOf = (stroke) => box.top + 60 + ((box.height - 120) * stroke) / strokes;
  const key = (more) => dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true, ...more }));
  const bench = {
    grids: grids.length,
    units: drawing.town.count,
    steps,
    /** Milliseconds until the first frame of a stroke, a whole one, is drawn. */
    async begin(stroke) {
      page.choose(grids[(stroke * 5) % grids.length].no, false);
      await page.updateComplete;
      await idle(gl);
      await nextFrame();
      const begun = performance.now();
      canvas.dispatchEvent(point("pointerdown", box.left + 40, heightOf(stroke)));
      await drawn();
      finish(gl);
      const took = performance.now() - begun;
      await still();
      return took;
    },
    /** Milliseconds until a move is drawn; null where it took nothing. */
    async move(stroke, k) {
      moved = [];
      const begun = performance.now();
      canvas.dispatchEvent(point("pointermove", box.left + 40 + ((box.width - 80) * k) / 25, heightOf(stroke) + 12 * Math.sin(k)));
      await settled();
      if (moved.length === 0) return null;
      await drawn();
      finish(gl);
      const took = performance.now() - begun;
      steps.push(moved.map((unit) => [unit, map.colourOf(drawing.grid[unit])]));
      await still();
      return took;
    },
    async end(stroke) {
      canvas.dispatchEvent(point("pointerup", box.left + box.width - 40, heightOf(stroke)));
      await idle(gl);
    },
    async undo() {
      const begun = performance.now();
      key({});
      await settled();
      await drawn();
      finish(gl);
      const took = performance.now() - begun;
      await still();
      return took;
    },
    async redo() {
      key({ shiftKey: true });
      await idle(gl);
    },
    bare,
  };
  window.bench = bench;
  async function bare(seconds) {
    // The same ground as one source of MapLibre, its cells coloured by feature state.
    const { ring, start, stepX, stepY } = drawing.town.cells;
    const { west, south, step } = drawing.town.scale;
    const ringOf = (r) => [...Array.from({ length: start[r + 1] - start[r] }, (_, k) => start[r] + k), start[r]].map((p) => [west + stepX[p] * step, south + stepY[p] * step]);
    const features = Array.from({ length: drawing.town.count }, (_, unit) => ({
      type: "Feature", id: unit, properties: {},
      geometry: { type: "Polygon", coordinates: Array.from({ length: ring[unit + 1] - ring[unit] }, (_, k) => ringOf(ring[unit] + k)) },
    }));
    const style = gl.getStyle();
    const own_sources = new Set(Object.keys(map.own));
    const sources = Object.fromEntries(Object.entries(style.sources).filter(([name]) => !own_sources.has(name)));
    const hex = (colour) => `rgb(${colour.map((part) => Math.round(part * 255)).join()})`;
    const colours = ["match", ["coalesce", ["feature-state", "c"], 0], ...map.ground.palette.slice(1).flatMap((colour, k) => [k + 1, hex(colour)]), hex(map.ground.palette[0])];
    const cells = { id: "cells", type: "fill", source: "cells", paint: { "fill-color": colours, "fill-opacity": 0.35, "fill-antialias": false } };
    const below = style.layers.filter(({ source }) => !own_sources.has(source));
    const labels = below.findIndex(({ type }) => type === "symbol");
    const camera = { center: gl.getCenter(), zoom: gl.getZoom() };
    const { Map: GlMap } = await import("maplibre-gl");
    const holder = document.createElement("div");
    holder.className = "map";
    document.querySelector(".map-side").append(holder);
    gl.remove();
    const whole = { type: "geojson", maxzoom: 17, tolerance: 0.2, buffer: 8, data: { type: "FeatureCollection", features } };
    const bareMap = new GlMap({
      container: holder, attributionControl: false, ...camera,
      style: { ...style, sources: { ...sources, cells: whole }, layers: [...below.slice(0, labels), cells, ...below.slice(labels)] },
    });
    await within(new Promise((done) => bareMap.once("load", done)), "the bare map");
    for (let unit = 0; unit < drawing.town.count; unit += 1) bareMap.setFeatureState({ source: "cells", id: unit }, { c: 1 });
    await idle(bareMap);
    const took = [];
    const late = performance.now() + seconds * 1000;
    for (const moves of steps) {
      if (performance.now() > late) break;
      await nextFrame();
      await still();
      const begun = performance.now();
      for (const [unit, colour] of moves) bareMap.setFeatureState({ source: "cells", id: unit }, { c: colour });
      await rendered(bareMap);
      finish(bareMap);
      took.push(performance.now() - begun);
    }
    return took;
  }
};
