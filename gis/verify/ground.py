"""The ground: cells tile the community, borders are exactly their edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis.verify.edges import NOBODY, CellEdges, Ints, line_edges, to_metric
from gis.verify.findings import Finding, promise
from gis.verify.package import Package, place_of

TOLERANCE = 1e-6
LENGTH_ERROR_M = 0.01
_INSIDE_M = 0.1
_ON_EDGE_M = 1e-6


def check_ground(community: Package, edges: CellEdges) -> list[Finding]:
    """Check the tiling by area and edge by edge, and the borders against the cells."""
    code, units = community.community, community.units["unit_id"].to_numpy()
    metres = to_metric(community)
    cells = _planar(community.units["geom"].to_numpy(object), metres)
    ground = _planar(community.areas["geom"].to_numpy(object), metres)[0]
    loose = edges.twice | _dents(ground, edges)
    loose |= _split_by_a_vertex(edges)
    return [
        promise(
            "tiling",
            code,
            "Cells tile the community: gap and overlap below 1e-6 of its area",
            "单元面无缝无重叠地铺满社区（1e-6）",
            _untiled(cells, ground),
        ),
        promise(
            "noding",
            code,
            "Neighbouring cells share every vertex of their common edge",
            "相邻单元面共用全部顶点",
            units[np.unique(edges.owner[loose])],
        ),
        *_borders(community, edges),
    ]


def _planar(shapes: npt.NDArray[np.object_], metres: pyproj.Transformer) -> npt.NDArray[np.object_]:
    def place(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(metres.transform(points[:, 0], points[:, 1]))

    return np.asarray(shapely.transform(shapes, place), dtype=object)


def _untiled(cells: npt.NDArray[np.object_], ground: BaseGeometry) -> list[str]:
    try:
        together = shapely.union_all(cells)
        overlap = float(shapely.area(cells).sum() - together.area)
        gap = float(shapely.symmetric_difference(ground, together).area)
    except shapely.errors.GEOSException:
        return ["cells or area are not valid in the metric CRS"]
    limit = TOLERANCE * float(shapely.area(ground))
    faults = [("overlap", overlap), ("gap or excess", gap)]
    # Written so that NaN counts as a fault.
    return [f"{name} of {area:.3f} m2" for name, area in faults if not area <= limit]


def _dents(ground: BaseGeometry, edges: CellEdges) -> npt.NDArray[np.bool_]:
    """
    Mark edges with nobody across that run inside the community.

    Where two cells do not share their vertices, both keep such edges. A true outside edge lies
    on the outline; 0.1 m is wide of every rounding and narrow beside any real dent.
    """
    alone = np.flatnonzero(edges.across == NOBODY)
    middles = (edges.planar[edges.start[alone]] + edges.planar[edges.end[alone]]) / 2
    points = np.asarray(shapely.points(middles), dtype=object)
    shapely.prepare(ground)
    inside = np.asarray(shapely.contains_properly(ground, points), dtype=bool)
    outline = ground.boundary
    shapely.prepare(outline)
    inside[inside] = ~shapely.dwithin(outline, points[inside], _INSIDE_M)
    return np.asarray(np.isin(np.arange(len(edges.across)), alone[inside]), dtype=np.bool_)


def _split_by_a_vertex(edges: CellEdges) -> npt.NDArray[np.bool_]:
    """Mark edges with nobody across that another cell's vertex lies inside of."""
    alone = np.flatnonzero(edges.across == NOBODY)
    start, end = edges.planar[edges.start[alone]], edges.planar[edges.end[alone]]
    lines = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
    vertex = np.unique(np.concatenate([edges.start[alone], edges.end[alone]]))
    points = shapely.points(edges.planar[vertex])
    found, line = shapely.STRtree(lines).query(points, "dwithin", _ON_EDGE_M)
    at, own = vertex[found], alone[line]
    inner = (at != edges.start[own]) & (at != edges.end[own])
    for tip in (edges.start[own], edges.end[own]):
        apart = np.hypot(*(edges.planar[at] - edges.planar[tip]).T)
        inner &= apart > _ON_EDGE_M
    return np.asarray(np.isin(np.arange(len(edges.across)), own[inner]), dtype=np.bool_)


def _borders(community: Package, edges: CellEdges) -> list[Finding]:
    borders, code = community.borders, community.community
    left = place_of(community.units["unit_id"], borders["left"])
    right = place_of(community.units["unit_id"], borders["right"])
    whose, forward = border_edges(community, edges)
    wrong = (forward == NOBODY) | (edges.owner[forward] != left[whose])
    wrong |= edges.across[forward] != right[whose]
    names = borders["border_id"].to_numpy()
    return [
        promise(
            "borders",
            code,
            "Every border has its left and right unit on these sides",
            "每条界线的左右单位与单元面一致",
            names[np.unique(whose[wrong])],
        ),
        promise(
            "borders-complete",
            code,
            "The borders are all edges between cells, each once",
            "界线恰好覆盖全部单元面边，每段一次",
            _uncovered(community, edges, forward),
        ),
        promise(
            "border-lengths",
            code,
            "Border lengths are right to 1 cm or 0.1 %",
            "界线长度误差在 1 厘米或 0.1% 以内",
            names[_wrong_lengths(community, edges, whose, forward)],
        ),
    ]


def border_edges(community: Package, edges: CellEdges) -> tuple[Ints, Ints]:
    """Border number of each edge of the borders, and its position among the cells' edges."""
    a, b, whose = line_edges(community.borders["geom"].to_numpy())
    return whose, edges.find(edges.vertex(a), edges.vertex(b))


def _uncovered(community: Package, edges: CellEdges, forward: Ints) -> list[str]:
    found = forward[forward != NOBODY]
    # Both directions of one edge count as that edge.
    back = edges.find(edges.end[found], edges.start[found])
    times = np.bincount(found, minlength=len(edges.owner))
    times += np.bincount(back[back != NOBODY], minlength=len(edges.owner))
    missing = np.unique(edges.owner[times != 1])
    return [str(unit) for unit in community.units["unit_id"].to_numpy()[missing]]


def _wrong_lengths(
    community: Package, edges: CellEdges, whose: Ints, forward: Ints
) -> npt.NDArray[np.bool_]:
    known = forward != NOBODY
    count = len(community.borders)
    true = np.bincount(whose[known], edges.length_m[forward[known]], minlength=count)
    said = community.borders["length_m"].to_numpy(np.float64)
    wrong: npt.NDArray[np.bool_] = np.abs(said - true) > np.maximum(LENGTH_ERROR_M, 0.001 * true)
    return wrong
