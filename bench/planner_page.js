// Paints with the handlers of real pointer events and times them; then a bare map repaints the same
// units. Ends by itself: after `seconds` of strokes, and with a fault where the map stands still.
async ({ seconds, strokes }) => {
  const page = document.querySelector("wg-editor-page");
  const { map, drawing } = page;
  const gl = map.map;
  const end = performance.now() + seconds * 1000;
  const within = (promise, what) =>
    Promise.race([promise, new Promise((_, fail) => setTimeout(() => fail(new Error(`waited 20 s for ${what}`)), 20_000))]);
  const frames = [];
  const ask = requestAnimationFrame;
  window.requestAnimationFrame = (callback) =>
    ask((now) => {
      const begun = performance.now();
      callback(now);
      frames.push(performance.now() - begun);
    });
  const still = () => new Promise((done) => setTimeout(done));
  const nextFrame = () => new Promise((done) => ask(done));
  const idle = (of) => within(new Promise((done) => (of.loaded() && !of.isMoving() ? done() : of.once("idle", done))), "an idle map");
  const rendered = (of) => within(new Promise((done) => of.once("render", done)), "a frame");
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
  const [script, own, frame, undo, undone, steps] = [[], [], [], [], [], []];
  const repaint = map.repaint.bind(map);
  let moved = [];
  map.repaint = (units) => {
    moved.push(...units);
    repaint(units);
  };
  for (let stroke = 0; stroke < strokes && performance.now() < end; stroke += 1) {
    page.choose(grids[(stroke * 5) % grids.length].no, false);
    await page.updateComplete;
    await idle(gl);
    const y = box.top + 60 + ((box.height - 120) * stroke) / strokes;
    canvas.dispatchEvent(point("pointerdown", box.left + 40, y));
    for (let k = 1; k <= 25; k += 1) {
      await nextFrame();
      await still();
      frames.length = 0;
      moved = [];
      const begun = performance.now();
      canvas.dispatchEvent(point("pointermove", box.left + 40 + ((box.width - 80) * k) / 25, y + 12 * Math.sin(k)));
      await settled();
      const handled = performance.now() - begun;
      if (moved.length === 0) continue;
      await rendered(gl);
      finish(gl);
      frame.push(performance.now() - begun);
      own.push(handled);
      // The frame of the map runs after its render event's listeners: let it end.
      await still();
      script.push(handled + frames.reduce((sum, took) => sum + took, 0));
      steps.push(moved.map((unit) => [unit, map.colourOf(drawing.grid[unit])]));
    }
    canvas.dispatchEvent(point("pointerup", box.left + box.width - 40, y));
    await idle(gl);
    frames.length = 0;
    const begun = performance.now();
    dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true }));
    await settled();
    const handled = performance.now() - begun;
    await rendered(gl);
    finish(gl);
    undone.push(performance.now() - begun);
    await still();
    undo.push(handled + frames.reduce((sum, took) => sum + took, 0));
    await idle(gl);
    dispatchEvent(new KeyboardEvent("keydown", { key: "z", ctrlKey: true, shiftKey: true, bubbles: true }));
    await idle(gl);
  }
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
  const bare = [];
  const late = performance.now() + seconds * 1000;
  for (const moves of steps) {
    if (performance.now() > late) break;
    await nextFrame();
    await still();
    const begun = performance.now();
    for (const [unit, colour] of moves) bareMap.setFeatureState({ source: "cells", id: unit }, { c: colour });
    await rendered(bareMap);
    finish(bareMap);
    bare.push(performance.now() - begun);
  }
  const painted = steps.reduce((sum, moves) => sum + moves.length, 0);
  return { script, own, frame, bare, undo, undone, units: drawing.town.count, grids: grids.length, moves: steps.length, painted };
};
