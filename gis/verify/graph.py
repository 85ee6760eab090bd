"""Who touches whom, rebuilt from the cells' edges and what runs along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.verify.edges import NOBODY, CellEdges, Ints
from gis.verify.ground import border_edges
from gis.verify.package import Package

SHORTEST_TOUCH_M = 1.0


@dataclass(frozen=True, slots=True)
class Touching:
    """Pairs of units that touch, each once, by position in ``units``."""

    count: int
    i: Ints
    j: Ints

    def parts(self, group: npt.NDArray[np.generic] | None = None) -> Ints:
        """Connected part of each unit; with `group`, links only join units of one group."""
        i, j = self.i, self.j
        if group is not None:
            same = group[i] == group[j]
            i, j = i[same], j[same]
        links = coo_array((np.ones(i.size, bool), (i, j)), shape=(self.count, self.count))
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def touching(community: Package, edges: CellEdges) -> Touching:
    """
    Rebuild the contiguity graph.

    The length of a common border is measured on the cells' own edges; the package's borders
    only say what runs along them and where a passage is.
    """
    count = len(community.units)
    whose, forward = border_edges(community, edges)
    known = forward != NOBODY
    whose, forward = whose[known], forward[known]
    inner = edges.across[forward] != NOBODY
    whose, forward = whose[inner], forward[inner]
    a, b = edges.owner[forward], edges.across[forward]
    pair = np.minimum(a, b) * count + np.maximum(a, b)
    hard = community.borders["runs_along"].isin(community.rules["hard_barriers"]).to_numpy(bool)
    passage = community.borders["passage"].astype(bool).to_numpy()
    pairs, at = np.unique(pair, return_inverse=True)
    open_m = np.bincount(at, np.where(hard[whose], 0.0, edges.length_m[forward]), len(pairs))
    crossed = np.bincount(at, passage[whose], len(pairs)) > 0
    # A millimetre of slack: lengths were rounded on the way through longitude and latitude.
    touch = pairs[(open_m >= SHORTEST_TOUCH_M - 1e-3) | crossed]
    return Touching(count, touch // count, touch % count)
