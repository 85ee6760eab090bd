/** Numbers of new grids: a page chooses one, and the server may have to give another. */

/** @typedef {import("./session.js").Op} Op */

/**
 * Numbers of grids that change with those the server gave: a grid that waits to be made and bears
 * one of these gets the next free one, or two grids would become one.
 * @param {Iterable<number>} known numbers of all grids of the drawing
 * @param {Op} sent
 * @param {Record<number, number>} numbers given to its grids instead of their own
 * @param {Op[]} waiting
 * @returns {Map<number, number>} number of each such grid by the one it had
 */
export function madeRoom(known, sent, numbers, waiting) {
  const whole = new Map(Object.entries(numbers).map(([was, now]) => [Number(was), now]));
  const given = new Set(whole.values());
  let free = Math.max(...known, ...given) + 1;
  for (const op of waiting)
    for (const { no } of op === sent ? [] : op.grids) if (given.has(no)) whole.set(no, free++);
  return whole;
}

/**
 * Call grids by their new numbers wherever an op speaks of them.
 * @param {Op} op
 * @param {(no: number) => number} its
 */
export function renumber(op, its) {
  const named = (/** @type {number | null} */ no) => (no === null ? null : its(no));
  for (const grid of op.grids) grid.no = its(grid.no);
  for (const move of op.moves) [move[1], move[2]] = [named(move[1]), named(move[2])];
  for (const change of op.changes) change[0] = its(change[0]);
}
