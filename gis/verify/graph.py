"""Who touches whom, rebuilt from the cells' edges and what runs along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis.verify.edges import NOBODY, CellEdges, Ints
from gis.verify.ground import LENGTH_ERROR_M, border_edges
from gis.verify.package import Package

SHORTEST_TOUCH_M = 1.0
_ROUNDING_M = 1e-9


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
    only say what runs along them and where a passage is. Where the measured length is so near
    one metre that the allowed error of ``length_m`` decides, ``length_m`` decides.
    """
    count = len(community.units)
    borders = community.borders
    whose, forward = border_edges(community, edges)
    inner = (forward != NOBODY) & (edges.across[forward] != NOBODY)
    whose, forward = whose[inner], forward[inner]
    a, b = edges.owner[forward], edges.across[forward]
    pairs, at = np.unique(np.minimum(a, b) * count + np.maximum(a, b), return_inverse=True)
    is_open = ~borders["runs_along"].isin(community.rules.hard).to_numpy(bool)
    passage = borders["passage"].to_numpy(bool)
    measured = _sums(at, np.where(is_open[whose], edges.length_m[forward], 0.0), len(pairs))
    # Each border speaks once for the pair it lies between, however many vertices it has.
    _, first = np.unique(whose, return_index=True)
    of_border, border = at[first], whose[first]
    said_m = borders["length_m"].to_numpy(np.float64)
    said = _sums(of_border, np.where(is_open[border], said_m[border], 0.0), len(pairs))
    slack = LENGTH_ERROR_M * _sums(of_border, np.ones(len(border)), len(pairs))
    doubtful = np.abs(measured - SHORTEST_TOUCH_M) <= slack
    long = np.where(doubtful, said >= SHORTEST_TOUCH_M - _ROUNDING_M, measured >= SHORTEST_TOUCH_M)
    crossed = _sums(at, passage[whose], len(pairs)) > 0
    touch = pairs[long | crossed]
    i, j = touch // count, touch % count
    if "base_grid" in community.units:
        # Micro grids nest in base grids: across their border nothing touches.
        base = community.units["base_grid"].to_numpy(object)
        same = base[i] == base[j]
        i, j = i[same], j[same]
    return Touching(count, i, j)


def _sums(groups: Ints, values: npt.NDArray[np.generic], count: int) -> npt.NDArray[np.float64]:
    return np.bincount(groups, values.astype(np.float64), count).astype(np.float64)
