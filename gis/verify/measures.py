"""The measures a certificate names, measured again from the cells of the package."""

from __future__ import annotations

import math

import numpy as np
import shapely

from gis.verify.edges import NOBODY, CellEdges, Floats, to_metric
from gis.verify.figures import GridFigures
from gis.verify.findings import Finding, promise
from gis.verify.loads import Recount
from gis.verify.package import Package

_SLACK = 2e-3
"""Share by which a measure may be off: coordinates in degrees were rounded, figures too."""


def check_measures(
    community: Package, edges: CellEdges, count: Recount, figures: GridFigures
) -> Finding:
    """Check those of the certificate's measures whose names the specification defines."""
    said = community.certificates[community.community]["measures"]
    own = _measured(community, edges, count, figures)
    wrong = [
        f"{name} is {value:g}, not {said[name]:g}"
        for name, value in own.items()
        if name in said and not math.isclose(said[name], value, rel_tol=_SLACK, abs_tol=1e-3)
    ]
    return promise(
        "measures",
        community.community,
        "The measures of the certificate are those of its grids",
        "证书所列指标与网格相符",
        wrong,
    )


def _measured(
    community: Package, edges: CellEdges, count: Recount, figures: GridFigures
) -> dict[str, float]:
    kept = ~figures.special
    if not kept.any():
        return {}
    grids = community.grids
    score, circle = _compactness(community, edges, count)
    load = figures.load[kept] / count.capacity
    households = figures.households[kept]
    mean = figures.load[kept].mean()
    own = {
        "polsby_popper_mean": score[kept].mean(),
        "polsby_popper_min": score[kept].min(),
        "reock_mean": circle[kept].mean(),
        "reock_min": circle[kept].min(),
        "inertia_m2": _inertia(community, count, kept),
        "cut_edges": float((count.grid[count.graph.i] != count.grid[count.graph.j]).sum()),
        "load_mean": load.mean(),
        "load_max": load.max(),
        "deviation_max": np.abs(figures.load[kept] / mean - 1).max() if mean else 0.0,
        "households_min": float(households.min()),
        "households_max": float(households.max()),
        "posts_needed": float(figures.posts.sum()),
    }
    if "posts_by_visits" in grids:
        own["posts_by_visits"] = float(grids["posts_by_visits"].sum())
    if "round_m" in grids:
        rounds = grids["round_m"].to_numpy(np.float64)[kept]
        own |= {"round_m_mean": rounds.mean(), "round_m_max": rounds.max()}
    return {name: float(value) for name, value in own.items()}


def _compactness(community: Package, edges: CellEdges, count: Recount) -> tuple[Floats, Floats]:
    """Polsby-Popper and Reock of each grid, in metres of the metric CRS."""
    n = len(community.grids)
    across = np.where(edges.across == NOBODY, NOBODY, count.grid[edges.across])
    mine = count.grid[edges.owner]
    outer = across != mine
    perimeter = np.bincount(mine[outer], edges.length_m[outer], n)
    x0, y0 = (edges.planar[edges.start] - edges.planar.mean(axis=0)).T
    x1, y1 = (edges.planar[edges.end] - edges.planar.mean(axis=0)).T
    area = np.bincount(mine, (x0 * y1 - x1 * y0) / 2, n)
    order = np.argsort(mine[outer], kind="stable")
    corners = shapely.multipoints(
        edges.planar[edges.start[outer][order]], indices=mine[outer][order]
    )
    radius = np.asarray(shapely.minimum_bounding_radius(corners), np.float64)
    score = 4 * np.pi * area / np.maximum(perimeter, 1e-9) ** 2
    return score, np.minimum(area / (np.pi * np.maximum(radius, 1e-9) ** 2), 1.0)


def _inertia(community: Package, count: Recount, kept: np.ndarray) -> float:
    """Mean squared distance of a household from the middle of its grid's households."""
    way = to_metric(community)
    cells = community.units["geom"].to_numpy(object)
    planar = shapely.transform(cells, lambda p: np.column_stack(way.transform(p[:, 0], p[:, 1])))
    xy = shapely.get_coordinates(shapely.centroid(planar))
    crowd = community.units["households"].to_numpy(np.float64) * kept[count.grid]
    total = np.maximum(np.bincount(count.grid, crowd, len(kept)), 1e-300)
    apart = np.zeros(len(crowd))
    for axis in xy.T:
        middle = np.bincount(count.grid, crowd * axis, len(kept)) / total
        apart += (axis - middle[count.grid]) ** 2
    return float((apart * crowd).sum() / max(crowd.sum(), 1.0))
