"""
Lines cut at every crossing, the faces between them, and who lies on either side.

All coordinates here are whole numbers: steps of a lattice of 0.1 mm from a local
origin. On a lattice two points are the same or they are not, so that a shared
border is shared exactly and neither gap nor overlap can arise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

OUTSIDE = -1


def point_array(xy: Floats) -> Shapes:
    """Points, one for each row of `xy`."""
    return cast(Shapes, shapely.points(xy))


def polygonal(shapes: Shapes) -> Shapes:
    """Leave out the points and lines that overlay and repair may add to polygons."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION)
    clean = shapes.copy()
    for number in mixed:
        parts = shapely.get_parts(shapes[number])
        clean[number] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return clean


def totals(group: Ints, amount: Floats, count: int) -> Floats:
    """Sum amounts by group 0..count-1."""
    return np.bincount(group, amount, count).astype(np.float64)


def groups(number: Ints) -> Iterator[tuple[int, Ints]]:
    """
    List the positions of each number, numbers ascending; O(n log n) for any count of groups.

    >>> [(n, at.tolist()) for n, at in groups(np.array([7, 3, 7]))]
    [(3, [1]), (7, [0, 2])]
    """
    order = np.argsort(number, kind="stable").astype(np.int64)
    numbers, starts = np.unique(number[order], return_index=True)
    for one, members in zip(numbers, np.split(order, starts[1:]), strict=False):
        yield int(one), members


def line_array(vertices: Floats, line: Ints | None = None) -> Shapes:
    """Lines: one for each pair of points, or one for each run of equal numbers in `line`."""
    return cast(Shapes, shapely.linestrings(vertices, indices=line))


@dataclass(frozen=True, slots=True)
class Arrangement:
    """
    Faces of a set of lines, and the segments between them.

    Segment ``s`` runs from node ``tail[s]`` to ``head[s]`` with face ``left[s]`` on its left
    and ``right[s]`` on its right (-1 where there is no face); ``nodes`` holds the
    coordinates of the nodes. Lines that bound no face (dead ends) have no segments; they are
    among ``lines``, which holds all that was cut.
    """

    lines: shapely.Geometry
    faces: Shapes
    nodes: Floats
    tail: Ints
    head: Ints
    left: Ints
    right: Ints

    @property
    def middles(self) -> Floats:
        """Middle of each segment, one row each."""
        middles: Floats = (self.nodes[self.tail] + self.nodes[self.head]) / 2
        return middles

    @property
    def lengths(self) -> Floats:
        """Length of each segment in lattice steps."""
        return cast(Floats, np.hypot(*(self.nodes[self.tail] - self.nodes[self.head]).T))


