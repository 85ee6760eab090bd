/** The hatch of what is above the cap, so that it is never told by colour alone. */

const SIDE = 16;

/**
 * A tile of slanted lines that repeats without a seam.
 * @param {string} colour
 * @returns {ImageData}
 */
export function hatching(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  pen.globalAlpha = 0.5;
  for (const shift of [-SIDE, 0, SIDE]) {
    pen.beginPath();
    pen.moveTo(shift - 2, SIDE + 2);
    pen.lineTo(shift + SIDE + 2, -2);
    pen.stroke();
  }
  return pen.getImageData(0, 0, SIDE, SIDE);
}
