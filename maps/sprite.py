"""The sprite of the styles: patterns by which maps tell things without colour."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

from maps.tokens import Theme, colour

PATTERNS: dict[str, str] = {
    "hatch-over": "load-over",
    "hatch-far-over": "load-far-over",
    "hatch-unreached": "unreached-hatch",
    "hatch-vacant": "vacant",
    "dots-special": "kind-special",
}
"""Image -> token of its colour."""

_SIDE = 8
"""Side of a pattern in CSS pixels; it repeats without a seam."""
_STRENGTH = 0.6
_Ink = npt.NDArray[np.float64]


def sprite_json(ratio: int) -> dict[str, dict[str, int]]:
    """Tell where each image lies in the picture of that pixel ratio."""
    side = _SIDE * ratio
    return {
        name: {"x": i * side, "y": 0, "width": side, "height": side, "pixelRatio": ratio}
        for i, name in enumerate(PATTERNS)
    }


def sprite_png(theme: Theme, ratio: int) -> bytes:
    """Draw all images side by side as PNG, for 1 or 2 device pixels a CSS pixel."""
    drawn = [_image(name, colour(token, theme), ratio) for name, token in PATTERNS.items()]
    return _png(np.hstack(drawn))


def _image(name: str, ink: str, ratio: int) -> npt.NDArray[np.uint8]:
    cover = _dots(_SIDE * ratio) if name.startswith("dots") else _stripes(_SIDE * ratio)
    image = np.empty((*cover.shape, 4), np.uint8)
    image[..., :3] = list(bytes.fromhex(ink[1:]))
    image[..., 3] = np.rint(255 * _STRENGTH * cover)
    return image


def _stripes(side: int) -> _Ink:
    """Cover of slanted stripes: how much of each pixel lies under one."""
    x, y = _middles(side)
    across = np.abs((x + y) % side - side / 2) / np.sqrt(2)
    return _covered(across, 0.75 / _SIDE * side)


def _dots(side: int) -> _Ink:
    x, y = _middles(side)
    return _covered(np.hypot(x - side / 2, y - side / 2), 1.6 / _SIDE * side)


def _middles(side: int) -> tuple[_Ink, _Ink]:
    y, x = np.mgrid[0:side, 0:side] + 0.5
    return x, y


def _covered(distance: _Ink, reach: float) -> _Ink:
    """Share of a pixel inside a shape whose edge is `reach` from its middle line, or centre."""
    return np.clip(reach - distance + 0.5, 0, 1)


def _png(image: npt.NDArray[np.uint8]) -> bytes:
    """Encode rows of RGBA as PNG."""
    height, width, _ = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check
