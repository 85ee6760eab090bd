"""Checks of the geometry of every row; what can be mended without harm is mended."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import shapely

from gis.contracts import GeometryKind
from gis.errors import InvalidGeometry
from gis.io.findings import Findings
from gis.io.table import Geometries

REPAIR_SHARE = 0.001
OVERLAP_SHARE = 0.05
# Far below what matters here, and what every format can carry.
DECIMALS = 8
ABSURD = 1e9
MAX_PAIRS = 5_000_000

Floats = npt.NDArray[np.float64]
_G = shapely.GeometryType
_ALLOWED: dict[GeometryKind, tuple[int, ...]] = {
    "polygon": (_G.POLYGON, _G.MULTIPOLYGON),
    "line": (_G.LINESTRING, _G.MULTILINESTRING, _G.LINEARRING),
    "point": (_G.POINT,),
    "none": (),
}


def usable_shapes(
    geometry: Geometries, kind: GeometryKind, findings: Findings, broken: tuple[int, ...] = ()
) -> Geometries:
    """
    Keep what may be transformed: right type, finite and sane coordinates.

    Multi-points of one point become points. Rows at fault are noted and become None.
    """
    is_broken = np.zeros(len(geometry), dtype=bool)
    is_broken[list(broken)] = True
    shapes = _single_points(geometry) if kind == "point" else geometry.copy()
    missing = shapely.is_missing(shapes) & ~is_broken
    empty = shapely.is_empty(shapes)
    wrong = ~missing & ~is_broken & ~empty & ~np.isin(shapely.get_type_id(shapes), _ALLOWED[kind])
    finite, sane = _coordinates_in_order(shapes)
    given = ~missing & ~empty & ~is_broken & ~wrong
    findings.rows("geometry-broken", is_broken, field="geometry")
    findings.rows("geometry-missing", missing, field="geometry")
    findings.rows("geometry-empty", empty, field="geometry")
    findings.rows(
        "geometry-type", wrong, field="geometry", values=_type_names(shapes, wrong), details=kind
    )
    findings.rows("geometry-nonfinite", given & ~finite, field="geometry")
    findings.rows("geometry-absurd", given & finite & ~sane, field="geometry")
    shapes[~(given & finite & sane)] = None
    return shapes


def _single_points(geometry: Geometries) -> Geometries:
    points = geometry.copy()
    lone = (shapely.get_type_id(points) == _G.MULTIPOINT) & (
        shapely.get_num_geometries(points) == 1
    )
    points[lone] = shapely.get_geometry(points[lone], 0)
    return points


def _type_names(shapes: Geometries, rows: npt.NDArray[np.bool_]) -> Geometries:
    names = np.full(len(shapes), "", dtype=object)
    names[rows] = [shape.geom_type for shape in shapes[rows]]
    return names


def _coordinates_in_order(
    shapes: Geometries,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether every coordinate of a row is a number, and none is absurdly large."""
    finite = np.ones(len(shapes), dtype=bool)
    sane = np.ones(len(shapes), dtype=bool)
    positions, owner = shapely.get_coordinates(shapes, return_index=True)
    numbers = np.isfinite(positions).all(axis=1)
    finite[owner[~numbers]] = False
    with np.errstate(invalid="ignore"):
        sane[owner[(np.abs(positions) > ABSURD).any(axis=1)]] = False
    return finite, sane


def mended_shapes(geometry: Geometries, kind: GeometryKind, findings: Findings) -> Geometries:
    """
    Check shapes in degrees, and mend invalid polygons where that changes little.

    A polygon that crosses itself is rebuilt with GEOS' structure method; the change is the
    difference of areas over the larger one and must stay under 0.1 %.

    Returns
    -------
    geometry
        Valid shapes, one way of writing each: coordinates rounded to 1e-8 degrees (1 mm),
        outer rings anticlockwise. So a shape is the same whichever format carried it. None for
        the rows at fault.
    """
    shapes = shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS) + 0.0)
    finite, _ = _coordinates_in_order(shapes)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        outside = (np.abs(bounds[:, [0, 2]]) > 180).any(axis=1) | (
            np.abs(bounds[:, [1, 3]]) > 90
        ).any(axis=1)
    findings.rows("geometry-absurd", outside | ~finite, field="geometry")
    shapes[outside | ~finite] = None
    if kind == "polygon":
        shapes = _mended_polygons(shapes, findings)
        shapes = shapely.orient_polygons(shapes)
    size = shapely.area(shapes) if kind == "polygon" else shapely.length(shapes)
    flat = ~shapely.is_missing(shapes) & (kind != "point") & ~(size > 0)
    findings.rows("geometry-collapsed", flat, field="geometry")
    shapes[flat] = None
    return shapes


def _mended_polygons(shapes: Geometries, findings: Findings) -> Geometries:
    invalid = np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))
    if not len(invalid):
        return shapes
    before = shapes[invalid]
    after = _polygons_only(shapely.make_valid(before, method="structure"))
    old, new = shapely.area(before), shapely.area(after)
    change = np.abs(old - new) / np.maximum(np.maximum(old, new), 1e-300)
    # a bow tie's two halves cancel in the old area; the outline method sees both
    everything = shapely.area(_polygons_only(shapely.make_valid(before)))
    change = np.maximum(change, np.abs(everything - new) / np.maximum(everything, 1e-300))
    good = (change < REPAIR_SHARE) & (new > 0)
    flat = everything <= 0
    reasons = np.full(len(shapes), "", dtype=object)
    reasons[invalid] = [str(r).split("[")[0] for r in shapely.is_valid_reason(before)]
    findings.rows("geometry-repaired", invalid[good], field="geometry", details=reasons)
    findings.rows("geometry-collapsed", invalid[flat], field="geometry")
    findings.rows("geometry-invalid", invalid[~good & ~flat], field="geometry", details=reasons)
    shapes = shapes.copy()
    shapes[invalid[good]] = after[good]
    shapes[invalid[~good]] = None
    return shapes


