/**
 * The painted ground, drawn straight on the graphics card between the layers of the map: a stroke
 * changes one small texture, and neither sources nor tiles are made anew.
 */

import { groundPlaces, triangles } from "./editor/ground-places.js";

/** @typedef {import("./editor/drawing.js").Drawing} Drawing */
/** @typedef {import("maplibre-gl").CustomRenderMethodInput} Frame */
/** @typedef {import("./editor/ground-places.js").GroundPlaces} GroundPlaces */
/** @typedef {[number, number, number]} Colour red, green and blue up to 1 */

// Units side by side in the texture that holds the look of each.
const WIDE = 256;
// Of a view, on each side, what is laid out beyond it: dragging the map costs nothing until then.
const BEYOND = 0.5;

/** Number of a colour, out of the look of a unit; above it stand its patterns. */
export const COLOUR = 15;
/** Patterns by their bits: above the cap, far above it, of a special grid. */
export const [OVER, FAR_OVER, SPECIAL] = [16, 32, 64];
// As maps/sprite.py draws them: CSS pixels after which a pattern repeats, how strong it is.
const [SIDE, STRENGTH] = [8, 0.48];

const VERTEX = `#version 300 es
uniform mat4 matrix;
uniform sampler2D looks;
uniform vec3 palette[PALETTE];
in vec2 place;
in uint unit;
flat out vec3 colour;
flat out int patterns;
void main() {
  int look = int(texelFetch(looks, ivec2(int(unit) & 255, int(unit) >> 8), 0).r * 255.0 + 0.5);
  colour = palette[look & 15];
  patterns = look >> 4;
  gl_Position = matrix * vec4(place, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float opacity;
uniform float side;
uniform float strength;
uniform vec2 anchor;
uniform vec3 inks[3];
flat in vec3 colour;
flat in int patterns;
out vec4 shown;
vec4 over(vec4 below, vec3 ink, float cover) {
  float solid = strength * clamp(cover, 0.0, 1.0);
  return vec4(ink * solid, solid) + below * (1.0 - solid);
}
void main() {
  shown = vec4(colour * opacity, opacity);
  if (patterns == 0) return;
  vec2 at = gl_FragCoord.xy - anchor;
  if ((patterns & 3) != 0) {
    float across = abs(mod(at.x - at.y, side) - side * 0.5) * 0.70710678;
    shown = over(shown, (patterns & 2) != 0 ? inks[1] : inks[0], side * 0.09375 - across + 0.5);
  }
  if ((patterns & 4) != 0)
    shown = over(shown, inks[2], side * 0.2 - length(mod(at, side) - side * 0.5) + 0.5);
}`;

/** The colours of a drawing, and what of it a view shows; what the layers of the ground share. */
export class Painted {
  /**
   * @param {Drawing} drawing
   * @param {Colour[]} palette
   * @param {Colour[]} inks of the patterns
   */
  constructor(drawing, palette, inks) {
    this.drawing = drawing;
    this.palette = palette;
    this.inks = inks;
    this.places = groundPlaces(drawing.town);
    /** The map's matrix for places in steps from the town's corner, as of the last whole frame. */
    this.matrix = new Float32Array(16);
    /** Look of each unit: the number of its colour and its patterns. */
    this.look = new Uint8Array(WIDE * Math.max(Math.ceil(drawing.town.count / WIDE), 1));
    /** Counts up with every change. */
    this.version = 0;
    /** Grid that is drawn with a line around it. */
    this.chosen = -1;
  }

  /**
   * Where the map stands: worked out in double precision.
   * @param {Frame} frame
   */
  follow({ defaultProjectionData: { mainMatrix: m } }) {
    const { corner, step } = this.places;
    const [x, y] = corner;
    this.matrix = Float32Array.from(m, (value, k) => {
      if (k < 8) return value * step;
      return k < 12 ? value : m[k - 12] * x + m[k - 8] * y + value;
    });
  }

  /**
   * The pixel at which patterns begin, so that they stay where they are when the map is dragged.
   * @param {number} wide pixels
   * @param {number} high
   * @param {number} side pixels after which a pattern repeats
   * @returns {[number, number]}
   */
  anchor(wide, high, side) {
    const [, , , , , , , , , , , , x, y, , w] = this.matrix;
    return [(((x / w + 1) * wide) / 2) % side, (((y / w + 1) * high) / 2) % side];
  }
}

/**
 * What of the ground is laid out for the card: all in view, and some around it.
 */
export class Window {
  /** @param {import("./editor/town.js").Town} town */
  constructor(town) {
    this.town = town;
    /** @type {[number, number, number, number] | null} */
    this.extent = null;
  }

  /**
   * Whether a view has left what is laid out; then this is laid out anew around it.
   * @param {import("maplibre-gl").Map} map
   */
  follow(map) {
    const { scale } = this.town;
    const seen = map.getBounds();
    const view = [scale.x(seen.getWest()), scale.y(seen.getSouth()), scale.x(seen.getEast()), scale.y(seen.getNorth())];
    const { extent } = this;
    const [wide, high] = [view[2] - view[0], view[3] - view[1]];
    const inside = extent && view[0] >= extent[0] && view[1] >= extent[1] && view[2] <= extent[2] && view[3] <= extent[3];
    // Far closer than before, most of what is laid out is no longer seen.
    if (inside && wide * 3 * (1 + BEYOND) > extent[2] - extent[0]) return false;
    this.extent = [view[0] - wide * BEYOND, view[1] - high * BEYOND, view[2] + wide * BEYOND, view[3] + high * BEYOND];
    return true;
  }

