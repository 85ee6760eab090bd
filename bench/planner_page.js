// Paints with real pointer events' handlers and times them; then repaints the same units on a bare map.
async () => {
  const page = document.querySelector("wg-editor-page");
  const { map, drawing } = page;
  const gl = map.map;
  const frames = [];
  const ask = requestAnimationFrame;
  window.requestAnimationFrame = (callback) =>
    ask((now) => {
      const begun = performance.now();
      callback(now);
      frames.push(performance.now() - begun);
    });
  const idle = (of) => new Promise((done) => (of.loaded() && !of.isMoving() ? done() : of.once("idle", done)));
  const finish = (canvas) => {
    const context = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
    context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  };
  const rendered = (of) => new Promise((done) => of.once("render", done));
  gl.setZoom(gl.getZoom() + 1.2);
  await idle(gl);
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
  const [script, own, frame, undo, steps] = [[], [], [], [], []];
  const repaint = map.repaint.bind(map);
  let moved = [];
  map.repaint = (units) => {
    moved.push(...units);
    repaint(units);
  };
  for (let stroke = 0; stroke < 12; stroke += 1) {
    page.choose(grids[(stroke * 5) % grids.length].no, false);
    await page.updateComplete;
    const y = box.top + 60 + ((box.height - 120) * stroke) / 12;
    canvas.dispatchEvent(point("pointerdown", box.left + 40, y));
    for (let k = 1; k <= 25; k += 1) {
      await new Promise((done) => ask(done));
      frames.length = 0;
      moved = [];
      const begun = performance.now();
      canvas.dispatchEvent(point("pointermove", box.left + 40 + ((box.width - 80) * k) / 25, y + 12 * Math.sin(k)));
      await Promise.resolve();
      await Promise.resolve();
      const handled = performance.now() - begun;
      if (moved.length === 0) continue;
      await rendered(gl);
      finish(gl.getCanvas());
      frame.push(performance.now() - begun);
      own.push(handled);
      // The frame of the map runs after its render event's listeners: let it end.
      await new Promise((done) => setTimeout(done));
      script.push(handled + frames.reduce((sum, took) => sum + took, 0));
      steps.push(moved.map((unit) => [unit, map.colourOf(drawing.grid[unit])]));
    }
    canvas.dispatchEvent(point("pointerup", box.left + box.width - 40, y));
    await idle(gl);
    const begun = performance.now();
    page.step("undo");
    await page.updateComplete;
    undo.push(performance.now() - begun);
    page.step("redo");
    await idle(gl);
  }
  const style = gl.getStyle();
  const ground = style.layers.findIndex(({ id }) => id === "cells");
  const kept = new Set(["cells", ...style.layers.slice(0, ground).map(({ id }) => id)]);
  const { Map: GlMap } = await import("maplibre-gl");
  const holder = document.createElement("div");
  holder.className = "map";
  document.querySelector(".map-side").append(holder);
  const sources = Object.fromEntries(Object.entries(style.sources).filter(([name]) => !["borders", "edges", "grids", "grid-labels", "marked", "hand"].includes(name)));
  const camera = { center: gl.getCenter(), zoom: gl.getZoom() };
  gl.remove();
  const bareMap = new GlMap({ container: holder, style: { ...style, sources, layers: style.layers.filter(({ id }) => kept.has(id)) }, attributionControl: false, ...camera });
  await new Promise((done) => bareMap.once("load", done));
  for (let unit = 0; unit < drawing.town.count; unit += 1) bareMap.setFeatureState({ source: "cells", id: unit }, { c: 1 });
  await idle(bareMap);
  const bare = [];
  for (const step of steps) {
    await new Promise((done) => ask(done));
    const begun = performance.now();
    for (const [unit, colour] of step) bareMap.setFeatureState({ source: "cells", id: unit }, { c: colour });
    await rendered(bareMap);
    finish(bareMap.getCanvas());
    bare.push(performance.now() - begun);
  }
  const painted = steps.reduce((sum, step) => sum + step.length, 0);
  return { script, own, frame, bare, undo, units: drawing.town.count, grids: grids.length, moves: steps.length, painted };
};
