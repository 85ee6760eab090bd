"""
Sites of buildings: the ground each one surely holds, and the ridges halfway between sites.

Coordinates are lattice steps (see `gis.arrangement`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from scipy.spatial import QhullError, Voronoi

from gis.arrangement import OUTSIDE, Floats, Ints, Shapes, groups, line_array, polygonal
from gis.blocks import Blocks

OUTLINE_M = 0.1
LONGEST_PIECE_M = 20.0
SHORTEST_PIECE_M = 1.0
NEAR = 2.0
"""An outline is sampled in pieces no longer than the distance to the next owner over this."""
SIMPLIFY_M = 0.2
"""Ridges zigzag between samples; what deviates less than this is drawn straight."""
MEET = 100.0
TINY_M2 = 0.25
"""Smaller footprints are drawn as a square of this area, so that the lattice can hold them."""
COVERED = 0.05
"""A footprint of which other footprints leave less than this share cannot stand beside them."""


# A ufunc takes one distance for each pair; its published signature has a single one.
dwithin: Callable[[Shapes, Shapes, Floats], object] = cast(
    Callable[[Shapes, Shapes, Floats], object], shapely.dwithin
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """Straight pieces of outlines, each with its owner and the block in which it counts."""

    ends: Floats
    owner: Ints
    block: Ints

    @property
    def middles(self) -> Floats:
        """Middle of each piece: the samples."""
        return cast(Floats, self.ends.mean(axis=1))

    def take(self, which: Ints) -> Pieces:
        """Those pieces, in that order."""
        return Pieces(self.ends[which], self.owner[which], self.block[which])


def footprints(buildings: Shapes, step_m: float) -> Shapes:
    """Put footprints on the lattice; tiny ones become a small square around themselves."""
    snapped = shapely.set_precision(buildings, 1.0)
    tiny = shapely.area(snapped) * step_m**2 < TINY_M2
    xy = shapely.get_coordinates(shapely.point_on_surface(buildings[tiny]))
    half = np.ceil(TINY_M2**0.5 / step_m / 2)
    xy = np.round(xy)
    snapped[tiny] = shapely.box(*(xy - half).T, *(xy + half).T)
    return snapped


def clear_sites(prints: Shapes, blocks: Blocks) -> Shapes:
    """
    Cut footprints back to their own side of every barrier, and part those that lie on another.

    Where footprints overlap, the smaller one holds the ground (ties: the first). One that is
    covered by smaller ones shares the ground of the one that covers most of it, in strips.

    Returns
    -------
    sites
        One polygon (or several) each; where sites overlap, the first in `priority` counts.
        None for buildings outside the community.
    """
    sites = _own_side(prints, blocks)
    a, b, shared = _overlaps(sites)
    if len(a) == 0:
        return sites
    place = np.empty(len(sites), dtype=np.int64)
    place[priority(sites)] = np.arange(len(sites))
    upper = np.where(place[a] > place[b], a, b)
    lower = a + b - upper
    host = _hosts(sites, upper, lower, shared, place)
    below = dict(groups(upper))
    for keeper, members in groups(host):
        if len(members) == 1:
            continue
        beside = lower[below.get(keeper, members[:0])]
        others = beside[host[beside] != keeper]
        ground = shapely.difference(sites[keeper], shapely.union_all(sites[others]))
        sites[members] = strips(ground, len(members))
    return sites


def priority(sites: Shapes) -> Ints:
    """Order of sites in which the first holder of a point is its owner: smaller ones first."""
    return np.argsort(shapely.area(sites), kind="stable").astype(np.int64)


def _own_side(prints: Shapes, blocks: Blocks) -> Shapes:
    """Cut each footprint to the ground that no barrier parts from its home block."""
    sites = prints.copy()
    sites[blocks.home == OUTSIDE] = None
    faces = blocks.arrangement.faces
    tree = shapely.STRtree(faces)
    whole, _ = tree.query(sites, predicate="within")
    rest = np.setdiff1d(np.flatnonzero(blocks.home != OUTSIDE), whole)
    k, face = tree.query(sites[rest], predicate="intersects")
    parts = shapely.intersection(sites[rest[k]], faces[face], grid_size=1.0)
    ours = blocks.block[face] == blocks.home[rest[k]]
    for number, mine in groups(k.astype(np.int64)):
        sectors = blocks.sector[face[mine[ours[mine]]]]
        kept = parts[mine[np.isin(blocks.sector[face[mine]], sectors)]]
        sites[rest[number]] = shapely.union_all(kept, grid_size=1.0)
    return polygonal(sites)


def _overlaps(sites: Shapes) -> tuple[Ints, Ints, Floats]:
    """Pairs of sites that share ground, and how much."""
    a, b = shapely.STRtree(sites).query(sites, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(sites[a], sites[b]))
    real = shared > 1e-3 * np.minimum(shapely.area(sites[a]), shapely.area(sites[b]))
    return a[real], b[real], shared[real]


def _hosts(sites: Shapes, upper: Ints, lower: Ints, shared: Floats, place: Ints) -> Ints:
    """For each site the uncovered one whose ground it must share: itself when it is uncovered."""
    host = np.arange(len(sites))
    order = np.lexsort([place[lower], -shared, upper])
    for site, pairs in groups(upper):
        below = lower[pairs]
        left = shapely.area(shapely.difference(sites[site], shapely.union_all(sites[below])))
        if left < COVERED * shapely.area(sites[site]):
            host[site] = lower[order][np.searchsorted(upper[order], site)]
    while not np.array_equal(host, host[host]):
        host = host[host]
    return host


def strips(ground: shapely.Geometry, count: int) -> Shapes:
    """Cut the largest piece of ground into strips of equal width across its longer side."""
    pieces = shapely.get_parts(ground)
    ground = pieces[np.argmax(shapely.area(pieces))]
    xmin, ymin, xmax, ymax = shapely.bounds(ground)
    cuts = np.arange(count + 1) / count
    if xmax - xmin >= ymax - ymin:
        x = xmin + cuts * (xmax - xmin)
        boxes = shapely.box(x[:-1], ymin, x[1:], ymax)
    else:
        y = ymin + cuts * (ymax - ymin)
        boxes = shapely.box(xmin, y[:-1], xmax, y[1:])
    return polygonal(np.asarray(shapely.intersection(boxes, ground, grid_size=1.0)))


def outline_pieces(sites: Shapes, owner: Ints, block: Ints, step_m: float) -> Pieces:
    """Break the outlines of shapes, drawn straight within 0.1 m, into their segments."""
    lines, shape = shapely.get_parts(shapely.boundary(sites), return_index=True)
    lines = shapely.simplify(lines, OUTLINE_M / step_m, preserve_topology=False)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    along = np.flatnonzero(line[1:] == line[:-1])
    shape = shape[line[along]]
    return Pieces(np.stack([xy[along], xy[along + 1]], axis=1), owner[shape], block[shape])


def refined(pieces: Pieces, step_m: float) -> Pieces:
    """
    Halve pieces until they are short against their distance to the next owner in the block.

    Only there does the border between two owners need close samples.
    """
    pieces = _shortened(pieces, LONGEST_PIECE_M / step_m)
    owners, shapes = _owner_shapes(pieces)
    shapely.prepare(shapes)
    piece, near = _candidates(pieces, owners, shapes)
    while True:
        lengths = _lengths(pieces.ends)
        reach = NEAR * lengths[piece]
        lines = line_array(pieces.ends)
        close = np.asarray(dwithin(shapes[near], lines[piece], reach), dtype=bool)
        close &= lengths[piece] > SHORTEST_PIECE_M / step_m
        if not close.any():
            return pieces
        pieces, piece, near = _halved(pieces, piece[close], near[close])


def _lengths(ends: Floats) -> Floats:
    return cast(Floats, np.hypot(*(ends[:, 1] - ends[:, 0]).T))


def _shortened(pieces: Pieces, longest: float) -> Pieces:
    """Cut pieces into equal parts no longer than `longest`."""
    parts = np.maximum(np.ceil(_lengths(pieces.ends) / longest), 1).astype(np.int64)
    piece = np.repeat(np.arange(len(parts)), parts)
    part = np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts)
    start, step = pieces.ends[piece, 0], np.diff(pieces.ends[piece], axis=1)[:, 0]
    share = np.column_stack([part, part + 1]) / parts[piece, None]
    ends = start[:, None] + step[:, None] * share[:, :, None]
    return Pieces(ends, pieces.owner[piece], pieces.block[piece])


def _owner_shapes(pieces: Pieces) -> tuple[Ints, Shapes]:
    """One multi-line for each owner."""
    order = np.argsort(pieces.owner, kind="stable")
    owners, number = np.unique(pieces.owner[order], return_inverse=True)
    lines = line_array(pieces.ends[order])
    return owners, cast(Shapes, shapely.multilinestrings(lines, indices=number))


def _candidates(pieces: Pieces, owners: Ints, shapes: Shapes) -> tuple[Ints, Ints]:
    """Pairs of a piece and the shape of another owner of its block that may be near it."""
    block_of = np.empty(len(owners), dtype=np.int64)
    number = np.searchsorted(owners, pieces.owner)
    block_of[number] = pieces.block
    reach = np.full(len(owners), 0.0)
    np.maximum.at(reach, number, NEAR * _lengths(pieces.ends))
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach)
    both = (a != b) & (block_of[a] == block_of[b])
    a, b = a[both], b[both]
    by_owner = np.argsort(number, kind="stable")
    count = np.bincount(number, minlength=len(owners))
    first = np.cumsum(count) - count
    pair = np.repeat(np.arange(len(a)), count[a])
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(count[a]) - count[a], count[a])
    return by_owner[first[a[pair]] + offset], b[pair]


def _halved(pieces: Pieces, piece: Ints, near: Ints) -> tuple[Pieces, Ints, Ints]:
    """Halve the pieces named in `piece`; both halves inherit their near shapes."""
    split = np.unique(piece)
    middle = pieces.ends[split].mean(axis=1)
    ends = pieces.ends.copy()
    ends[split, 1] = middle
    tails = np.stack([middle, pieces.ends[split, 1]], axis=1)
    halves = Pieces(
        np.concatenate([ends, tails]),
        np.append(pieces.owner, pieces.owner[split]),
        np.append(pieces.block, pieces.block[split]),
    )
    second = len(pieces.owner) + np.searchsorted(split, piece)
    return halves, np.concatenate([piece, second]), np.tile(near, 2)


def ridges(samples: Pieces, polygons: Shapes, step_m: float) -> tuple[Shapes, Ints]:
    """
    Draw the lines halfway between samples of different owners, block by block.

    Parameters
    ----------
    samples
        Pieces whose middles are distinct; only those of one block face each other.
    polygons
        The ground of each block.
    step_m
        Lattice step in metres.

    Returns
    -------
    lines, block
        One line (or several) between two owners, and its block. Lines may leave their block.
    """
    ends, pairs = [np.empty((0, 2, 2))], [np.empty((0, 3), dtype=np.int64)]
    middles, owner = np.round(samples.middles), samples.owner
    for number, members in groups(samples.block):
        if (owner[members] != owner[members[0]]).any():
            bounds = shapely.bounds(polygons[number])
            segments, between = _block_ridges(middles[members], owner[members], bounds)
            ends.append(segments)
            pairs.append(np.column_stack([np.full(len(between), number), between]))
    return _joined(np.concatenate(ends), np.concatenate(pairs), SIMPLIFY_M / step_m)


def _block_ridges(samples: Floats, owner: Ints, bounds: Floats) -> tuple[Floats, Ints]:
    """Ridges of the Voronoi diagram between samples of different owners."""
    centre = (bounds[:2] + bounds[2:]) / 2
    radius = float((bounds[2:] - bounds[:2]).max())
    # A far square closes every region; its ridges lie outside the block.
    corners = 4 * radius * np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)])
    points = np.concatenate([samples - centre, corners])
    try:
        diagram = Voronoi(points)
    except QhullError:
        diagram = Voronoi(points, qhull_options="Qbb Qc QJ")
    between = np.asarray(diagram.ridge_points, dtype=np.int64)
    ends = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    used = (between < len(samples)).all(axis=1) & (ends >= 0).all(axis=1)
    pairs = owner[between[used]]
    ends = ends[used][pairs[:, 0] != pairs[:, 1]]
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    # Corners where four cells all but meet become one point.
    vertices = np.round((diagram.vertices + centre) / MEET) * MEET
    apart = (vertices[ends[:, 0]] != vertices[ends[:, 1]]).any(axis=1)
    return vertices[ends[apart]], pairs[apart]


def _joined(ends: Floats, pairs: Ints, tolerance: float) -> tuple[Shapes, Ints]:
    """Join the ridges between two owners and draw them straight within the tolerance."""
    if len(ends) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    order = np.lexsort(pairs.T[::-1])
    groups, group = np.unique(pairs[order], axis=0, return_inverse=True)
    lines = shapely.multilinestrings(line_array(ends[order]), indices=group)
    merged = shapely.simplify(shapely.line_merge(lines), tolerance)
    return cast(Shapes, merged), groups[:, 0]
