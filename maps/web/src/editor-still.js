/**
 * While a stroke lasts, the map draws only the painted ground anew: what lies below and above it
 * stays as it is, in two pictures taken from the last whole frame.
 */

import { programOf } from "./editor-paint.js";

/** @typedef {import("maplibre-gl").Map} GlMap */

const VERTEX = `#version 300 es
void main() {
  gl_Position = vec4(float(gl_VertexID & 1) * 4.0 - 1.0, float(gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D taken;
out vec4 shown;
void main() {
  shown = texelFetch(taken, ivec2(gl_FragCoord.xy), 0);
}`;

export class Still {
  /**
   * @param {GlMap} map
   * @param {import("./editor-paint.js").CellsLayer} cells
   * @param {import("./editor-lines.js").LinesLayer} lines
   */
  constructor(map, cells, lines) {
    this.map = map;
    this.layers = [cells, lines];
    /** Whether all but the ground is to stand still. */
    this.held = false;
    /** Whether the pictures are of what the map would draw now. */
    this.taken = false;
    /** Whether the frame under way has left the ground out. */
    this.parted = false;
    /** @type {WebGLTexture | null} */
    this.below = null;
    /** @type {WebGLTexture | null} */
    this.above = null;
    /** @type {number | null} */
    this.frame = null;
    /** What waits for the next frame. @type {(() => void)[]} */
    this.waiting = [];
    cells.still = lines.still = this;
    map.on("render", () => this.#rendered());
  }

  /** Let all but the ground stand still from the next frame on. */
  hold() {
    this.held = true;
    this.taken = false;
    this.map.triggerRepaint();
  }

  /** Draw whole frames again, and keep no picture as large as the screen. */
  release() {
    this.held = this.taken = false;
    if (this.gl) for (const picture of [this.below, this.above]) empty(this.gl, /** @type {WebGLTexture} */ (picture));
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.map.triggerRepaint();
  }

  /** The ground has changed: draw it, and no more than that where nothing else moves. */
  repaint() {
    if (!this.held || !this.taken || !this.gl) return this.map.triggerRepaint();
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.held && this.taken) this.#draw();
    });
  }

  /** Wait until what has changed is drawn. @returns {Promise<void>} */
  drawn() {
    return new Promise((done) => this.waiting.push(done));
  }

  /** @param {WebGL2RenderingContext} gl */
  begin(gl) {
    this.gl = gl;
    this.taken = false;
    this.program = programOf(gl, VERTEX, FRAGMENT);
    this.array = gl.createVertexArray();
    [this.below, this.above] = [pictureOf(gl), pictureOf(gl)];
  }

  /**
   * The map has drawn all below the ground: it goes into a picture, and what follows onto glass.
   * @param {WebGL2RenderingContext} gl
   */
  part(gl) {
    take(gl, /** @type {WebGLTexture} */ (this.below));
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.parted = true;
  }

  #rendered() {
    const { gl } = this;
    if (!this.parted || !gl) return this.#tell();
    this.parted = false;
    take(gl, /** @type {WebGLTexture} */ (this.above));
    this.taken = true;
    this.#draw();
  }

  /** Lay the frame together: what is below, the ground, what is above. */
  #draw() {
    const gl = /** @type {WebGL2RenderingContext} */ (this.gl);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    for (const off of [gl.DEPTH_TEST, gl.STENCIL_TEST, gl.SCISSOR_TEST, gl.CULL_FACE, gl.BLEND]) gl.disable(off);
    gl.colorMask(true, true, true, true);
    this.#lay(gl, /** @type {WebGLTexture} */ (this.below));
    gl.enable(gl.BLEND);
    gl.blendEquation(gl.FUNC_ADD);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const layer of this.layers) layer.draw(gl);
    this.#lay(gl, /** @type {WebGLTexture} */ (this.above));
    this.#tell();
  }

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {WebGLTexture} picture
   */
  #lay(gl, picture) {
    gl.useProgram(/** @type {WebGLProgram} */ (this.program));
    gl.bindVertexArray(/** @type {WebGLVertexArrayObject} */ (this.array));
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, picture);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindVertexArray(null);
  }

  #tell() {
    for (const done of this.waiting.splice(0)) done();
  }
}

/** @param {WebGL2RenderingContext} gl */
function pictureOf(gl) {
  const picture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, picture);
  for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  return picture;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLTexture} picture
 */
function empty(gl, picture) {
  // MapLibre takes nothing for granted at the beginning of a frame: what is bound here is not in its way.
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, picture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
}

/**
 * Take a picture of all that is drawn so far, however large the map is by now.
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLTexture} picture
 */
function take(gl, picture) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, picture);
  gl.copyTexImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, 0);
}
