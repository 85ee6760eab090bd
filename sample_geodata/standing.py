"""The standing grids as somebody once drew them by hand, and the posts on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon, STRtree

from sample_geodata.blocks import Rng, halves
from sample_geodata.frames import Row, Surveyed
from sample_geodata.names import worker_names
from sample_geodata.shapes import largest

GRIDS = 44
POSTS = 48
VACANT = 6
_WOBBLE_M = 3.0
_MOST_IN_PIECE = 210


@dataclass(frozen=True, slots=True)
class Piece:
    """A block face, or part of one, with the households standing on it."""

    shape: Polygon
    households: int


def grid_rows(done: Surveyed, rng: Rng) -> list[Row]:
    """Grids community by community: blocks gathered by hand until they hold some 400 households."""
    total = sum(p.households for p in done.people)
    rows: list[Row] = []
    for k, code in enumerate(done.community_codes):
        pieces = _pieces(done, k)
        count = max(1, round(sum(p.households for p in pieces) / total * GRIDS))
        shapes = [_drawn(g, done, k, rng) for g in _gathered(pieces, count)]
        shapes.sort(key=lambda s: (-round(s.centroid.y / 150), s.centroid.x))
        rows += [_grid_row(code, n, s, done, k) for n, s in enumerate(shapes, start=1)]
    return rows


def post_rows(grids: list[Row], rng: Rng) -> Iterator[Row]:
    """One post on each grid, a second on the first few; some are vacant."""
    codes = [str(g["grid_code"]) for g in grids]
    seconds = codes[:: max(1, len(codes) // (POSTS - len(codes)))][: POSTS - len(codes)]
    held = [*((c, "comprehensive") for c in codes), *((c, "assistant") for c in seconds)]
    vacant = set(rng.choice(len(held), size=VACANT, replace=False).tolist())
    names = worker_names(rng, len(held))
    for n, (code, role) in enumerate(held):
        yield _post_row(n, code, role, None if n in vacant else names[n], rng)


def _post_row(n: int, code: str, role: str, name: str | None, rng: Rng) -> Row:
    year, month = int(rng.integers(2019, 2025)), int(rng.integers(1, 13))
    return {
        "post_id": f"G{n + 1:02d}",
        "grid_code": code,
        "role": role,
        "worker_id": f"W{n + 1:03d}" if name else None,
        "worker_name": name,
        "worker_phone": f"100000{n + 1:05d}" if name else None,
        "since": f"{year}-{month:02d}-01" if name else None,
        "subject_kind": "grid",
        "community_code": code[:12],
    }


def _pieces(done: Surveyed, community: int) -> list[Piece]:
    """The blocks of one community, the fullest of them cut across."""
    town = done.town
    points = [b.footprint.outline.centroid for b in town.buildings]
    tree = STRtree(points)
    households = np.array([p.households for p in done.people])
    pieces = []
    todo = [b.face for b in town.skeleton.blocks if b.community == community]
    while todo:
        face = todo.pop(0)
        held = int(households[tree.query(face, predicate="contains")].sum())
        if held > _MOST_IN_PIECE and face.area > 6000:
            todo += halves(face, 0.5, 0.0)
        else:
            pieces.append(Piece(face, held))
    return pieces


def _gathered(pieces: list[Piece], count: int) -> list[list[Piece]]:
    """Part the pieces into `count` groups of about equal households, along their longer side."""
    if count <= 1 or len(pieces) <= 1:
        return [pieces]
    middle = np.array([p.shape.centroid.coords[0] for p in pieces])
    axis = int(np.argmax(np.ptp(middle, axis=0)))
    order = np.argsort(middle[:, axis], kind="stable")
    held = np.cumsum([pieces[k].households for k in order])
    left = count // 2
    at = 1 + int(np.argmin(np.abs(held[:-1] - held[-1] * left / count)))
    low, high = [pieces[k] for k in order[:at]], [pieces[k] for k in order[at:]]
    return _gathered(low, left) + _gathered(high, count - left)


def _drawn(group: list[Piece], done: Surveyed, community: int, rng: Rng) -> Polygon:
    """One outline round the group, as an unsteady hand draws it with a mouse."""
    joined = shapely.union_all([p.shape for p in group])
    gap = 6.0
    while isinstance(joined, shapely.MultiPolygon):
        joined = joined.buffer(gap, join_style="mitre").buffer(-gap, join_style="mitre")
        gap *= 1.5
    outline = largest(joined.simplify(5.0))
    corners = np.asarray(outline.exterior.coords)[:-1]
    shaken = Polygon(corners + rng.normal(0, _WOBBLE_M, corners.shape))
    if not shaken.is_valid:
        shaken = largest(shaken.buffer(0))
    inside = done.town.skeleton.communities[community].buffer(4)
    return largest(shapely.set_precision(shaken.intersection(inside), 0.01))


def _grid_row(code: str, n: int, shape: Polygon, done: Surveyed, community: int) -> Row:
    name = done.town.plan.communities[community].name.removesuffix("社区")
    return {
        "grid_code": f"{code}{n:03d}",
        "name": f"{name}第{n}网格",
        "kind": "base",
        "community_code": code,
        "geometry": shape,
    }
