"""
The blocks of a community: what courtyard borders and barriers cut it into.

Coordinates are lattice steps (see `gis.arrangement`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from gis.arrangement import (
    OUTSIDE,
    Arrangement,
    Flags,
    Floats,
    Ints,
    Shapes,
    absorb,
    arrange,
    connected,
    line_array,
    point_array,
    totals,
)

RANK = {
    "nothing": 0,
    "courtyard": 1,
    "wall": 2,
    "arterial": 3,
    "other": 4,
    "railway": 5,
    "river": 6,
}
"""What runs along a line, from the weakest divide to the strongest."""

SLIVER_WIDTH_M = 3.0
"""Empty blocks thinner than this come from lines that were meant to be one line."""
MAIN_SHARE = 0.4
"""A thin block with many neighbours and none of this share is a net of lanes, not a sliver."""
SLIVER_M2 = 50.0
POCKET_M2 = 1_000.0
"""Empty pockets behind a barrier below this size are nobody's grid."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Courtyards (smallest first) and barriers in lattice steps, with what they are."""

    courtyards: Shapes
    walled: Flags
    barriers: Shapes
    barrier_rank: Ints


@dataclass(frozen=True, slots=True)
class Blocks:
    """
    The blocks, as groups of faces of one arrangement.

    ``block`` and ``sector`` number each face's block and the ground that barriers alone
    enclose (-1 outside the community); ``courtyard`` is the position of each block's courtyard
    in `Lines`, -1 for none; ``home`` the block of each building, -1 for those outside.
    """

    arrangement: Arrangement
    block: Ints
    sector: Ints
    courtyard: Ints
    home: Ints

    def polygons(self) -> Shapes:
        """One polygon (or several, united) for each block."""
        inside = self.block != OUTSIDE
        return unite(self.arrangement.faces[inside], self.block[inside], len(self.courtyard))


def unite(polygons: Shapes, group: Ints, count: int) -> Shapes:
    """Unite polygons by group number 0..count-1, on the lattice."""
    order = np.argsort(group, kind="stable")
    sizes = np.bincount(group, minlength=count)
    united = np.empty(count, dtype=object)
    alone = sizes[group[order]] == 1
    united[group[order][alone]] = polygons[order][alone]
    starts = np.cumsum(sizes) - sizes
    for number in np.flatnonzero(sizes != 1):
        members = polygons[order[starts[number] : starts[number] + sizes[number]]]
        united[number] = shapely.union_all(members, grid_size=1.0)
    return united


def barrier_ranks(arrangement: Arrangement, lines: Lines) -> Ints:
    """Rank of the strongest barrier along each segment, 0 for none."""
    rank = np.zeros(len(arrangement.tail), dtype=np.int64)
    if len(lines.barriers) == 0 or len(rank) == 0:
        return rank
    xy, line = shapely.get_coordinates(lines.barriers, return_index=True)
    along = np.flatnonzero(line[1:] == line[:-1])
    pieces = line_array(np.stack([xy[along], xy[along + 1]], axis=1))
    middles = shapely.STRtree(point_array(arrangement.middles))
    # Snap rounding moves a line by less than one step; two leave room for its bends.
    piece, segment = middles.query(pieces, predicate="dwithin", distance=2.0)
    np.maximum.at(rank, segment, lines.barrier_rank[line[along[piece]]])
    return rank


def line_ranks(left: Ints, right: Ints, barrier: Ints, walled: Flags) -> Ints:
    """Rank of what runs between two courtyards (-1: none), barriers first, then walls."""
    walls = np.append(walled, False)
    wall = np.where(walls[left] | walls[right], RANK["wall"], RANK["courtyard"])
    return np.maximum(barrier, np.where(left != right, wall, RANK["nothing"]))


def first_holder(holders: Shapes, points: Shapes) -> Ints:
    """Position of the first of `holders` that holds each point, -1 where none does."""
    found = np.full(len(points), len(holders))
    holder, point = shapely.STRtree(points).query(holders, predicate="intersects")
    np.minimum.at(found, point, holder)
    return np.where(found < len(holders), found, OUTSIDE)


def cut_blocks(community: Shapes, lines: Lines, buildings: Shapes, step_m: float) -> Blocks:
    """
    Cut the community along courtyard borders and barriers, and place each building in a block.

    A building belongs to the block that holds most of its footprint, and to none when most of
    it lies outside the community. Empty slivers, and small empty pockets behind a barrier,
    become part of a neighbouring block: over the weakest line, then the longest shared one.

    Parameters
    ----------
    community
        Polygons; what lies in none of them is outside.
    lines
        Courtyards and barriers.
    buildings
        Footprints.
    step_m
        Lattice step in metres.
    """
    rings = shapely.boundary(np.concatenate([community, lines.courtyards]))
    arrangement = arrange(np.concatenate([rings, lines.barriers]))
    points = shapely.point_on_surface(arrangement.faces)
    inside = first_holder(community, points) != OUTSIDE
    yard = np.where(inside, first_holder(lines.courtyards, points), OUTSIDE)
    barrier = barrier_ranks(arrangement, lines)
    sector = _groups(arrangement, inside, barrier == 0)
    left, right = arrangement.left, arrangement.right
    block = _groups(arrangement, inside, (barrier == 0) & (yard[left] == yard[right]))
    courtyard = _of_group(block, yard)
    home = _homes(arrangement.faces, block, buildings)
    between = line_ranks(yard[left], yard[right], barrier, lines.walled)
    slivers = _slivers(arrangement, block, between, home, step_m)
    into = _absorbed(arrangement, block, between, slivers)
    kept, number = np.unique(into, return_inverse=True)
    block = np.where(inside, np.append(number, OUTSIDE)[block], OUTSIDE)
    home = np.where(home != OUTSIDE, np.append(number, OUTSIDE)[home], OUTSIDE)
    return Blocks(arrangement, block, sector, courtyard[kept], home)


