"""How colours are seen: contrast as WCAG 2 has it, and by people who see two hues."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Sight = Literal["three hues", "no red", "no green"]
Linear = NDArray[np.float64]

# Viénot, Brettel and Mollon 1999, in linear sRGB.
_SIGHTS: dict[Sight, Linear] = {
    "three hues": np.eye(3),
    "no red": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "no green": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}
SIGHTS: tuple[Sight, ...] = tuple(_SIGHTS)
# Ottosson 2020, OKLab.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> Linear:
    """Linear light of ``#rrggbb``."""
    digits = colour.lstrip("#")
    coded = np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2)."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    light = sorted(float(weights @ linear(colour)) for colour in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def apart(one: str, other: str, sight: Sight) -> float:
    """How far two colours look apart: 100 times their distance in OKLab; 2 is barely seen."""

    def lab(colour: str) -> Linear:
        seen = np.clip(_SIGHTS[sight] @ linear(colour), 0, 1)
        return np.asarray(_LAB @ np.cbrt(_CONES @ seen))

    return 100 * float(np.linalg.norm(lab(one) - lab(other)))