  /**
   * Whether a box, as places.js keeps them, meets what is laid out.
   * @param {Float64Array} boxes
   * @param {number} unit
   */
  meets(boxes, unit) {
    const [west, south, east, north] = /** @type {[number, number, number, number]} */ (this.extent);
    const b = 4 * unit;
    return boxes[b] <= east && boxes[b + 2] >= west && boxes[b + 1] <= north && boxes[b + 3] >= south;
  }
}

/** The cells of all units, each in its colour: a custom layer of MapLibre. */
export class CellsLayer {
  /**
   * @param {Painted} painted
   * @param {Float64Array} boxes
   * @param {number} opacity
   */
  constructor(painted, boxes, opacity) {
    this.id = "cells";
    this.type = /** @type {const} */ ("custom");
    /** @type {import("./editor-still.js").Still | null} */
    this.still = null;
    this.painted = painted;
    this.boxes = boxes;
    this.opacity = opacity;
    this.window = new Window(painted.drawing.town);
    this.triangles = triangles(painted.drawing.town, painted.places.rings);
    this.count = 0;
    this.shown = -1;
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
    this.texture = textureOf(gl, this.painted.look);
    this.still?.begin(gl);
    this.shown = -1;
    this.window.extent = null;
    this.order = gl.createBuffer();
    this.array = gl.createVertexArray();
    gl.bindVertexArray(this.array);
    attribute(gl, this.program, "place", this.painted.places.rings, 2);
    attribute(gl, this.program, "unit", unitsOfPoints(this.painted.drawing.town), 1);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.order);
    gl.bindVertexArray(null);
  }

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {Frame} frame
   */
  render(gl, frame) {
    this.painted.follow(frame);
    if (this.still?.held) this.still.part(gl);
    else this.draw(gl);
  }

  /** @param {WebGL2RenderingContext} gl blending, without depth */
  draw(gl) {
    const { painted } = this;
    const map = /** @type {import("maplibre-gl").Map} */ (this.map);
    const program = /** @type {WebGLProgram} */ (this.program);
    gl.useProgram(program);
    gl.bindVertexArray(/** @type {WebGLVertexArrayObject} */ (this.array));
    if (this.window.follow(map)) this.#layOut(gl);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, /** @type {WebGLTexture} */ (this.texture));
    if (this.shown !== painted.version)
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, WIDE, painted.look.length / WIDE, gl.RED, gl.UNSIGNED_BYTE, painted.look);
    this.shown = painted.version;
    const at = (/** @type {string} */ name) => this.uniforms.get(name) ?? null;
    const side = SIDE * map.getPixelRatio();
    gl.uniformMatrix4fv(at("matrix"), false, painted.matrix);
    gl.uniform3fv(at("palette"), painted.palette.flat());
    gl.uniform3fv(at("inks"), painted.inks.flat());
    gl.uniform1f(at("opacity"), this.opacity);
    gl.uniform1f(at("side"), side);
    gl.uniform1f(at("strength"), STRENGTH);
    gl.uniform2fv(at("anchor"), painted.anchor(gl.drawingBufferWidth, gl.drawingBufferHeight, side));
    gl.drawElements(gl.TRIANGLES, this.count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  /** @param {WebGL2RenderingContext} gl */
  #layOut(gl) {
    const { start, items } = this.triangles;
    const order = new Uint32Array(items.length);
    this.count = 0;
    for (let unit = 0; unit + 1 < start.length; unit += 1) {
      if (!this.window.meets(this.boxes, unit)) continue;
      order.set(items.subarray(start[unit], start[unit + 1]), this.count);
      this.count += start[unit + 1] - start[unit];
    }
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order.subarray(0, this.count), gl.DYNAMIC_DRAW);
  }
}

/** @param {import("./editor/town.js").Town} town */
function unitsOfPoints({ count, cells: { ring, start } }) {
  const units = new Uint32Array(start[ring[count]]);
  for (let unit = 0; unit < count; unit += 1) units.fill(unit, start[ring[unit]], start[ring[unit + 1]]);
  return units;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {Uint8Array} look
 */
function textureOf(gl, look) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, WIDE, look.length / WIDE, 0, gl.RED, gl.UNSIGNED_BYTE, look);
  for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  return texture;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {string} vertex
 * @param {string} fragment
 */
export function programOf(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [kind, text] of /** @type {[number, string][]} */ ([[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  // A lost context links nothing, and is no fault of the program's.
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(program) ?? "");
  return program;
}

/**
 * Where a program takes its uniforms.
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLProgram} program
 */
export function uniformsOf(gl, program) {
  /** @type {Map<string, WebGLUniformLocation | null>} */
  const found = new Map();
  for (let k = 0; k < gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS); k += 1) {
    const name = gl.getActiveUniform(program, k)?.name.replace("[0]", "") ?? "";
    found.set(name, gl.getUniformLocation(program, name));
  }
  return found;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLProgram} program
 * @param {string} name
 * @param {Float32Array | Uint32Array} values
 * @param {number} size
 */
function attribute(gl, program, name, values, size) {
  const at = gl.getAttribLocation(program, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(at);
  if (values instanceof Uint32Array) gl.vertexAttribIPointer(at, size, gl.UNSIGNED_INT, 0, 0);
  else gl.vertexAttribPointer(at, size, gl.FLOAT, false, 0, 0);
}