def arrange(lines: Shapes) -> Arrangement:
    """
    Cut lines at every crossing (snap rounding, lattice step 1) and find the faces between them.

    Parameters
    ----------
    lines
        Lines in lattice steps. Not modified.

    Notes
    -----
    About 25 microseconds a segment; the noding takes most of it.
    """
    noded = shapely.union_all(lines, grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    return _sided(noded, shapely.orient_polygons(faces))


def _sided(lines: shapely.Geometry, faces: Shapes) -> Arrangement:
    """Find the segments of faces that tile the plane, each once, with its two sides."""
    nodes, tail, head, face = directed_segments(faces)
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    _, first, segment = np.unique(low * len(nodes) + high, return_index=True, return_inverse=True)
    left = np.full(len(first), OUTSIDE)
    right = left.copy()
    forward = tail == low
    left[segment[forward]] = face[forward]
    right[segment[~forward]] = face[~forward]
    return Arrangement(lines, faces, nodes, low[first], high[first], left, right)


def directed_segments(polygons: Shapes) -> tuple[Floats, Ints, Ints, Ints]:
    """
    List the segments of polygons, each with the polygon on its left.

    Returns
    -------
    nodes, tail, head, polygon
        Distinct vertices, and for each segment its two nodes and the polygon's position.
        Shells must run counter-clockwise, as `shapely.orient_polygons` leaves them.
    """
    if len(polygons) == 0:
        none = np.empty(0, dtype=np.int64)
        return np.empty((0, 2)), none, none, none
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    packed, node = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
    nodes = np.column_stack([packed.real, packed.imag])
    along = np.flatnonzero(ring[1:] == ring[:-1])
    return nodes, node[along], node[along + 1], owner[ring[along]]


def connected(count: int, a: Ints, b: Ints) -> Ints:
    """Number the connected components of `count` nodes joined by the edges a-b, from 0."""
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def absorb(orphan: Flags, source: Ints, target: Ints, rank: Ints, length: Floats) -> Ints:
    """
    Give each orphan region to a neighbour: over the weakest line, then the longest shared one.

    Parameters
    ----------
    orphan
        Flag for each region.
    source, target, rank, length
        Shared lines, in both directions: the regions on the near and far side, the rank of
        what runs along it, the length.

    Returns
    -------
    into
        For each region the region it becomes part of: itself, unless it was an orphan and a
        chain of shared lines leads it to a region that is none.
    """
    into = np.arange(len(orphan))
    waiting = orphan.copy()
    for level in np.unique(rank[orphan[source]]):
        while True:
            reach = into[target]
            open_ = (rank <= level) & waiting[source] & ~waiting[reach]
            if not open_.any():
                break
            pairs, pair = np.unique(
                np.column_stack([source[open_], reach[open_]]), axis=0, return_inverse=True
            )
            shared = np.bincount(pair, weights=length[open_])
            order = np.lexsort([pairs[:, 1], -shared, pairs[:, 0]])
            chosen = pairs[order][np.unique(pairs[order, 0], return_index=True)[1]]
            into[chosen[:, 0]] = chosen[:, 1]
            waiting[chosen[:, 0]] = False
    return into


def chains(tail: Ints, head: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """
    String directed segments of one kind into chains that end where three or more meet.

    Parameters
    ----------
    tail, head, kind
        Nodes and kind of each segment; only segments of the same kind are strung.

    Returns
    -------
    order, chain
        Positions of the segments in chain order, and the chain number of each of them,
        ascending. A closed chain starts at its lowest node.
    """
    count = len(tail)
    degree = np.bincount(
        np.concatenate([tail, head]), minlength=int(max(head.max(), tail.max())) + 1
    )
    by_tail = np.argsort(tail, kind="stable")
    at = np.minimum(np.searchsorted(tail[by_tail], head), count - 1)
    after = by_tail[at]
    joined = (tail[after] == head) & (kind[after] == kind) & (degree[head] == 2)
    chain = connected(count, np.flatnonzero(joined), after[joined])
    first = np.ones(count, dtype=bool)
    first[after[joined]] = False
    _open_rings(chain, tail, first)
    joined &= ~first[after]
    return _ranked(chain, after, joined, first)


def strung(tail: Ints, head: Ints, order: Ints, chain: Ints) -> tuple[Ints, Ints, Ints]:
    """
    List the nodes along each of the `chains`.

    Returns
    -------
    first, node, of
        Where in `order` each chain begins, the nodes of all chains, and the chain of each node.
    """
    first = np.flatnonzero(np.diff(chain, prepend=-1))
    nodes = np.insert(head[order], first, tail[order[first]])
    return first, nodes, np.insert(chain, first, chain[first])


def _open_rings(chain: Ints, tail: Ints, first: Flags) -> None:
    """Mark in `first` the segment at the lowest node of each chain that has no first one."""
    has_first = np.zeros(chain.max() + 1, dtype=bool)
    has_first[chain[first]] = True
    order = np.lexsort([tail, chain])
    starts = order[np.unique(chain[order], return_index=True)[1]]
    first[starts[~has_first[chain[starts]]]] = True


def _ranked(chain: Ints, after: Ints, joined: Flags, first: Flags) -> tuple[Ints, Ints]:
    """Order the segments of each chain by their distance from the chain's first one."""
    count = len(chain)
    before = np.arange(count)
    before[after[joined]] = np.flatnonzero(joined)
    steps = (~first).astype(np.int64)
    while True:
        further = steps + steps[before]
        if np.array_equal(further, steps):
            break
        steps, before = further, before[before]
    order = np.lexsort([steps, chain])
    return order, chain[order]


def polygons_between(lines: Shapes, left: Ints, right: Ints) -> tuple[Shapes, Ints]:
    """
    Build the polygons that lines enclose, and tell whose each one is.

    Parameters
    ----------
    lines
        Lines that meet only at their ends.
    left, right
        Owner on either side of each line; -1 for nobody.

    Returns
    -------
    polygons, owner
        One polygon for each connected piece that has an owner, holes included.
    """
    faces = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(lines)))
    if len(faces) == 0:
        return faces, np.empty(0, dtype=np.int64)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    along = np.flatnonzero(line[1:] == line[:-1])
    steps = np.concatenate(
        [np.hstack([xy[along], xy[along + 1]]), np.hstack([xy[along + 1], xy[along]])]
    )
    owners = np.concatenate([left[line[along]], right[line[along]]])
    shells = shapely.get_exterior_ring(faces)
    starts = np.hstack([shapely.get_coordinates(shapely.get_point(shells, i)) for i in (0, 1)])
    packed = np.concatenate([steps, starts])
    _, node = np.unique(packed[:, [0, 2]] + 1j * packed[:, [1, 3]], return_inverse=True)
    node = node.reshape(-1, 2)
    _, key = np.unique(node[:, 0] * (node.max() + 1) + node[:, 1], return_inverse=True)
    owner_of = np.empty(key.max() + 1, dtype=np.int64)
    owner_of[key[: len(steps)]] = owners
    owner = owner_of[key[len(steps) :]]
    return faces[owner != OUTSIDE], owner[owner != OUTSIDE]