def _polygons_only(shapes: Geometries) -> Geometries:
    """The areal part of each shape: make_valid may leave lines and points beside it."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    inner, inner_owner = shapely.get_parts(parts, return_index=True)
    owner = owner[inner_owner]
    areal = shapely.get_type_id(inner) == _G.POLYGON
    result = np.full(len(shapes), shapely.Polygon(), dtype=object)
    rows, counts = np.unique(owner[areal], return_counts=True)
    single = np.isin(owner, rows[counts == 1]) & areal
    result[owner[single]] = inner[single]
    for row in rows[counts > 1].tolist():
        result[row] = shapely.multipolygons(inner[areal & (owner == row)])
    return result


def overlapping_rows(geometry: Geometries, findings: Findings) -> None:
    """
    Note each row that covers over 5 % of the smaller of itself and an earlier row.

    Shares of areas in degrees are shares of areas in metres at the scale of a building. Exact
    copies are found by hash first, so that a stack of them costs nothing.

    Notes
    -----
    O(n log n + pairs).

    Raises
    ------
    InvalidGeometry
        More than 5 million pairs of shapes lie on each other: this is no building layer.
    """
    rows = np.flatnonzero(~shapely.is_missing(geometry))
    digests = np.array([hash(b) for b in shapely.to_wkb(shapely.normalize(geometry[rows]))])
    _, first, inverse = np.unique(digests, return_index=True, return_inverse=True)
    copies = first[inverse] != np.arange(len(rows))
    earlier = np.full(len(geometry), "", dtype=object)
    earlier[rows[copies]] = (rows[first[inverse]][copies] + 1).astype(str)
    distinct = rows[~copies]
    later, partner = _overlapping_pairs(geometry[distinct], findings.file)
    order = np.lexsort((partner, later))
    lone, at = np.unique(later[order], return_index=True)
    earlier[distinct[lone]] = (distinct[partner[order][at]] + 1).astype(str)
    findings.rows("overlap", earlier != "", field="geometry", details=earlier)


def _overlapping_pairs(
    shapes: Geometries, file: str
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs (later, earlier) of rows whose common area is over 5 % of the smaller one."""
    areas = shapely.area(shapes)
    shapely.prepare(shapes)
    tree = shapely.STRtree(shapes)
    later, earlier, seen = [], [], 0
    for start in range(0, len(shapes), 1_000):
        chunk = shapes[start : start + 1_000]
        left, right = tree.query(chunk)
        left = left + start
        forward = right < left
        left, right = left[forward], right[forward]
        seen += len(left)
        share = _common_share(shapes, areas, left, right)
        later.append(left[share > OVERLAP_SHARE])
        earlier.append(right[share > OVERLAP_SHARE])
        if seen > MAX_PAIRS:
            raise InvalidGeometry(
                f"{file}: the shapes lie on top of each other (over {MAX_PAIRS:,} pairs);"
                " this is no layer of buildings.",
                f"{file}：图形大量相互重叠（超过 {MAX_PAIRS:,} 对），不像楼栋图层。",
            )
    if not later:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    return np.concatenate(later), np.concatenate(earlier)


def _common_share(
    shapes: Geometries,
    areas: Floats,
    left: npt.NDArray[np.intp],
    right: npt.NDArray[np.intp],
) -> Floats:
    share = np.zeros(len(left))
    big = np.where(areas[left] >= areas[right], left, right)
    small = np.where(areas[left] >= areas[right], right, left)
    touching = shapely.intersects(shapes[big], shapes[small])
    inside = touching.copy()
    inside[touching] = shapely.covers(shapes[big[touching]], shapes[small[touching]])
    share[inside] = 1.0
    crossing = touching & ~inside
    # walls shared by neighbours touch without common area: no need to build the intersection
    crossing[crossing] = ~shapely.touches(shapes[big[crossing]], shapes[small[crossing]])
    common = shapely.area(shapely.intersection(shapes[big[crossing]], shapes[small[crossing]]))
    share[crossing] = common / np.maximum(areas[small[crossing]], 1e-300)
    return share


def shape_keys(geometry: Geometries, prefix: str) -> Geometries:
    """
    Make a code from each shape: the same shape has the same code in every file.

    The code is the prefix and 12 hexadecimal digits of the BLAKE2 digest of the normalised
    shape rounded to 1e-7 degrees (about 1 cm); further copies get ``-2``, ``-3`` ...
    """
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, 7) + 0.0)
    blobs = shapely.to_wkb(shapely.normalize(rounded), byte_order=1)
    return numbered_copies(
        [f"{prefix}-{hashlib.blake2b(b or b'', digest_size=6).hexdigest()}" for b in blobs]
    )


def numbered_copies(codes: list[str]) -> Geometries:
    """
    Number repeated codes from the second on.

    >>> numbered_copies(["a", "b", "a"]).tolist()
    ['a', 'b', 'a-2']
    """
    seen: dict[str, int] = {}
    numbered = np.empty(len(codes), dtype=object)
    for position, code in enumerate(codes):
        seen[code] = seen.get(code, 0) + 1
        numbered[position] = code if seen[code] == 1 else f"{code}-{seen[code]}"
    return numbered
