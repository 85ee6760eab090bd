"""Features as GeoJSON texts, made in PostGIS: pages by key, counts, one feature, extents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from gis.store import tables as t
from gis.store.feature_sources import Column, Condition, Days, Source, during, feature_source
from gis.store.sight import EVERYWHERE, Sight, seen

BBox = tuple[float, float, float, float]

MOST_VERTICES = 100_000
"""A page ends before its shapes hold more vertices than this, about 4 MB of text."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """
    How coordinates are written.

    Attributes
    ----------
    srid
        Transform to this; None: as stored, longitude and latitude in degrees.
    swapped
        Latitude or northing first.
    decimals
        Most digits behind the point.
    """

    srid: int | None
    swapped: bool
    decimals: int


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where features must lie.

    Attributes
    ----------
    near
        EWKB in EPSG:4326; a feature touches one of them. None at all: no feature does.
    exact
        EWKB in a projected CRS, and its srid: the shape transformed touches it too.
    """

    near: tuple[bytes, ...]
    exact: tuple[bytes, int] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which features of a collection are meant.

    Attributes
    ----------
    days
        When they stand.
    place
        Where they lie; None: anywhere.
    equal
        Attribute -> the value it must have.
    community
        Code of an area: the communities below it, those days.
    speed_m_s
        Walking speed of the collections that depend on one.
    """

    days: Days
    place: Place | None = None
    equal: Mapping[str, str | float | bool] = field(default_factory=dict)
    community: str | None = None
    speed_m_s: float = 1.2


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """GeoJSON texts in the order of keys; `following` is the cursor of the next page, if any."""

    features: Sequence[str]
    following: str | None


def cursor_key(name: str, cursor: str) -> tuple[str | int, ...] | None:
    """Return the key that a cursor or feature id tells; None when it can be none."""
    key = feature_source(name, Days(None, None), 1.0, EVERYWHERE).key
    parts = cursor.rsplit(":", len(key) - 1)
    if len(parts) != len(key):
        return None
    try:
        return tuple(_read(column, part) for column, part in zip(key, parts, strict=True))
    except ValueError:
        return None


def _read(column: Column, part: str) -> str | int:
    if not isinstance(column.type, sa.BigInteger):
        return part
    if not part.isascii() or not part.isdigit() or len(part) > 18:
        raise ValueError(part)
    return int(part)


def feature_page(
    connection: sa.Connection,
    sight: Sight,
    name: str,
    selection: Selection,
    coordinates: Coordinates,
    *,
    limit: int,
    after: tuple[str | int, ...] | None = None,
    most_vertices: int = MOST_VERTICES,
) -> FeaturePage:
    """
    Return a page of features whose keys come after one, at least one if there is any.

    Rows that come and go between two pages do not shift the others: each feature that stands
    all the while is on one page exactly.

    Parameters
    ----------
    name
        A collection that `feature_source` knows.
    limit
        Most features; fewer come when their shapes hold more than `most_vertices`.
    """
    source = feature_source(name, selection.days, selection.speed_m_s, sight)
    chosen = _chosen(source, selection, sight)
    if after is not None:
        chosen &= sa.tuple_(*source.key) > sa.tuple_(*(sa.literal(part) for part in after))
    rows = connection.execute(_page(source, chosen, coordinates, limit, most_vertices)).all()
    shown = [feature for _, feature in rows if feature is not None]
    following = str(rows[len(shown) - 1][0]) if len(rows) > len(shown) else None
    return FeaturePage(shown, following)


def feature_count(connection: sa.Connection, sight: Sight, name: str, selection: Selection) -> int:
    """Count the features selected, those of all pages."""
    source = feature_source(name, selection.days, selection.speed_m_s, sight)
    query = sa.select(sa.func.count()).select_from(source.rows)
    return int(connection.execute(query.where(_chosen(source, selection, sight))).scalar_one())


def one_feature(
    connection: sa.Connection,
    sight: Sight,
    name: str,
    key: tuple[str | int, ...],
    selection: Selection,
    coordinates: Coordinates,
) -> str | None:
    """Return the feature of that key as GeoJSON; None when there is none those days."""
    source = feature_source(name, selection.days, selection.speed_m_s, sight)
    chosen = _chosen(source, selection, sight) & sa.and_(
        *(column == part for column, part in zip(source.key, key, strict=True))
    )
    rows = connection.execute(_page(source, chosen, coordinates, 1, MOST_VERTICES)).all()
    return str(rows[0][1]) if rows else None


def _chosen(source: Source, selection: Selection, sight: Sight) -> Condition:
    conditions = [source.standing, source.geom.is_not(None)]
    conditions += [source.columns[name] == value for name, value in selection.equal.items()]
    if selection.community is not None:
        there = sight.holds(selection.community)
        within = _of_communities(source, selection.community, selection.days)
        conditions.append(within if there else sa.false())
    if selection.place is not None:
        conditions.append(_lies(source.geom, selection.place))
    return sa.and_(*conditions)


def _lies(geom: Column, place: Place) -> Condition:
    # As EWKB: GeoAlchemy keeps the srid given to ST_GeomFromWKB in the statement it caches.
    shapes = [sa.func.ST_GeomFromEWKB(shape) for shape in place.near]
    if place.exact is None:
        return sa.or_(sa.false(), *(sa.func.ST_Intersects(geom, shape) for shape in shapes))
    box, srid = place.exact
    exact = sa.func.ST_Intersects(sa.func.ST_Transform(geom, srid), sa.func.ST_GeomFromEWKB(box))
    return sa.and_(sa.or_(sa.false(), *(geom.bool_op("&&")(shape) for shape in shapes)), exact)


def _of_communities(source: Source, code: str, days: Days) -> Condition:
    a = t.area
    below = sa.select(a.c.code).where(a.c.code == code, during(a.c.valid, days))
    tree = below.cte("below", recursive=True)
    child = a.alias("child")
    tree = tree.union(
        sa.select(child.c.code).where(
            child.c.parent_code == tree.c.code, during(child.c.valid, days)
        )
    )
    codes = sa.select(tree.c.code)
    if source.community is not None:
        return source.community.in_(codes)
    touched = a.alias("touched")
    return sa.exists().where(
        touched.c.code.in_(codes),
        touched.c.level == "community",
        during(touched.c.valid, days),
        sa.func.ST_Intersects(touched.c.geom, source.geom),
    )


def _page(
    source: Source, chosen: Condition, coordinates: Coordinates, limit: int, most_vertices: int
) -> sa.Select[Any]:
    """
    Rows ``(id, feature)``: one more than asked for, whose feature is null when it is left out.

    Only what is shown is written as text; the vertices of shapes are summed in the order of keys.
    """
    keys = [column.label(f"key{i}") for i, column in enumerate(source.key)]
    page = (
        sa.select(
            *keys,
            _identifier(source).label("id"),
            _properties(source).label("properties"),
            source.geom.label("geom"),
        )
        .select_from(source.rows)
        .where(chosen)
        .order_by(*source.key)
        .limit(limit + 1)
        .cte("page")
    )
    order = [page.c[key.name] for key in keys]
    vertices = sa.func.sum(sa.func.ST_NPoints(page.c.geom))
    row = sa.func.row_number().over(order_by=order)
    measured = sa.select(
        page, row.label("n"), vertices.over(order_by=order, rows=(None, 0)).label("vertices")
    ).cte("measured")
    fits = sa.or_(measured.c.n == 1, measured.c.vertices <= most_vertices)
    shown = sa.case(((measured.c.n <= limit) & fits, _feature(measured.c, coordinates)))
    return sa.select(measured.c.id, shown).order_by(measured.c.n)


def _identifier(source: Source) -> Column:
    """The key as text, or as the number it is."""
    if len(source.key) == 1:
        return source.key[0]
    return sa.func.concat_ws(":", *source.key)


def _properties(source: Source) -> Column:
    pairs = [p for name, c in source.columns.items() for p in (sa.cast(name, sa.Text), c)]
    return sa.cast(sa.func.json_build_object(*pairs), sa.Text)


def _feature(row: sa.ColumnCollection[str, Any], coordinates: Coordinates) -> Column:
    geom: Column = row["geom"]
    if getattr(geom.type, "geometry_type", "").endswith("POLYGON"):
        # As RFC 7946 has it; of lines the function would change the direction.
        geom = sa.func.ST_ForcePolygonCCW(geom)
    if coordinates.srid is not None:
        geom = sa.func.ST_Transform(geom, coordinates.srid)
    if coordinates.swapped:
        geom = sa.func.ST_FlipCoordinates(geom)
    # Joined as text: parsing the coordinates into json again would double the time.
    return sa.func.concat(
        '{"type":"Feature","id":',
        sa.cast(sa.func.to_json(row["id"]), sa.Text),
        ',"geometry":',
        sa.func.ST_AsGeoJSON(geom, coordinates.decimals, 0),
        ',"properties":',
        row["properties"],
        "}",
    )


def estimated_extent(connection: sa.Connection, sight: Sight, table: str) -> BBox | None:
    """
    Return a box in degrees that holds every shape of a table, None when it holds none.

    Of somebody who does not see everything it is the box of the ground seen.

    Read from the head of its spatial index: at once, whatever the size. Rows that have gone may
    make it too large.
    """
    if sight.ground is not None:
        return sight.ground.box
    box = sa.select(
        sa.func.ST_EstimatedExtent(sa.func.current_schema(), table, "geom").label("box")
    ).subquery()
    corners = [getattr(sa.func, f)(box.c.box) for f in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")]
    west, south, east, north = connection.execute(sa.select(*corners)).one()
    return None if west is None else (west, south, east, north)


def first_day(connection: sa.Connection, sight: Sight, name: str) -> date | None:
    """Return the first day of which a collection tells, where that is known."""
    if name not in _DATED:
        return None
    rows, placed, valid = _DATED[name]
    query = sa.select(sa.func.min(sa.func.lower(valid))).select_from(rows)
    first: date | None = connection.execute(query.where(seen(placed, sight))).scalar_one()
    return first


_PERIODS = t.grid_period.join(t.grid, t.grid.c.id == t.grid_period.c.grid_id)
_DATED: Mapping[str, tuple[sa.FromClause, sa.Table, Column]] = {
    "communities": (t.area, t.area, t.area.c.valid),
    "grids": (_PERIODS, t.grid, t.grid_period.c.valid),
    "micro_grids": (_PERIODS, t.grid, t.grid_period.c.valid),
}
