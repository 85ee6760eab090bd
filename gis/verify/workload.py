"""Workload of grids: posts shared out by visits, and rounds of a believable length."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

from gis.verify.edges import Floats, Ints, to_metric
from gis.verify.figures import GridFigures
from gis.verify.findings import Finding, promise
from gis.verify.loads import Recount
from gis.verify.package import Package

_DETOUR = 1.3
_SLACK = 1e-3
_ROUNDED_M = 0.1
_DENSE = 400


def check_workload(community: Package, count: Recount, figures: GridFigures) -> list[Finding]:
    """Check the columns of the workload, where the package has them."""
    grids = community.grids
    findings = []
    if "posts_by_visits" in grids:
        wanted = _shared(community, figures)
        wrong = wanted != grids["posts_by_visits"].to_numpy(np.int64)
        findings.append(
            promise(
                "posts",
                community.community,
                f"Posts are shared out by visits, {int(wanted.sum())} in all",
                f"岗位按走访任务分配，共 {int(wanted.sum())} 个",
                grids["grid"][wrong],
            )
        )
    if "round_m" in grids:
        said = grids["round_m"].to_numpy(np.float64)
        tree = _DETOUR * _trees(community, count)
        room = _SLACK * tree + _ROUNDED_M
        findings.append(
            promise(
                "rounds",
                community.community,
                "Rounds are as long as a round of the buildings can be",
                "巡访路线长度可信",
                grids["grid"][(said < tree - room) | (said > 2 * tree + room)],
            )
        )
    return findings


def _shared(community: Package, figures: GridFigures) -> Ints:
    """Whole part of each share, at least 1; what the total leaves goes by the largest rest."""
    rules = community.rules
    visits = [
        0 if special else int(households) * rules.visits_per_household
        for households, special in zip(figures.households, figures.special, strict=True)
    ]
    quota = rules.visits_per_post
    posts = [
        0 if special else max(1, v // quota)
        for v, special in zip(visits, figures.special, strict=True)
    ]
    left = -(-sum(visits) // quota) - sum(posts)
    by_rest = sorted(range(len(visits)), key=lambda g: (posts[g] * quota - visits[g], g))
    for grid in by_rest[: max(left, 0)]:
        posts[grid] += 1
    return np.array(posts, np.int64)


def _trees(community: Package, count: Recount) -> Floats:
    """Length of the shortest tree that joins the middles of the buildings' cells, by grid."""
    built = (community.units["kind"] != "ground").to_numpy()
    middles = _middles(community)
    return np.array(
        [_tree(middles[built & (count.grid == grid)]) for grid in range(len(community.grids))],
        np.float64,
    )


def _middles(community: Package) -> Floats:
    way: pyproj.Transformer = to_metric(community)
    planar = shapely.transform(
        community.units["geom"].to_numpy(object),
        lambda p: np.column_stack(way.transform(p[:, 0], p[:, 1])),
    )
    return np.asarray(shapely.get_coordinates(shapely.centroid(planar)), np.float64)


def _tree(points: Floats) -> float:
    if len(points) < 2:
        return 0.0
    a, b = _pairs(points)
    # Zero would mean "no edge" to a sparse matrix: two middles on one spot stay joined.
    length = np.maximum(np.hypot(*(points[a] - points[b]).T), 1e-9)
    matrix = csr_array((length, (a, b)), shape=(len(points), len(points)))
    return float(minimum_spanning_tree(matrix).sum())


def _pairs(points: Floats) -> tuple[Ints, Ints]:
    """Pairs among which the shortest tree lies: all, or those of the Delaunay triangles."""
    if len(points) > _DENSE:
        try:
            corners = Delaunay(points).simplices
        except QhullError:
            pass
        else:
            sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
            sides = np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)
            if len(np.unique(sides)) == len(points):
                return sides[:, 0], sides[:, 1]
    a, b = np.triu_indices(len(points), 1)
    return a.astype(np.int64), b.astype(np.int64)
