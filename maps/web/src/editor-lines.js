/** The outlines of grids as they are painted, and the lines between cells, as custom layer. */

import { COLOUR, programOf, uniformsOf, Window } from "./editor-paint.js";

/** @typedef {import("./editor-paint.js").Painted} Painted */
/** @typedef {import("./editor-paint.js").Colour} Colour */

// A stretch of line: its two ends, the colours on its left and right, what it is.
const STRETCH = 4 * Float32Array.BYTES_PER_ELEMENT + 4;
const [BETWEEN_CELLS, BETWEEN_GRIDS, AROUND_CHOSEN] = [0, 1, 2];
// From here on cells are seen one by one.
const CELLS_ZOOM = 16.5;

const VERTEX = `#version 300 es
uniform mat4 matrix;
uniform vec2 screen;
uniform float reach;
uniform float kind;
uniform vec3 palette[PALETTE];
in vec2 begin;
in vec2 end;
in vec4 about;
flat out vec3 left;
flat out vec3 right;
flat out float along;
out vec2 at;
void main() {
  vec4 a = matrix * vec4(begin, 0.0, 1.0);
  vec4 b = matrix * vec4(end, 0.0, 1.0);
  vec2 from = (a.xy / a.w) * screen * 0.5;
  vec2 to = (b.xy / b.w) * screen * 0.5;
  along = distance(from, to);
  vec2 ahead = along > 0.0 ? (to - from) / along : vec2(1.0, 0.0);
  vec2 aside = vec2(-ahead.y, ahead.x);
  float far = float(gl_VertexID & 1);
  float side = float(gl_VertexID >> 1) * 2.0 - 1.0;
  vec2 place = mix(from - ahead * reach, to + ahead * reach, far) + aside * side * reach;
  at = vec2(far * (along + 2.0 * reach) - reach, side * reach);
  left = palette[int(about.x)];
  right = palette[int(about.y)];
  // What is not of the kind being drawn is put out of sight.
  bool drawn = kind == 0.0 ? about.z == 0.0 : about.z >= kind;
  gl_Position = drawn ? vec4(place / screen * 2.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform float half_width;
uniform float gap;
uniform vec4 plain;
flat in vec3 left;
flat in vec3 right;
flat in float along;
in vec2 at;
out vec4 shown;
void main() {
  float off = length(vec2(max(max(-at.x, at.x - along), 0.0), at.y));
  float seen = clamp(half_width + 0.5 - off, 0.0, 1.0) * clamp(abs(at.y) - gap + 0.5, 0.0, 1.0);
  vec3 colour = plain.a > 0.0 ? plain.rgb : at.y > 0.0 ? left : right;
  float opacity = plain.a > 0.0 ? plain.a * seen : seen;
  shown = vec4(colour * opacity, opacity);
}`;

export class LinesLayer {
  /**
   * @param {Painted} painted
   * @param {Float64Array} boxes
   * @param {{halo: Colour, ink: Colour}} colours
   */
  constructor(painted, boxes, colours) {
    this.id = "lines";
    this.type = /** @type {const} */ ("custom");
    /** @type {import("./editor-still.js").Still | null} */
    this.still = null;
    this.painted = painted;
    this.boxes = boxes;
    this.colours = colours;
    this.window = new Window(painted.drawing.town);
    this.room = new ArrayBuffer(0);
    this.count = 0;
    this.shown = -1;
    this.close = false;
    /** @type {Map<string, WebGLUniformLocation | null>} */
    this.uniforms = new Map();
  }

  /**
   * @param {import("maplibre-gl").Map} map
   * @param {WebGL2RenderingContext} gl
   */
  onAdd(map, gl) {
    this.map = map;
    this.program = programOf(gl, VERTEX.replace("PALETTE", String(this.painted.palette.length)), FRAGMENT);
    this.uniforms = uniformsOf(gl, this.program);
    this.buffer = gl.createBuffer();
    this.array = gl.createVertexArray();
    this.shown = -1;
    this.window.extent = null;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (const [name, size, type, offset] of /** @type {[string, number, number, number][]} */ ([["begin", 2, gl.FLOAT, 0], ["end", 2, gl.FLOAT, 8], ["about", 4, gl.UNSIGNED_BYTE, 16]])) {
      const at = gl.getAttribLocation(this.program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, type, false, STRETCH, offset);
      gl.vertexAttribDivisor(at, 1);
    }
    gl.bindVertexArray(null);
  }

