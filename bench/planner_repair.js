// A stroke that leaves a grid above its cap; then repair, from the key until its figures are drawn.
async (times) => {
  const page = document.querySelector("wg-editor-page");
  const { drawing, session } = page;
  const key = (name, more = {}) => dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, ...more }));
  const seen = (what) =>
    new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error("waited 60 s for the preview")), 60_000);
      const look = () => {
        if (!what()) return requestAnimationFrame(look);
        clearTimeout(late);
        requestAnimationFrame(() => setTimeout(done));
      };
      look();
    });
  const took = [];
  for (let k = 0; k < times; k += 1) {
    const goal = drawing.grid[k * 19];
    const { neighbours } = drawing.town;
    const near = [...drawing.figures(goal).units].flatMap((unit) => [...neighbours.items.subarray(neighbours.start[unit], neighbours.start[unit + 1])]);
    const units = [...new Set(near)].filter((unit) => drawing.grid[unit] !== goal);
    session.draw(units.map((unit) => [unit, drawing.grid[unit], goal]));
    await seen(() => session.pending.length === 0);
    const begun = performance.now();
    key("f");
    await seen(() => page.querySelector("dialog table.figures"));
    took.push(performance.now() - begun);
    page.dialog = null;
    await page.updateComplete;
    key("z", { ctrlKey: true });
    await seen(() => session.pending.length === 0);
  }
  return took;
};
