"""
Sites of buildings: the ground each one surely holds, and the ridges halfway between sites.

Coordinates are lattice steps (see `gis.arrangement`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from gis.arrangement import (
    OUTSIDE,
    Floats,
    Ints,
    Shapes,
    chains,
    groups,
    line_array,
    polygonal,
    strung,
)
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

    Only there does the border between two owners need close samples. The result is sorted by
    owner.
    """
    from gis.halving import halved  # loads the compiler, which those who build no ground spare

    pieces = pieces.take(np.argsort(pieces.owner, kind="stable").astype(np.int64))
    pieces = _shortened(pieces, LONGEST_PIECE_M / step_m)
    owners, first = np.unique(pieces.owner, return_index=True)
    if len(owners) < 2:
        return pieces
    segments = pieces.ends.reshape(-1, 4)
    boxes = np.column_stack(
        [
            np.minimum.reduceat(np.minimum(segments[:, :2], segments[:, 2:]), first),
            np.maximum.reduceat(np.maximum(segments[:, :2], segments[:, 2:]), first),
        ]
    )
    reach = NEAR * np.maximum.reduceat(_lengths(pieces.ends), first)
    beside, count = _neighbours(boxes, reach, pieces.block[first])
    parts, piece = halved(
        segments,
        np.append(first, len(segments)),
        boxes,
        beside,
        np.append(0, np.cumsum(count)),
        NEAR,
        SHORTEST_PIECE_M / step_m,
    )
    return Pieces(parts.reshape(-1, 2, 2), pieces.owner[piece], pieces.block[piece])


def _neighbours(boxes: Floats, reach: Floats, block: Ints) -> tuple[Ints, Ints]:
    """Owners of the same block whose box is within reach, and how many each owner has."""
    wide = shapely.box(*(boxes[:, :2] - reach[:, None]).T, *(boxes[:, 2:] + reach[:, None]).T)
    tree = shapely.STRtree(cast(Shapes, shapely.box(*boxes.T)))
    a, b = tree.query(wide)
    both = (a != b) & (block[a] == block[b])
    a, b = a[both], b[both]
    order = np.lexsort([b, a])
    return b[order].astype(np.int64), np.bincount(a, minlength=len(boxes))


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
    xy = np.round(samples.middles).astype(np.int64)
    # Samples that are near each other come near each other, so that the next is soon found.
    order = np.lexsort([_hilbert(xy), samples.block])
    ends, pairs = [np.empty((0, 4))], [np.empty((0, 3), dtype=np.int64)]
    starts = np.flatnonzero(np.diff(samples.block[order], prepend=-1, append=-1))
    for members in np.split(order, starts[1:-1]) if len(order) else ():
        if (samples.owner[members] != samples.owner[members[0]]).any():
            number = samples.block[members[0]]
            bounds = shapely.bounds(polygons[number])
            segments, between = _block_ridges(xy[members], samples.owner[members], bounds)
            ends.append(segments)
            pairs.append(np.column_stack([np.full(len(between), number), between]))
    return _joined(np.concatenate(ends), np.concatenate(pairs), SIMPLIFY_M / step_m)


def _hilbert(xy: Ints) -> Ints:
    """Place of each point on a curve that fills the plane."""
    from gis.delaunay import hilbert_ranks

    if len(xy) == 0:
        return np.empty(0, dtype=np.int64)
    low = xy - xy.min(axis=0)
    return hilbert_ranks(low[:, 0], low[:, 1], int(low.max()) + 1)


def _block_ridges(samples: Ints, owner: Ints, bounds: Floats) -> tuple[Floats, Ints]:
    """Ridges of the Voronoi diagram between samples of different owners, lower owner left."""
    from gis.delaunay import WIDEST, ridges_between

    centre = np.round((bounds[:2] + bounds[2:]) / 2).astype(np.int64)
    radius = int(np.ceil((bounds[2:] - bounds[:2]).max()))
    # A far square closes every region; its ridges lie outside the block.
    corners = 4 * radius * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    points = np.concatenate([samples - centre, corners])
    # Ground wider than 25 km loses a digit of its samples, so that products fit their numbers.
    coarse = int(radius // WIDEST) + 1
    points = np.ascontiguousarray((points // coarse).T)
    ends, pairs = ridges_between(points[0], points[1], owner, MEET / coarse)
    return ends * coarse + np.tile(centre, 2), pairs


def _joined(ends: Floats, pairs: Ints, tolerance: float) -> tuple[Shapes, Ints]:
    """String the ridges between two owners and draw them straight within the tolerance."""
    if len(ends) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    tail, head = ends[:, 0] + 1j * ends[:, 1], ends[:, 2] + 1j * ends[:, 3]
    nodes, node = np.unique(np.concatenate([tail, head]), return_inverse=True)
    tail, head = node[: len(ends)], node[len(ends) :]
    order, chain = chains(tail, head, pairs[:, 1] * (pairs.max() + 1) + pairs[:, 2])
    first, vertices, of = strung(tail, head, order, chain)
    lines = line_array(np.column_stack([nodes.real, nodes.imag])[vertices], of)
    # An outline of its own must not shrink to a point; other lines end at the same places anyway.
    closed = shapely.is_closed(lines)
    lines[closed] = shapely.simplify(lines[closed], tolerance)
    lines[~closed] = shapely.simplify(lines[~closed], tolerance, preserve_topology=False)
    return lines, pairs[order[first], 0]
