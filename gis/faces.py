"""
The faces of the ground, and which building or ground each one belongs to.

Coordinates are lattice steps (see `gis.arrangement`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from scipy.spatial import KDTree

from gis.arrangement import (
    OUTSIDE,
    Arrangement,
    Floats,
    Ints,
    Shapes,
    arrange,
    groups,
)
from gis.blocks import Blocks, Lines, barrier_ranks, first_holder
from gis.sites import Pieces, outline_pieces, priority, refined, ridges

OVERSHOOT = 50.0
"""Ridges reach this far (5 mm) beyond their block, so that they surely meet its border."""


@dataclass(frozen=True, slots=True)
class Faces:
    """
    Faces with their owner.

    ``owner[f]`` numbers the owner of face ``f``: buildings 0..``houses``-1, then fronts (ground
    before a courtyard), then from ``first_empty`` on the block itself where nothing faces it;
    -1 outside. ``core[f]`` is the area of a building's site that the face holds.
    """

    arrangement: Arrangement
    owner: Ints
    core: Floats
    block: Ints
    barrier: Ints
    houses: int
    first_empty: int


def divide_faces(sites: Shapes, blocks: Blocks, lines: Lines, step_m: float) -> Faces:
    """
    Cut the blocks halfway between sites, and find the owner of each face.

    Parameters
    ----------
    sites
        Ground that each building surely holds, None for those outside.
    blocks, lines
        The blocks, and the courtyards and barriers that made them.
    step_m
        Lattice step in metres.
    """
    pieces, fronts = _pieces(sites, blocks, lines, step_m)
    polygons = blocks.polygons()
    samples = _samples(refined(pieces, step_m), sites, polygons)
    drawn = ridges(samples, polygons, step_m)
    halves = _inside_blocks(*drawn, polygons)
    cut = _cut_sites(sites, halves, blocks)
    outlines = shapely.boundary(sites[cut])
    arrangement = arrange(np.concatenate([[blocks.arrangement.lines], outlines, halves]))
    points = shapely.point_on_surface(arrangement.faces)
    ground = first_holder(blocks.arrangement.faces, points)
    block = np.where(ground != OUTSIDE, blocks.block[ground], OUTSIDE)
    first_empty = len(sites) + fronts
    owner = np.where(block != OUTSIDE, first_empty + block, OUTSIDE)
    _nearest(owner, points, block, samples)
    core = _cores(owner, arrangement.faces, points, sites, cut)
    barrier = barrier_ranks(arrangement, lines)
    return Faces(arrangement, owner, core, block, barrier, len(sites), first_empty)


def _pieces(sites: Shapes, blocks: Blocks, lines: Lines, step_m: float) -> tuple[Pieces, int]:
    """Outlines of sites, and of courtyards where they face ground of no courtyard."""
    live = np.flatnonzero(blocks.home != OUTSIDE)
    houses = outline_pieces(sites[live], live, blocks.home[live], step_m)
    arrangement = blocks.arrangement
    padded, yards = np.append(blocks.block, OUTSIDE), np.append(blocks.courtyard, OUTSIDE)
    a, b = padded[arrangement.left], padded[arrangement.right]
    free = (barrier_ranks(arrangement, lines) == 0) & (a != OUTSIDE) & (b != OUTSIDE)
    tails, heads = arrangement.nodes[arrangement.tail], arrangement.nodes[arrangement.head]
    ends, fronts = [houses.ends], [np.empty((0, 2), dtype=np.int64)]
    for rest, other in ((a, b), (b, a)):
        facing = free & (yards[rest] == OUTSIDE) & (yards[other] != OUTSIDE)
        ends.append(np.stack([tails[facing], heads[facing]], axis=1))
        fronts.append(np.column_stack([rest[facing], yards[other[facing]]]))
    front, number = np.unique(np.concatenate(fronts), axis=0, return_inverse=True)
    owner = np.concatenate([houses.owner, len(sites) + number])
    block = np.concatenate([houses.block, front[number, 0]])
    return Pieces(np.concatenate(ends), owner, block), len(front)


def _samples(pieces: Pieces, sites: Shapes, polygons: Shapes) -> Pieces:
    """Pieces with distinct middles, those of sites only inside their own block."""
    x, y = np.round(pieces.middles).T
    order = np.lexsort([pieces.owner, y, x, pieces.block])
    places = np.column_stack([pieces.block, x, y])[order]
    distinct = np.append(True, (places[1:] != places[:-1]).any(axis=1))
    order = order[distinct[: len(order)]]
    own = pieces.owner[order] >= len(sites)
    for number, members in groups(pieces.block[order]):
        shapely.prepare(polygons[number])
        at = order[members]
        own[members] |= shapely.intersects_xy(polygons[number], x[at], y[at])
    return pieces.take(order[own])


def _inside_blocks(lines: Shapes, block: Ints, polygons: Shapes) -> Shapes:
    """Clip ridges to their blocks, a hair beyond."""
    if len(lines) == 0:
        return lines
    wide = shapely.buffer(polygons, OVERSHOOT, join_style="mitre", quad_segs=1)
    lines, of = shapely.get_parts(lines, return_index=True)
    block = block[of]
    line, holder = shapely.STRtree(polygons).query(lines, predicate="within")
    whole = np.zeros(len(lines), dtype=bool)
    whole[line[holder == block[line]]] = True
    clipped = shapely.intersection(lines[~whole], wide[block[~whole]])
    return np.concatenate([lines[whole], shapely.get_parts(clipped)])


def _cut_sites(sites: Shapes, lines: Shapes, blocks: Blocks) -> Ints:
    """Sites whose outline matters: a line or another site meets them, or a part stands away."""
    tree = shapely.STRtree(sites)
    drawn = np.concatenate([lines, shapely.get_parts(blocks.arrangement.lines)])
    met = tree.query(drawn, predicate="intersects")[1]
    a, b = tree.query(sites, predicate="intersects")
    return np.unique(np.concatenate([met, a[a != b], _parted(sites, blocks)]))


def _parted(sites: Shapes, blocks: Blocks) -> Ints:
    """Sites of which some part lies in another block than their home: no ridge runs round it."""
    several = np.flatnonzero(shapely.get_num_geometries(sites) > 1)
    parts, of = shapely.get_parts(sites[several], return_index=True)
    face = first_holder(blocks.arrangement.faces, shapely.point_on_surface(parts))
    away = np.append(blocks.block, OUTSIDE)[face] != blocks.home[several[of]]
    return cast(Ints, several[of[away]])


def _nearest(owner: Ints, points: Shapes, block: Ints, samples: Pieces) -> None:
    """Give faces to the owner of the nearest sample of their block, where it has any."""
    asked = np.flatnonzero(np.isin(block, samples.block))
    if len(asked) == 0:
        return
    xy, known = shapely.get_coordinates(points[asked]), np.round(samples.middles)
    # Blocks are kept apart by a third coordinate larger than any distance.
    apart = 4 * (np.abs(xy).max() + np.abs(known).max() + 1)
    tree = KDTree(np.column_stack([known, samples.block * apart]))
    owner[asked] = samples.owner[tree.query(np.column_stack([xy, block[asked] * apart]))[1]]


def _cores(owner: Ints, faces: Shapes, points: Shapes, sites: Shapes, cut: Ints) -> Floats:
    """Give the faces in sites to their building; return how much of a site each face holds."""
    core = np.zeros(len(faces))
    whole = np.setdiff1d(np.flatnonzero(~shapely.is_missing(sites)), cut)
    stands = shapely.point_on_surface(sites[whole])
    face, site = shapely.STRtree(stands).query(faces, predicate="intersects")
    face, site = face[owner[face] != OUTSIDE], site[owner[face] != OUTSIDE]
    owner[face] = whole[site]
    core[face] = shapely.area(faces[face])
    order = cut[priority(sites[cut])]
    holder = first_holder(sites[order], points)
    held = np.flatnonzero((holder != OUTSIDE) & (owner != OUTSIDE) & (core == 0))
    owner[held] = order[holder[held]]
    core[held] = shapely.area(faces[held])
    return core