  /** @param {WebGL2RenderingContext} gl */
  render(gl) {
    if (!this.still?.held) this.draw(gl);
  }

  /** @param {WebGL2RenderingContext} gl blending, without depth */
  draw(gl) {
    const map = /** @type {import("maplibre-gl").Map} */ (this.map);
    const program = /** @type {WebGLProgram} */ (this.program);
    const { painted } = this;
    gl.useProgram(program);
    gl.bindVertexArray(/** @type {WebGLVertexArrayObject} */ (this.array));
    gl.bindBuffer(gl.ARRAY_BUFFER, /** @type {WebGLBuffer} */ (this.buffer));
    const zoom = map.getZoom();
    const moved = this.window.follow(map);
    if (moved || this.shown !== painted.version || this.close !== zoom >= CELLS_ZOOM) {
      this.close = zoom >= CELLS_ZOOM;
      gl.bufferData(gl.ARRAY_BUFFER, this.#laidOut(), gl.DYNAMIC_DRAW);
    }
    this.shown = painted.version;
    const at = (/** @type {string} */ name) => this.uniforms.get(name) ?? null;
    gl.uniformMatrix4fv(at("matrix"), false, painted.matrix);
    gl.uniform3fv(at("palette"), painted.palette.flat());
    gl.uniform2f(at("screen"), gl.drawingBufferWidth, gl.drawingBufferHeight);
    const grown = Math.min(Math.max((zoom - 13) / 4, 0), 1);
    const { halo, ink } = this.colours;
    const draw = (/** @type {number} */ kind, /** @type {number} */ wide, /** @type {number} */ gap, /** @type {Colour | null} */ plain, opacity = 1) => {
      const half = wide * map.getPixelRatio();
      gl.uniform1f(at("kind"), kind);
      gl.uniform1f(at("half_width"), half);
      gl.uniform1f(at("reach"), half + 1);
      gl.uniform1f(at("gap"), gap);
      gl.uniform4f(at("plain"), ...(plain ?? [0, 0, 0]), plain ? opacity : 0);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    };
    if (this.close) draw(BETWEEN_CELLS, 0.4, -1, halo, 0.8);
    draw(BETWEEN_GRIDS, 1.9 + 1.6 * grown, -1, halo);
    draw(BETWEEN_GRIDS, 1.5 + 1.25 * grown, 0.25, null);
    if (painted.chosen >= 0) draw(AROUND_CHOSEN, 1.5, -1, ink);
    gl.bindVertexArray(null);
  }

  /** The stretches of the lines in sight, behind one another. */
  #laidOut() {
    const { painted, window, boxes, close } = this;
    const { look, chosen, places, drawing } = painted;
    const { parting, grid, town } = drawing;
    const { left, right, cells: { lineStart } } = town;
    const most = STRETCH * lineStart[left.length];
    if (this.room.byteLength < most) this.room = new ArrayBuffer(most);
    const [floats, bytes] = [new Float32Array(this.room), new Uint8Array(this.room)];
    const { lines } = places;
    let at = 0;
    for (let border = 0; border < left.length; border += 1) {
      if (!parting[border] && !close) continue;
      const [one, other] = [left[border], right[border]];
      if (!window.meets(boxes, one) && (other < 0 || !window.meets(boxes, other))) continue;
      const around = parting[border] && chosen >= 0 && (grid[one] === chosen || (other >= 0 && grid[other] === chosen));
      const kind = around ? AROUND_CHOSEN : parting[border] ? BETWEEN_GRIDS : BETWEEN_CELLS;
      for (let p = 2 * lineStart[border], end = 2 * lineStart[border + 1] - 2; p < end; p += 2, at += STRETCH) {
        const f = at >> 2;
        floats[f] = lines[p];
        floats[f + 1] = lines[p + 1];
        floats[f + 2] = lines[p + 2];
        floats[f + 3] = lines[p + 3];
        bytes[at + 16] = look[one] & COLOUR;
        bytes[at + 17] = other < 0 ? 0 : look[other] & COLOUR;
        bytes[at + 18] = kind;
      }
    }
    this.count = at / STRETCH;
    return bytes.subarray(0, at);
  }
}
