// The core of the planner's page against a plain recomputation: random towns, random strokes.
import { readFileSync } from "node:fs";

const given = process.argv.at(-1);
const { seeds, documents, histories } = JSON.parse(readFileSync(given, "utf8"));
const own = (name) => import(`file://${process.cwd()}/src/editor/${name}.js`);
const { Drawing, NONE, piecesOf, compactness } = await own("drawing");
const { readTown } = await own("town");
const { Places, meet } = await own("places");
const { Stroke, apply, inverse, rightOf } = await own("strokes");
const { problemsOf } = await own("problems");
const { Session } = await own("session");
const { Stacks } = await own("history");
const { mineOf, othersOf } = await own("outbox");
const { Hues, neighboursOf } = await own("hues");
const { groundPlaces, triangles } = await own("ground-places");

let checked = 0;
function same(found, wanted, what) {
  checked += 1;
  const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: found ${a}, wanted ${b}`);
}

/** Whole numbers below n, the same for the same seed (mulberry32). */
function chance(seed) {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

/** A town of crooked squares: courtyards of blocks, a river, a road, towers of stairwells. */
function madeUp(random) {
  const [columns, rows] = [4 + random(6), 4 + random(6)];
  const count = columns * rows;
  const corner = (i, j) => [i * 400 + (i % columns ? random(120) : 0), j * 400 + (j % rows ? random(120) : 0)];
  const corners = Array.from({ length: columns + 1 }, (_, i) => Array.from({ length: rows + 1 }, (_, j) => corner(i, j)));
  const unit = (i, j) => (i < 0 || j < 0 || i >= columns || j >= rows ? -1 : j * columns + i);
  const river = 1 + random(rows - 1);
  const borders = { left: [], right: [], length_cm: [], along: ["nothing", "river", "arterial"], runs_along: [], passage: [], points: [], dx: [], dy: [] };
  let last = [0, 0];
  const add = (a, b, left, right, along) => {
    if (left < 0) [a, b, left, right] = [b, a, right, left];
    borders.left.push(left);
    borders.right.push(right);
    borders.length_cm.push(Math.round(Math.hypot(a[0] - b[0], a[1] - b[1])));
    if (along === 1 && random(4) === 0) borders.passage.push(borders.left.length - 1);
    borders.runs_along.push(along);
    borders.points.push(2);
    for (const point of [a, b]) {
      borders.dx.push(point[0] - last[0]);
      borders.dy.push(point[1] - last[1]);
      last = point;
    }
  };
  for (let i = 0; i < columns; i += 1)
    for (let j = 0; j <= rows; j += 1) add(corners[i][j], corners[i + 1][j], unit(i, j), unit(i, j - 1), j === river ? 1 : 0);
  for (let i = 0; i <= columns; i += 1)
    for (let j = 0; j < rows; j += 1) add(corners[i][j], corners[i][j + 1], unit(i - 1, j), unit(i, j), i === 2 ? 2 : 0);
  const touching = { a: [], b: [] };
  borders.left.forEach((left, b) => {
    if (borders.right[b] < 0 || (borders.runs_along[b] === 1 && !borders.passage.includes(b))) return;
    touching.a.push(left);
    touching.b.push(borders.right[b]);
  });
  const units = Array.from({ length: count }, (_, u) => u);
  const middle = (axis) => units.map((u) => {
    const [i, j] = [u % columns, Math.floor(u / columns)];
    return Math.round((corners[i][j][axis] + corners[i + 1][j + 1][axis] + corners[i + 1][j][axis] + corners[i][j + 1][axis]) / 4);
  });
  const households = units.map(() => (random(5) ? 20 + random(60) : 0));
  const grids = 2 + random(5);
  return {
    plan: { id: 1, revision: 1 },
    rules: { name: "r", caps: { old: 150 }, capacity: 150, keep_courtyards: true, hard_barriers: ["river"], soft_barriers: ["arterial"], fill: 0.95 },
    scale: { west: 104.6, south: 28.4, step: 1e-7 },
    units: {
      unit_id: units.map((u) => `u${u}`), kind: units.map(() => "building"), households, estimated: units.filter(() => random(4) === 0),
      load: households, building: units.map((u) => (random(6) ? `b${u}` : `b${Math.max(u - 1, 0)}`)), name: units.map(() => null),
      courtyard: units.map((u) => (random(5) ? Math.floor((u % columns) / 2) + 8 * Math.floor(u / columns / 2) : -1)), x: middle(0), y: middle(1), elders: null,
    },
    courtyards: { code: Array.from({ length: 64 }, (_, c) => `c${c}`), name: Array(64).fill(null), kind: Array(64).fill("old") },
    borders, touching,
    grids: { no: Array.from({ length: grids }, (_, no) => no), name: Array.from({ length: grids }, (_, no) => `g${no}`), kind: Array(grids).fill("base"), locked: Array(grids).fill(false), code: Array(grids).fill(null) },
    assignment: units.map(() => random(grids + 1) - 1),
  };
}

const gridsOf = ({ no, name, kind, locked }) => no.map((n, k) => ({ no: n, name: name[k], kind: kind[k], locked: locked[k] }));
const near = (a, b) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));

/** Every figure of a drawing counted anew from its assignment alone. */
function recount(doc, town, drawing) {
  for (const [no, figures] of drawing.grids) {
    const its = [...drawing.grid.keys()].filter((u) => drawing.grid[u] === no);
    const sum = (of) => its.reduce((total, u) => total + of(u), 0);
    same([...figures.units].sort((a, b) => a - b), its, `units of ${no}`);
    same(figures.households, sum((u) => doc.units.households[u]), `households of ${no}`);
    same(figures.load, sum((u) => doc.units.load[u]), `load of ${no}`);
    same(figures.estimated, sum((u) => (doc.units.estimated.includes(u) ? doc.units.households[u] : 0)), `estimates of ${no}`);
    same(figures.busy, its.filter((u) => doc.units.load[u] > 0).length, `busy of ${no}`);
    same(figures.buildings, new Set(its.map((u) => doc.units.building[u]).filter((b) => b !== null)).size, `buildings of ${no}`);
    let [around, soft] = [0, 0];
    doc.borders.left.forEach((left, b) => {
      const right = doc.borders.right[b];
      const [one, other] = [drawing.grid[left] === no, right >= 0 && drawing.grid[right] === no];
      const length = doc.borders.length_cm[b] / 100;
      if (one !== other) around += length;
      if (one && other && doc.rules.soft_barriers.includes(doc.borders.along[doc.borders.runs_along[b]])) soft += length;
    });
    same(near(figures.around_m, around), true, `outline of ${no}: ${figures.around_m} and ${around}`);
    same(near(figures.soft_m, soft), true, `soft barriers of ${no}: ${figures.soft_m} and ${soft}`);
    same(near(figures.area_m2, sum((u) => town.area_m2[u])), true, `area of ${no}`);
    if (no !== NONE) same(drawing.pieces(no), naivePieces(doc, drawing.grid, no), `pieces of ${no}`);
  }
  doc.borders.left.forEach((left, b) => {
    const right = doc.borders.right[b];
    same(drawing.parting[b], Number(right < 0 || drawing.grid[left] !== drawing.grid[right]), `border ${b}`);
  });
}

/** Connected parts by melting labels together until nothing changes. */
function naivePieces(doc, grid, no) {
  const label = [...grid.keys()];
  for (let changed = true; changed; ) {
    changed = false;
    doc.touching.a.forEach((a, k) => {
      const b = doc.touching.b[k];
      if (grid[a] !== no || grid[b] !== no || label[a] === label[b]) return;
      label[a] = label[b] = Math.min(label[a], label[b]);
      changed = true;
    });
  }
  return new Set([...grid.keys()].filter((u) => grid[u] === no).map((u) => label[u])).size;
}

function strokes(doc, random) {
  const town = readTown(doc);
  const drawing = new Drawing(town, gridsOf(doc.grids), doc.assignment);
  const places = new Places(town);
  recount(doc, town, drawing);
  const [width, height] = [Math.max(...town.cells.x), Math.max(...town.cells.y)];
  const somewhere = () => [random(1000) / 1000 * width, random(1000) / 1000 * height];
  const hues = new Hues();
  for (let k = 0; k < 12; k += 1) {
    const before = [...drawing.grid];
    const target = random(doc.grids.no.length + 1) - 1;
    const bounds = { whole: random(3) === 0, unassigned: random(4) === 0, courtyard: random(4) ? null : random(8), grid: random(4) ? null : random(doc.grids.no.length) };
    drawing.figures(0).locked = random(3) === 0;
    const stroke = new Stroke(drawing, target, bounds);
    const [from, to, radius] = [somewhere(), somewhere(), random(2) * random(20)];
    const hit = places.underBrush(from, to, radius);
    same(hit.sort((a, b) => a - b), [...drawing.grid.keys()].filter((u) => naiveHit(town, u, from, to, radius)), "under the brush");
    stroke.take(hit);
    for (const [unit, was] of stroke.from) {
      same(was, before[unit], "a stroke knows where a unit was");
      same(drawing.grid[unit], target, "a unit taken is in the target");
      same(drawing.figures(0).locked && (was === 0 || target === 0), false, "a locked grid is left alone");
      if (bounds.unassigned) same(was, NONE, "only what is unassigned");
      if (bounds.courtyard !== null) same(town.courtyard[unit], bounds.courtyard, "only one courtyard");
      if (bounds.grid !== null) same(was, bounds.grid, "only one grid");
    }
    const moved = [...drawing.grid.keys()].filter((u) => drawing.grid[u] !== before[u]);
    same(moved, [...stroke.from.keys()].sort((a, b) => a - b), "nothing else moves");
    recount(doc, town, drawing);
    judged(doc, drawing);
    if (random(2)) {
      apply(drawing, inverse(stroke.moves()));
      same([...drawing.grid], before, "a stroke and its inverse are nothing");
    }
    for (const { no } of drawing.list()) hues.of(drawing, no);
  }
  const [a, b] = [somewhere(), somewhere()];
  same(places.inBox(a, b).length, [...drawing.grid.keys()].filter((u) => inside(town.x[u], a[0], b[0]) && inside(town.y[u], a[1], b[1])).length, "in a box");
  for (let u = 0; u < town.count; u += 1) same(places.at(town.x[u], town.y[u]), u, "a unit's own place");
  const line = [[width / 2, -10], [width / 2, height + 10]];
  const right = rightOf(drawing, drawing.grid[0] < 0 ? 0 : drawing.grid[0], line);
  for (const unit of right) same(town.x[unit] >= width / 2, true, "on the right of a line to the north");
}

const inside = (value, a, b) => value >= Math.min(a, b) && value <= Math.max(a, b);

function naiveHit(town, unit, from, to, radius) {
  const { ring, start, x, y } = town.cells;
  let near2 = Infinity;
  for (let k = 0; k <= 400; k += 1) {
    const [px, py] = [from[0] + ((to[0] - from[0]) * k) / 400, from[1] + ((to[1] - from[1]) * k) / 400];
    near2 = Math.min(near2, (town.x[unit] - px) ** 2 + (town.y[unit] - py) ** 2);
  }
  // Sampled too coarsely to decide at the rim itself: there the exact distance does.
  if (Math.abs(Math.sqrt(near2) - radius) < 0.5) near2 = exact(town, unit, from, to);
  if (near2 <= radius * radius) return true;
  let odd = false;
  for (let r = ring[unit]; r < ring[unit + 1]; r += 1)
    for (let p = start[r], q = start[r + 1] - 1; p < start[r + 1]; q = p, p += 1) {
      if (meet(from, to, [x[q], y[q]], [x[p], y[p]])) return true;
      if (y[p] > to[1] !== y[q] > to[1] && to[0] < ((x[q] - x[p]) * (to[1] - y[p])) / (y[q] - y[p]) + x[p]) odd = !odd;
    }
  return odd;
}

function exact(town, unit, [ax, ay], [bx, by]) {
  const [along, up] = [bx - ax, by - ay];
  const share = Math.min(Math.max(((town.x[unit] - ax) * along + (town.y[unit] - ay) * up) / (along * along + up * up || 1), 0), 1);
  return (town.x[unit] - ax - share * along) ** 2 + (town.y[unit] - ay - share * up) ** 2;
}

/** Problems as the rules have them, by hand. */
function judged(doc, drawing) {
  const found = problemsOf(drawing);
  const of = (kind) => found.filter((problem) => problem.kind === kind);
  same(of("unassigned").length, Number(drawing.grid.includes(NONE)), "unassigned");
  const over = drawing.list().filter(({ units }) => [...units].reduce((sum, u) => sum + doc.units.load[u], 0) > 150 && [...units].filter((u) => doc.units.load[u] > 0).length > 1);
  same(of("over_cap").map(({ grid }) => grid), over.map(({ no }) => no), "over the cap");
  const broken = drawing.list().filter(({ no }) => naivePieces(doc, drawing.grid, no) > 1);
  same(of("not_contiguous").map(({ grid }) => grid), broken.map(({ no }) => no), "in pieces");
}

/** A server in memory: compare and set, one number for each edit, and a wire that is cut at times. */
class Server {
  constructor(assignment) {
    this.grid = [...assignment];
    this.edits = [{ seq: 1, at: "", by: "a", action: "divide", why: null, moves: [], undoes: null, changes: [] }];
    this.answers = new Map();
  }

  send(who, op) {
    const known = this.answers.get(op.client);
    if (known) return known;
    const stacks = new Stacks(who, this.edits);
    const moves = op.kind === "strokes" ? op.moves : stacks[op.kind]()?.moves;
    if (!moves) throw Object.assign(new Error("nothing"), { status: 409 });
    const last = op.kind === "strokes" ? null : (op.kind === "undo" ? stacks.done : stacks.undone).at(-1);
    if (last && op.takes && op.takes !== last.client) throw Object.assign(new Error("another"), { status: 409 });
    const undoes = last?.seq ?? null;
    const holds = ([unit, from]) => this.grid[unit] === (from ?? NONE);
    const applied = moves.filter(holds);
    const rejected = moves.filter((move) => !holds(move)).map(([unit, from, to]) => ({ unit, from, to, now: this.grid[unit] < 0 ? null : this.grid[unit], by: "x", at: "" }));
    for (const [unit, , to] of applied) this.grid[unit] = to ?? NONE;
    let seq = null;
    if (applied.length || op.kind !== "strokes") {
      seq = this.edits.length + 1;
      this.edits.push({ seq, at: "", by: who, client: op.client, action: op.action, why: op.why, moves: applied, undoes, changes: [] });
    }
    const answer = { seq, revision: this.edits.length, applied, rejected };
    this.answers.set(op.client, answer);
    if (seq === null) throw Object.assign(new Error("all rejected"), { status: 409, answer });
    return answer;
  }
}

function remote(server, who, random) {
  const wire = { cut: false };
  const guarded = async (ask) => {
    await null;
    if (wire.cut && random(2)) throw new Error("lost on the way there");
    const answer = ask();
    if (wire.cut && random(2)) throw new Error("lost on the way back");
    return answer;
  };
  return {
    wire,
    send: (op) => guarded(() => structuredClone(server.send(who, op))),
    edits: (after) => guarded(() => structuredClone(server.edits.filter(({ seq }) => seq > after))),
    grids: async () => [],
  };
}

function memory() {
  const ops = [];
  return {
    all: async () => structuredClone(ops),
    others: async () => new Map(),
    put: async (op) => void ops.push(structuredClone(op)),
    remove: async (client) => void ops.splice(ops.findIndex((op) => op.client === client) >>> 0, 1),
    replace: async (kept, gone) => {
      for (const op of kept) ops[ops.findIndex(({ client }) => client === op.client)] = structuredClone(op);
      ops.splice(ops.findIndex(({ client }) => client === gone) >>> 0, 1);
    },
  };
}

/** Planners who draw at once, lose the wire, come back and undo: all end with the same plan. */
async function crowd(doc, random) {
  const town = readTown(doc);
  const server = new Server(doc.assignment);
  const planners = ["a", "b", "c"].map((who) => {
    const drawing = new Drawing(town, gridsOf(doc.grids), doc.assignment);
    const line = remote(server, who, random);
    return { who, line, drawing, box: memory(), session: null };
  });
  const open = (planner, grid, edits) => {
    planner.drawing = new Drawing(town, gridsOf(doc.grids), grid);
    planner.session = new Session(planner.drawing, edits.length, structuredClone(edits), planner.who, planner.line, planner.box, () => {});
    return planner.session.resume();
  };
  for (const planner of planners) await open(planner, doc.assignment, server.edits);
  for (let k = 0; k < 60; k += 1) {
    const planner = planners[random(planners.length)];
    const { session, drawing, line } = planner;
    const act = random(10);
    if (act < 5) {
      const to = random(doc.grids.no.length + 1) - 1;
      const units = [...new Set([random(town.count), random(town.count), random(town.count)])].filter((u) => drawing.grid[u] !== to);
      const moves = units.map((u) => [u, drawing.grid[u] < 0 ? null : drawing.grid[u], to < 0 ? null : to]);
      if (moves.length) await session.draw(moves);
    } else if (act < 7) session.step(act === 5 ? "undo" : "redo");
    else if (act === 7) line.wire.cut = !line.wire.cut;
    else if (act === 8) await session.catchUp().catch(() => {});
    else await open(planner, server.grid, server.edits);
    await session.flush();
  }
  for (const { line } of planners) line.wire.cut = false;
  for (const { session } of planners) for (let k = 0; k < 50 && (session.pending.length || session.sending); k += 1) await session.flush();
  for (const { session } of planners) {
    clearTimeout(session.timer);
    await session.catchUp();
  }
  for (const { who, session, drawing } of planners) {
    same(session.stopped, null, `${who} was not stopped`);
    same(session.pending.length, 0, `all strokes of ${who} are saved`);
    same([...session.base], server.grid, `${who} knows what the server knows`);
    same([...drawing.grid], server.grid, `${who} sees what the server knows`);
    recount(doc, town, drawing);
  }
  const replayed = [...doc.assignment];
  for (const { moves } of server.edits) for (const [unit, from, to] of moves) {
    same(replayed[unit], from ?? NONE, "every edit holds where it stands");
    replayed[unit] = to ?? NONE;
  }
  same(replayed, server.grid, "the edits make the plan");
}

// What undo and redo are about after each edit of given histories, for both planners.
const tops = histories.map((edits) =>
  edits.map((_, k) =>
    ["a", "b"].flatMap((who) => {
      const stacks = new Stacks(who, edits.slice(0, k + 1));
      return [stacks.undo() ? stacks.done.at(-1).seq : null, stacks.redo() ? stacks.undone.at(-1).seq : null];
    }),
  ),
);

/** The triangles of a cell cover it once; on the map's square a metre is as long east as north. */
function painted(doc) {
  const town = readTown(doc);
  const { corner, step, rings } = groundPlaces(town);
  const { start, items } = triangles(town, rings);
  const metres = 2 * Math.PI * 6378137 * Math.cos((town.scale.south * Math.PI) / 180) * step;
  for (let unit = 0; unit < town.count; unit += 1) {
    let area = 0;
    for (let k = start[unit]; k < start[unit + 1]; k += 3) {
      const [a, b, c] = [0, 1, 2].map((n) => [rings[2 * items[k + n]], rings[2 * items[k + n] + 1]]);
      area += Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
    }
    // A sphere for the ellipsoid, and one latitude for the whole town: a percent apart.
    const found = (area * metres ** 2) / town.area_m2[unit];
    same(Math.abs(found - 1) < 0.015, true, `triangles of ${unit} cover ${found} of it`);
  }
  same(Math.abs(corner[0] - (town.scale.west + 180) / 360) < 1e-12, true, "the corner is on the map");
}

/** What waits from before the plan was put on another ground is kept, and not drawn on this one. */
async function elsewhere(doc, random) {
  const town = readTown(doc);
  const drawing = new Drawing(town, gridsOf(doc.grids), doc.assignment);
  const box = memory();
  const unit = random(town.count);
  const from = drawing.grid[unit] === NONE ? null : drawing.grid[unit];
  const op = (client, ground) => ({ client, ground, kind: "strokes", moves: [[unit, from, from === null ? doc.grids.no[0] : null]], changes: [], action: "stroke", why: null, grids: [] });
  await box.put(op("old", 1));
  const line = { ground: 2, send: () => Promise.reject(Object.assign(new Error("rebased"), { status: 409 })), edits: async () => [], grids: async () => [] };
  const session = new Session(drawing, 0, [], "a", line, box, () => {});
  await session.resume();
  same([session.pending.length, session.stopped.status, session.step("undo")], [1, 409, null], "it waits, and is not to be undone");
  same(drawing.grid[unit], from ?? NONE, "a unit of another ground does not move");
  await session.discard();
  same([session.pending.length, (await box.all()).length, drawing.grid[unit]], [0, 0, from ?? NONE], "nor when it is discarded");
}

/** What the server says of each op in turn: a made-up wire for a few ops. */
function scripted(answers, grids = () => []) {
  const sent = [];
  const send = async (op) => {
    sent.push(structuredClone(op));
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, ground: 1, send, edits: async () => [], grids: async () => structuredClone(grids()) };
}

const beginning = () => [{ seq: 1, at: "", by: "a", action: "divide", why: null, moves: [], undoes: null, changes: [] }];
const refusal = (facts) => Object.assign(new Error("refused"), { status: 409, ...facts });
const made = (seq, applied = [], more = {}) => ({ seq, revision: seq, ground: 1, applied, rejected: [], ...more });

/** A grid that is off the list is not drawn into, and what others refuse of it stops nothing. */
async function offTheList(doc) {
  const town = readTown(doc);
  const open = [...gridsOf(doc.grids), { no: 40, name: "empty", kind: "base" }];
  const drawing = new Drawing(town, [...open, { no: 41, name: "gone", kind: "base", removed: true }], doc.assignment);
  same([drawing.listed(40), drawing.listed(41), drawing.listed(NONE)], [true, false, false], "what is on the list");
  same(drawing.list().some(({ no }) => no === 41), false, "a removed grid is not listed after a reload");
  const unit = drawing.grid.findIndex((grid) => grid !== NONE);
  const from = drawing.grid[unit];
  const lost = { unit, from, to: 40, now: from, by: null, at: null, why: "removed" };
  const wire = scripted(
    [made(2), made(3), refusal({ refused: true }), refusal({ answer: { ...made(null), rejected: [lost] } })],
    () => open,
  );
  const session = new Session(drawing, 1, beginning(), "a", wire, memory(), () => {});
  await session.draw([], { grids: [{ no: 42, name: "new", kind: "base" }] });
  same(drawing.listed(42), true, "a new grid is on the list");
  session.step("undo");
  same(drawing.listed(42), false, "and off it when it is undone");
  while (session.pending.length) await session.flush();
  await session.changeGrid([from, "removed", false, true]);
  same([session.stopped, session.pending.length, drawing.figures(from).removed], [null, 0, false], "a removal that is refused is not done here");
  await session.draw([[unit, from, 40]]);
  same([session.stopped, session.pending.length, drawing.grid[unit]], [null, 0, from], "what would join a removed grid goes back");
  same(session.conflicts.map(({ why }) => why), ["removed"], "and that is told");
}

/** A grid locked and opened again is open while the two are being saved. */
async function reopened(doc) {
  const drawing = new Drawing(readTown(doc), gridsOf(doc.grids), doc.assignment);
  const seen = [];
  const send = async () => {
    seen.push(drawing.figures(0).locked);
    return made(1 + seen.length);
  };
  const session = new Session(drawing, 1, beginning(), "a", { ...scripted([]), send }, memory(), () => {});
  await Promise.all([session.changeGrid([0, "locked", false, true]), session.changeGrid([0, "locked", true, false])]);
  same([seen, session.pending.length], [[false, false], 0], "what is saved later holds while what came before is saved");
}

/** Somebody else's new grid has one's number: two grids that wait, what is chosen and drawn follow. */
async function renumbered(doc) {
  const town = readTown(doc);
  const mine = doc.grids.no.length;
  const theirs = { seq: 2, at: "", by: "b", action: "new-grid", why: null, moves: [], undoes: null, changes: [[mine, "removed", true, false]] };
  const log = [...beginning(), theirs];
  const names = ["theirs"];
  let cut = 0;
  const send = async (op) => {
    if (op.grids.some(({ name }) => name === "second") && (cut += 1) === 1) throw new Error("lost");
    const numbers = {};
    for (const { no, name } of op.grids) {
      numbers[no] = mine + names.length;
      names.push(name);
    }
    const moves = op.moves.map(([unit, from, to]) => [unit, from, numbers[to] ?? to]);
    const changes = op.grids.map(({ no }) => [numbers[no], "removed", true, false]);
    log.push({ seq: log.length + 1, at: "", by: "a", action: op.action, why: null, moves, undoes: null, changes });
    return made(log.length, moves, { numbers });
  };
  const edits = async (after) => structuredClone(log.filter(({ seq }) => seq > after));
  const grids = async () => [...gridsOf(doc.grids), ...names.map((name, k) => ({ no: mine + k, name, kind: "base" }))];
  const wire = { ground: 1, send, edits, grids };
  const box = memory();
  const drawing = new Drawing(town, gridsOf(doc.grids), doc.assignment);
  const session = new Session(drawing, 1, beginning(), "a", wire, box, () => {});
  let chosen = mine;
  session.renumbered = (its) => (chosen = its(chosen));
  const into = (unit, to, name) =>
    session.draw([[unit, drawing.grid[unit] < 0 ? null : drawing.grid[unit], to]], name ? { grids: [{ no: to, name, kind: "base" }] } : {});
  // The last two strokes name no new grid: they mean those of the strokes before.
  const saved = [into(0, mine, "first"), into(1, mine + 1, "second"), into(2, mine), into(3, mine + 1)];
  session.live = new Stroke(drawing, mine);
  session.live.take([4]);
  await Promise.all(saved);
  clearTimeout(session.timer);
  const [first, second] = [mine + 1, mine + 2];
  same([0, 1, 2, 3, 4].map((unit) => drawing.grid[unit]), [first, second, first, second, first], "strokes go where they were meant to");
  same([chosen, session.live.target, drawing.figures(mine).name], [first, first, "theirs"], "so does what is chosen and being drawn");
  session.live.cancel();
  recount(doc, town, drawing);
  same((await box.all()).map(({ moves }) => moves[0][2]), [second, first, second], "the next visit knows the numbers, too");
  // The page is closed, and the rest is sent by another.
  const now = [...doc.assignment];
  for (const { moves } of log) for (const [unit, , to] of moves) now[unit] = to ?? NONE;
  const later = new Drawing(town, await grids(), now);
  const next = new Session(later, log.length, structuredClone(log), "a", wire, box, () => {});
  await next.resume();
  same([0, 1, 2, 3].map((unit) => later.grid[unit]), [first, second, first, second], "and sends them where they were meant to");
  same([next.pending.length, names, [...next.base]], [0, ["theirs", "first", "second"], [...later.grid]], "all is saved");
}

/** An undo queued behind a stroke that is refused leaves older strokes alone. */
async function undone(doc) {
  const town = readTown(doc);
  const server = new Server(doc.assignment);
  const wire = { ground: 1, ...remote(server, "a", () => 0) };
  const drawing = new Drawing(town, gridsOf(doc.grids), doc.assignment);
  const session = new Session(drawing, 1, structuredClone(server.edits), "a", wire, memory(), () => {});
  const move = (unit) => [unit, drawing.grid[unit] < 0 ? null : drawing.grid[unit], drawing.grid[unit] === 0 ? 1 : 0];
  await session.draw([move(0)]);
  const saved = [...server.grid];
  // Somebody else takes the unit that the next stroke is about.
  const other = move(1);
  const theirs = other[1] === null ? 0 : NONE;
  server.grid[1] = theirs;
  server.edits.push({ seq: 3, at: "", by: "b", client: "b", action: "stroke", why: null, moves: [[1, other[1], theirs < 0 ? null : theirs]], undoes: null, changes: [] });
  const drawn = session.draw([other]);
  session.step("undo");
  session.step("redo");
  session.step("undo");
  await drawn;
  same([session.pending.length, server.edits.length], [0, 3], "nothing is left to be taken back");
  same(server.grid[0], saved[0], "and the older stroke stands");
  same([...drawing.grid], server.grid, "here as there");
  session.step("undo");
  while (session.pending.length) await session.flush();
  same(server.grid[0], doc.assignment[0], "until it is undone itself");
}

/** The new grid of a stroke that others refuse is made by the next stroke into it. */
async function bequeathed(doc) {
  const town = readTown(doc);
  const drawing = new Drawing(town, gridsOf(doc.grids), doc.assignment);
  const no = doc.grids.no.length;
  const [one, other] = [0, 1].map((unit) => [unit, drawing.grid[unit] < 0 ? null : drawing.grid[unit], no]);
  const lost = { unit: 0, from: one[1], to: no, now: one[1], by: "b", at: null, why: "taken" };
  const wire = scripted([refusal({ answer: { ...made(null), rejected: [lost] } }), made(2, [other])], () => gridsOf(doc.grids));
  const session = new Session(drawing, 1, beginning(), "a", wire, memory(), () => {});
  await Promise.all([session.draw([one], { grids: [{ no, name: "new", kind: "base" }] }), session.draw([other])]);
  same(wire.sent.map(({ grids }) => grids.length), [1, 1], "the second stroke makes the grid");
  same([session.pending.length, drawing.grid[1], drawing.listed(no)], [0, no, true], "and goes into it");
}

// Nobody sends what another account drew; what an older page kept names nobody.
const rows = ["a", "b", undefined, "b"].map((account, k) => ({ plan: 1, account, client: `${k}`, op: { client: `${k}` } }));
same(mineOf(rows, "a").map(({ client }) => client), ["0", "2"], "strokes that an account may send");
same([...othersOf(rows, "a")], [["b", 2]], "strokes that wait for others");
for (const doc of documents) painted(doc);
for (const seed of seeds) {
  const random = chance(seed);
  const doc = madeUp(random);
  painted(doc);
  strokes(doc, random);
  await crowd(doc, random);
  await elsewhere(doc, random);
  await offTheList(doc);
  await reopened(doc);
  await renumbered(doc);
  await bequeathed(doc);
  await undone(doc);
}
const judgements = documents.map((doc) => {
  const drawing = new Drawing(readTown(doc), gridsOf(doc.grids), doc.assignment);
  return {
    grids: drawing.list().map(({ no, households, area_m2, around_m }) => ({ no, households, share: drawing.share(no), pieces: drawing.pieces(no), area_m2, around_m, compactness: compactness(drawing.figures(no)) })),
    problems: problemsOf(drawing).map(({ kind, grid, courtyard }) => [kind, grid, courtyard === undefined ? null : doc.courtyards.code[courtyard]]),
    none: piecesOf(drawing.town, drawing.grid, drawing.figures(NONE).units).length,
    neighbours: [...neighboursOf(drawing, doc.grids.no[0])].sort(),
  };
});
console.log(JSON.stringify({ checked, judgements, tops }));
