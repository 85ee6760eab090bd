"""
Made-up instances of the graph face: planar, county-like or tract-like, each with an answer.

Units are random points joined as neighbours are on a map (Delaunay, or a lattice with diagonals
and holes); weights are log-normal. A division drawn along random trees is planted: the weights of
each part are scaled until it fits, so that a request within half a percent can be met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.spatial import Delaunay

from gis.partition.districts import carved
from gis.partition.graph import Floats, Ints, piece_graph

Ground = Literal["scattered", "lattice"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Units, parts, how uneven the weights are (sigma of their logarithm) and the ground."""

    units: int
    parts: int
    uneven: float
    ground: Ground = "scattered"
    tolerance: float = 0.005


# From few heavy counties to many like tracts; the seed of each is its place in the list.
RECIPES = (
    Recipe(40, 3, 1.0),
    Recipe(45, 5, 1.2),
    Recipe(60, 8, 1.0),
    Recipe(70, 6, 1.3, "lattice"),
    Recipe(90, 7, 1.1),
    Recipe(110, 4, 1.0, "lattice"),
    Recipe(120, 8, 1.4),
    Recipe(160, 5, 1.2),
    Recipe(220, 2, 0.5, "lattice"),
    Recipe(300, 6, 0.8),
    Recipe(400, 3, 0.5),
    Recipe(500, 8, 0.4, "lattice"),
    Recipe(600, 4, 0.6),
    Recipe(700, 7, 0.4),
)


def made_instance(recipe: Recipe, seed: int) -> dict[str, Any]:
    """Make the document of one instance, with ``k``, ``L`` and ``U`` that can be met."""
    rng = np.random.default_rng(seed)
    x, y = _scattered(rng, recipe.units)
    pairs = _neighbours(x, y)
    if recipe.ground == "lattice":
        x, y, pairs = _lattice(rng, recipe.units)
    w = rng.lognormal(0.0, recipe.uneven, len(x))
    # A unit heavier than most of a part leaves nothing to divide.
    w = np.minimum(w, 0.8 * w.sum() / recipe.parts)
    state = rng.integers(1, 2**63, 1, dtype=np.uint64)
    rough = piece_graph((w * 1e4).astype(np.int64), pairs[:, 0], pairs[:, 1], x=x, y=y)
    part = carved(rough, recipe.parts, state)
    aim = 1e6 * rng.uniform(1 - 0.8 * recipe.tolerance, 1 + 0.8 * recipe.tolerance, recipe.parts)
    w = np.rint(w * (aim / np.bincount(part, w))[part]).astype(np.int64)
    mean = float(w.sum()) / recipe.parts
    return {
        "name": f"made-{recipe.units}-{recipe.parts}-{seed}",
        "n": len(w),
        "k": recipe.parts,
        "L": int(np.ceil(mean * (1 - recipe.tolerance))),
        "U": int(np.floor(mean * (1 + recipe.tolerance))),
        "w": w.tolist(),
        "x": x.tolist(),
        "y": y.tolist(),
        "edges": pairs.tolist(),
    }


def _scattered(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    return rng.uniform(0, 300_000, n), rng.uniform(0, 420_000, n)


def _neighbours(x: Floats, y: Floats) -> Ints:
    """Delaunay edges without the long ones along the rim, as long as all hangs together."""
    corners = Delaunay(np.column_stack((x, y))).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]))
    pairs = np.unique(pairs, axis=0).astype(np.int64)
    length = np.hypot(x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]])
    short = pairs[length < 3.0 * np.median(length)]
    whole = piece_graph(np.ones(len(x)), short[:, 0], short[:, 1]).components().max() == 0
    return short if whole else pairs


def _lattice(rng: np.random.Generator, n: int) -> tuple[Floats, Floats, Ints]:
    """About n units of a lattice with some diagonals, three holes cut into it."""
    side = int(np.ceil(np.sqrt(n * 1.2)))
    col, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    keep = np.ones(side * side, bool)
    for _ in range(3):
        at = rng.uniform(0, side, 2)
        keep &= np.hypot(col - at[0], row - at[1]) > 0.1 * side
    near = [(0, 1), (1, 0)]
    number = np.arange(side * side).reshape(side, side)
    pairs = [
        np.column_stack((number[: side - r, : side - c].ravel(), number[r:, c:].ravel()))
        for r, c in near
    ]
    diagonal = np.column_stack((number[:-1, :-1].ravel(), number[1:, 1:].ravel()))
    pairs.append(diagonal[rng.random(len(diagonal)) < 0.3])
    joined = np.concatenate(pairs)
    joined = joined[keep[joined].all(axis=1)]
    piece = piece_graph(np.ones(side * side), joined[:, 0], joined[:, 1]).components()
    largest = np.bincount(piece[keep]).argmax()
    keep &= piece == largest
    place = np.cumsum(keep) - 1
    joined = joined[keep[joined].all(axis=1)]
    jitter = rng.uniform(-2_000, 2_000, (2, side * side))
    x, y = col * 10_000.0 + jitter[0], row * 10_000.0 + jitter[1]
    return x[keep], y[keep], place[joined].astype(np.int64)
