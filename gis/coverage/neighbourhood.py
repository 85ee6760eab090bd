"""Which unreached buildings lie together, and the ground of those that do."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from gis.arrangement import Floats, Ints, Shapes, groups

Flags = npt.NDArray[np.bool_]

# Shares of the joining distance. Two gaps lie more than one joining distance apart, and the
# shortest lines that join the buildings of one pass those of the other at 0.86 of it at least
# (the height of a triangle with two sides of 1), so nothing drawn with these can touch.
_AROUND, _ALONG, _BACK, _STRAIGHT = 25 / 60, 20 / 60, 10 / 60, 1 / 60
_QUARTER = 2
# Touching buildings are 0 m apart, which a sparse matrix would not store.
_TOUCHING_M = 1e-9


class Neighbourhood:
    """
    Buildings, and how they are tied to those near them; made once for all kinds and cutoffs.

    What is drawn for a set of buildings is kept, for the same places often miss many kinds.

    Parameters
    ----------
    shapes
        Outlines of all buildings, in metres.
    marked
        Those that may be asked for; the others cost nothing.
    join_m
        How close buildings lie together.
    """

    def __init__(self, shapes: Shapes, marked: Flags, join_m: float) -> None:
        self._rows = np.flatnonzero(marked)
        shapes = shapes[self._rows]
        one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=join_m)
        pair = one < other
        self._one, self._other = one[pair], other[pair]
        apart = shapely.distance(shapes[self._one], shapes[self._other])
        self._apart = np.maximum(apart, _TOUCHING_M)
        self._shapes, self._join_m = shapes, join_m
        self._wide = shapely.buffer(shapes, _AROUND * join_m, quad_segs=_QUARTER)
        self._drawn: dict[bytes, shapely.Geometry] = {}

    def clusters(self, asked: Flags) -> list[tuple[Ints, shapely.Geometry]]:
        """
        Group those of the marked buildings that are asked for by who lies together.

        Returns
        -------
        clusters
            Rows of each among all buildings, ascending, and the polygon that hugs them.
        """
        missed = asked[self._rows]
        rows = np.flatnonzero(missed)
        place = np.cumsum(missed) - 1
        both = np.flatnonzero(missed[self._one] & missed[self._other])
        ends = place[self._one[both]], place[self._other[both]]
        ties = coo_array((self._apart[both], ends), (len(rows), len(rows)))
        tree: Any = minimum_spanning_tree(ties.tocsr()).tocoo()
        _, cluster = connected_components(tree, directed=False)
        tied = dict(groups(cluster[tree.row].astype(np.int64)))
        none = np.zeros(0, np.int64)
        found = []
        for number, members in groups(cluster.astype(np.int64)):
            at = tied.get(number, none)
            links = rows[tree.row[at]], rows[tree.col[at]]
            found.append((self._rows[rows[members]], self._ground(rows[members], *links)))
        return found

    def _ground(self, rows: Ints, one: Ints, other: Ints) -> shapely.Geometry:
        key = rows.tobytes()
        if key not in self._drawn:
            lines = shapely.shortest_line(self._shapes[one], self._shapes[other])
            apart = shapely.length(lines) > _TOUCHING_M
            bars = _bars(shapely.get_coordinates(lines[apart]), _ALONG * self._join_m)
            wide = shapely.union_all(np.concatenate([self._wide[rows], bars]))
            ground = shapely.buffer(wide, -_BACK * self._join_m, quad_segs=_QUARTER)
            self._drawn[key] = shapely.simplify(ground, _STRAIGHT * self._join_m)
        return self._drawn[key]


def _bars(ends: Floats, half_m: float) -> Shapes:
    """Rectangles around straight lines; the round corners of the buildings hide their ends."""
    start, end = ends[0::2], ends[1::2]
    along = end - start
    aside = half_m * np.column_stack([-along[:, 1], along[:, 0]])
    aside /= np.hypot(along[:, 0], along[:, 1])[:, None]
    corners = np.stack([start + aside, end + aside, end - aside, start - aside], axis=1)
    return np.asarray(shapely.polygons(corners), dtype=object)