def _groups(arrangement: Arrangement, inside: Flags, open_: Flags) -> Ints:
    """Number the groups of inside faces joined over open segments; -1 outside."""
    left, right = arrangement.left, arrangement.right
    joined = open_ & (left != OUTSIDE) & (right != OUTSIDE)
    joined &= inside[left] & inside[right]
    group = connected(len(inside), left[joined], right[joined])
    _, number = np.unique(group[inside], return_inverse=True)
    result = np.full(len(inside), OUTSIDE)
    result[inside] = number
    return result


def _of_group(group: Ints, value: Ints) -> Ints:
    """Value of the first face of each group; the faces of a group share it."""
    numbers, first = np.unique(group, return_index=True)
    return cast(Ints, value[first[numbers != OUTSIDE]])


def _homes(faces: Shapes, block: Ints, buildings: Shapes) -> Ints:
    """Find the block with most of each footprint; -1 when less than half of it is inside."""
    home = np.full(len(buildings), OUTSIDE)
    if len(faces) == 0 or len(buildings) == 0:
        return home
    tree = shapely.STRtree(faces)
    building, face = tree.query(buildings, predicate="within")
    home[building] = block[face]
    rest = np.setdiff1d(np.arange(len(buildings)), building)
    k, face = tree.query(buildings[rest], predicate="intersects")
    building = rest[k]
    k, building, face = k[block[face] >= 0], building[block[face] >= 0], face[block[face] >= 0]
    shared = shapely.area(shapely.intersection(buildings[building], faces[face]))
    pairs, pair = np.unique(np.column_stack([building, block[face]]), axis=0, return_inverse=True)
    area = totals(pair, shared, len(pairs))
    order = np.lexsort([-area, pairs[:, 0]])
    found, first = np.unique(pairs[order, 0], return_index=True)
    held = totals(pairs[:, 0], area, len(buildings))
    mostly = held[found] >= shapely.area(buildings[found]) / 2
    home[found[mostly]] = pairs[order[first], 1][mostly]
    return home


def _slivers(arrangement: Arrangement, block: Ints, rank: Ints, home: Ints, step_m: float) -> Flags:
    """Flag the empty blocks that are slivers, or pockets with a barrier on every side."""
    count = int(block.max(initial=OUTSIDE)) + 1
    inside = block != OUTSIDE
    area = totals(block[inside], shapely.area(arrangement.faces[inside]), count) * step_m**2
    padded = np.append(block, OUTSIDE)
    left, right = padded[arrangement.left], padded[arrangement.right]
    edge = np.flatnonzero(left != right)
    me, other = np.concatenate([left, right]), np.concatenate([right, left])
    edge = np.concatenate([edge, edge + len(left)])
    edge = edge[me[edge] != OUTSIDE]
    me, other = me[edge], other[edge]
    length = np.tile(arrangement.lengths, 2)[edge] * step_m
    thin = 2 * area < SLIVER_WIDTH_M * totals(me, length, count)
    weak = (other != OUTSIDE) & (np.tile(rank, 2)[edge] < RANK["arterial"])
    open_length = totals(me[weak], length[weak], count)
    thin &= _main_share(me[weak], other[weak], length[weak], count) >= MAIN_SHARE * open_length
    empty = np.ones(count, dtype=bool)
    empty[home[home != OUTSIDE]] = False
    pocket = (open_length == 0) & (area < POCKET_M2)
    return cast(Flags, empty & (thin | (area < SLIVER_M2) | pocket))


def _main_share(me: Ints, other: Ints, length: Floats, count: int) -> Floats:
    """Length that each block shares with the neighbour it shares most with."""
    pairs, pair = np.unique(np.column_stack([me, other]), axis=0, return_inverse=True)
    share = np.zeros(count)
    np.maximum.at(share, pairs[:, 0], totals(pair, length, len(pairs)))
    return share


def _absorbed(arrangement: Arrangement, block: Ints, rank: Ints, slivers: Flags) -> Ints:
    """Which block each block becomes part of."""
    padded = np.append(block, OUTSIDE)
    left, right = padded[arrangement.left], padded[arrangement.right]
    shared = (left != right) & (left != OUTSIDE) & (right != OUTSIDE)
    ways = (
        np.concatenate([left[shared], right[shared]]),
        np.concatenate([right[shared], left[shared]]),
    )
    return absorb(slivers, *ways, np.tile(rank[shared], 2), np.tile(arrangement.lengths[shared], 2))
