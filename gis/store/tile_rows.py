"""
Vector tiles as PostGIS makes them.

``sql/tile_<rows>.sql`` finds the rows of a layer; one frame around them, the same for all layers,
drops what is smaller than a pixel, brings shapes to the tile and encodes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.mercator import DRAWN_IN_DEGREES, tile_box
from gis.mercator import Box as Square
from gis.store.prepared import Recipe, recipe_of, scoped_row
from gis.store.sight import Box, Sight
from gis.store.statements import statement

# A tile has this many units a side, and shapes go on for so many beyond it.
EXTENT, MARGIN = 4096, 64
# A tile is drawn at this many screen pixels.
_TILE_PX = 512


@dataclass(frozen=True, slots=True)
class Walk:
    """Which stored walk: kind, profile, metres a second, seconds; one facility or all."""

    kind: str
    profile: str = "default"
    speed: float = 1.2
    cutoff_s: int = 900
    facility: str | None = None


@dataclass(frozen=True, slots=True)
class TileSource:
    """
    Where the features of a layer come from.

    Attributes
    ----------
    layer
        Name of the layer in the tile.
    rows
        The query is ``sql/tile_<rows>.sql``: ``id``, the attributes, ``weight`` (features of the
        greatest weight are painted first, and kept when a tile would be too large) and ``geom``.
    attributes
        Names of the columns that become attributes.
    pointed
        The features are points: each lies on one tile alone.
    inside
        Each is a point inside a row's shape, where the row has a name.
    """

    layer: str
    rows: str
    attributes: tuple[str, ...]
    pointed: bool
    inside: bool = False


@dataclass(frozen=True, slots=True)
class TileQuery:
    """
    One layer of one tile.

    Attributes
    ----------
    z, x, y
        A valid tile address of the Web Mercator square.
    at
        Day whose state is drawn; None where it does not matter.
    plan_id
        Draw the grids or cells of this plan.
    tier
        Which published grids: base and special ones, or the micro grids inside them.
    walk
        Which walk the layers reach, circles, gaps and sites show; they need one.
    sight
        What is drawn is seen in it.
    communities
        Codes of communities: only what lies in them; None for all.
    kind
        Only what is of this kind.
    """

    source: TileSource
    z: int
    x: int
    y: int
    at: date | None
    sight: Sight
    plan_id: int | None = None
    tier: Literal["base", "micro"] = "base"
    walk: Walk | None = None
    communities: tuple[str, ...] | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class LayerTile:
    """
    One layer of one tile.

    Attributes
    ----------
    body
        Its bytes, none when nothing lies on it.
    features
        How many features were encoded.
    tiny
        How many were left out because they are smaller than a pixel.
    """

    body: bytes
    features: int
    tiny: int


def layer_tile(connection: sa.Connection, query: TileQuery, most: int | None = None) -> LayerTile:
    """
    Draw what is seen of one layer as a Mapbox vector tile; at most the `most` weightiest features.

    Notes
    -----
    The same rows give the same bytes. From zoom 12 on shapes are drawn from their degrees,
    without projecting them (see `gis.mercator.tile_box`); the ends of a tile meet all the same.
    Those that lie wholly inside the tile, and whose parts stay apart when they are rounded to
    whole units, are moved there without being clipped and made valid anew.
    """
    recipe = _recipe(query.source, query.z >= DRAWN_IN_DEGREES, most is not None)
    binds = {**_binds(query), "most": most}
    body, features, tiny = scoped_row(connection, recipe, binds, binds.get("whole"))
    return LayerTile(bytes(body or b""), features, tiny)


def communities_within(connection: sa.Connection, area: str, at: date) -> tuple[str, ...]:
    """Return the codes of the communities in an area on a day, itself if it is one."""
    found = connection.execute(statement("communities_within"), {"area": area, "at": at})
    return tuple(found.scalars())


def _binds(query: TileQuery) -> dict[str, Any]:
    z, x, y = query.z, query.x, query.y
    tile, wide = tile_box(z, x, y), tile_box(z, x, y, MARGIN / EXTENT)
    box = (wide.west, wide.south, wide.east, wide.north)
    binds: dict[str, Any] = {"z": z, "x": x, "y": y, "at": query.at, "plan_id": query.plan_id}
    binds |= {"tier": query.tier, "kind": query.kind, **_where(query, box)}
    binds |= {} if query.walk is None else asdict(query.walk)
    binds |= {f"tile_{side}": value for side, value in tile._asdict().items()}
    binds |= wide._asdict() | _scaling(query, tile)
    width = tile.east - tile.west
    return binds | {"pixel": width / _TILE_PX, "firm": _FIRM_UNITS * width / EXTENT}


def _scaling(query: TileQuery, tile: Square) -> dict[str, float]:
    """
    How coordinates become units of the tile: moved by `right` and `down`, then multiplied.

    Reckoned here: the database would do so for every shape, and SQLAlchemy writes a division of
    doubles as one of decimals, which took half of the time of a tile.
    """
    if query.z >= DRAWN_IN_DEGREES:
        west, north = tile.west, tile.north
        across, along = EXTENT / (tile.east - west), EXTENT / (tile.south - north)
    else:
        side = 2 * _HALF_M / 2**query.z
        west, north = query.x * side - _HALF_M, _HALF_M - query.y * side
        across, along = EXTENT / side, -EXTENT / side
    # The encoder cuts off what is behind the point: points lie so, corners of shapes are rounded.
    half = 0.0 if query.source.pointed else 0.5
    return {
        "right": half / across - west,
        "down": half / along - north,
        "across": across,
        "along": along,
    }


# What belongs to no community: it is seen where it touches the ground of one.
_UNPLACED = frozenset(("barriers", "circles", "sites", "streets"))


def _where(query: TileQuery, box: Box) -> dict[str, Any]:
    """
    Which communities are drawn, which are seen, and the ground that shapes must touch.

    What belongs to a community is drawn when it is one of `near`, else when it is one of `whole`.
    Those near are some of the whole, and hold nearly every row of a tile: so nearly none is
    looked for among hundreds, and the whole, which lies in a setting of the connection, is read
    for tiles on the rim of a scope alone. Null: all are drawn.

    Only a tile on the rim of the ground needs it: further in everything drawn touches it, and
    further out nothing does.
    """
    asked, ground = query.communities, query.sight.ground
    if ground is None:
        given = _array(asked)
        return {"communities": given, "seen": None, "ground": None, "near": given, "whole": given}
    seen = _array(ground.communities)
    drawn = None if asked is None else tuple(sorted(set(ground.communities) & set(asked)))
    if query.source.rows not in _UNPLACED:
        near = ground.near(box)
        if drawn is not None:
            wanted = frozenset(drawn)
            near = tuple(code for code in near if code in wanted)
        whole = seen if drawn is None else _array(drawn)
        return {
            "communities": whole,
            "seen": seen,
            "ground": None,
            "near": _array(near),
            "whole": whole,
        }
    rim = None if ground.covers(box) else ground.within(box)
    return {"communities": _array(drawn), "seen": seen, "ground": rim}


# The same scopes come again and again; spelling hundreds of codes takes longer than knowing them.
@lru_cache(maxsize=1024)
def _array(codes: tuple[str, ...] | None) -> str | None:
    """
    Spell an array as PostgreSQL does, in one literal.

    The driver writes an expression with a constant for each, which costs more to read than a tile
    to draw when there are hundreds.
    """
    if codes is None:
        return None
    quoted = (code.replace("\\", "\\\\").replace('"', '\\"') for code in codes)
    return "{" + ",".join(f'"{code}"' for code in quoted) + "}"


# Queries of one table, whose plan is the same whatever is asked for.
_STEADY = frozenset(
    ("barriers", "buildings", "communities", "courtyards", "facilities", "gates", "streets")
)


# Rows that tell the least distance, in degrees, by which a vertex can move to spoil its shape.
_WITH_CLEARANCE = frozenset(("buildings", "building_blocks", "courtyards"))
# Rounding brings two places nearer to each other by at most the diagonal of a unit; a unit
# spans no more degrees of latitude than of longitude.
_FIRM_UNITS = 1.5


@cache
def _recipe(source: TileSource, in_degrees: bool, limited: bool) -> Recipe:
    statement_ = tile_statement(source, in_degrees=in_degrees, limited=limited)
    return recipe_of(statement_, _TYPES, prepared=source.rows in _STEADY and not limited)


_TYPES = {
    **dict.fromkeys(("z", "x", "y", "most", "cutoff_s"), "integer"),
    **dict.fromkeys(("kind", "tier", "profile", "facility"), "text"),
    **dict.fromkeys(("west", "south", "east", "north", "pixel", "firm", "speed"), "float8"),
    **dict.fromkeys(("tile_west", "tile_south", "tile_east", "tile_north"), "float8"),
    **dict.fromkeys(("right", "down", "across", "along"), "float8"),
    **{"at": "date", "plan_id": "bigint", "communities": "text[]", "seen": "text[]"},
    "near": "text[]",
    "whole": "text",
    "ground": "geometry",
}


def tile_statement(
    source: TileSource, *, in_degrees: bool, limited: bool = False
) -> sa.Select[bytes, int, int]:
    """
    Return the statement that draws a layer: bytes, number of features, number of tiny ones.

    Parameters
    ----------
    in_degrees
        Draw shapes from their degrees; else they are projected.
    limited
        Draw the ``most`` weightiest features only.
    """
    firm = in_degrees and not source.pointed and source.rows in _WITH_CLEARANCE
    columns = ("id", *source.attributes, "weight", "geom", *(["clearance"] * firm))
    rows = statement(f"tile_{source.rows}").columns(*map(sa.column, columns)).subquery("every")
    if source.inside:
        rows = _points_inside(rows)
    visible = _visible(rows.c.geom, pointed=source.pointed)
    found: sa.FromClause = rows
    kept: sa.ColumnElement[bool] = sa.true()
    if limited:
        weightiest = sa.select(rows).where(visible).order_by(rows.c.weight.desc(), rows.c.id)
        found = weightiest.limit(sa.bindparam("most", type_=sa.Integer)).subquery("found")
    elif source.pointed:
        found = sa.select(rows).where(visible).subquery("found")
    else:
        # The offset keeps the database from asking anew, in each aggregate, what is visible.
        found = sa.select(rows, visible.label("visible")).offset(0).subquery("found")
        kept = found.c.visible
    shape = (_point if source.pointed else _outline)(found.c.geom, in_degrees=in_degrees)
    if firm:
        shape = sa.case((_is_firm(found.c), _moved(found.c.geom)), else_=shape)
    told = [found.c[name] for name in source.attributes]
    drawn = sa.select(found.c.id, *told, shape.label("geom")).correlate(found).lateral("drawn")
    tile = sa.func.ST_AsMVT(
        sa.literal_column("drawn"),
        sa.literal_column(f"'{source.layer}'"),
        EXTENT,
        sa.literal_column("'geom'"),
        pg.aggregate_order_by(sa.literal_column("'id'"), found.c.weight.desc(), found.c.id),
        type_=sa.LargeBinary,
    )
    return sa.select(
        tile.filter(kept),
        sa.func.count().filter(kept),
        sa.func.count().filter(sa.not_(kept)),
    ).select_from(found.join(drawn, sa.true()))


def _points_inside(rows: sa.Subquery) -> sa.Subquery:
    point = sa.func.ST_PointOnSurface(rows.c.geom).label("geom")
    others = [column for column in rows.c if column.name != "geom"]
    named = sa.select(*others, point).where(rows.c.name.is_not(None))
    # The offset keeps the database from looking for the point wherever it is asked for.
    return named.offset(0).subquery("named")


def _visible(geom: Any, *, pointed: bool) -> sa.ColumnElement[bool]:
    """Tell what is at least a pixel large; a point lies on the tile that holds it alone."""
    f = sa.func
    if pointed:
        west, south, east, north = _bound(*_SIDES)
        lon, lat = f.ST_X(geom), f.ST_Y(geom)
        return sa.and_(lon >= west, lon < east, lat > south, lat <= north)
    wide, high = f.ST_XMax(geom) - f.ST_XMin(geom), f.ST_YMax(geom) - f.ST_YMin(geom)
    return sa.or_(wide >= sa.bindparam("pixel"), high >= sa.bindparam("pixel"))


_SIDES = ("tile_west", "tile_south", "tile_east", "tile_north")


def _bound(*names: str) -> list[sa.BindParameter[Any]]:
    return [sa.bindparam(name) for name in names]


def _outline(geom: Any, *, in_degrees: bool) -> sa.ColumnElement[Any]:
    f = sa.func
    if in_degrees:
        tile = f.ST_MakeEnvelope(*_bound(*_SIDES), 4326)
        return f.ST_AsMVTGeom(geom, tile, EXTENT, MARGIN, True)
    address = _bound("z", "x", "y")
    return f.ST_AsMVTGeom(
        f.ST_Transform(geom, 3857), f.ST_TileEnvelope(*address), EXTENT, MARGIN, True
    )


def _is_firm(row: Any) -> sa.ColumnElement[bool]:
    """Whether a shape needs no clipping, and rounding its vertices keeps it valid."""
    inside = row.geom.op("@")(sa.func.ST_MakeEnvelope(*_bound(*_SIDES), 4326))
    return sa.and_(row.clearance > sa.bindparam("firm"), inside)


def _moved(geom: Any) -> sa.ColumnElement[Any]:
    # What is clockwise in degrees is as tiles want it once their rows count from the north.
    return sa.func.ST_TransScale(sa.func.ST_ForcePolygonCW(geom), *_bound(*_SCALING))


_SCALING = ("right", "down", "across", "along")
# Half the side of the Web Mercator square in metres.
_HALF_M = 20037508.342789244


def _point(geom: Any, *, in_degrees: bool) -> sa.ColumnElement[Any]:
    place = geom if in_degrees else sa.func.ST_Transform(geom, 3857)
    return sa.func.ST_TransScale(place, *_bound(*_SCALING))


def explained(connection: sa.Connection, query: TileQuery) -> Sequence[str]:
    """Return the database's plan of a tile, one line each."""
    recipe = _recipe(query.source, query.z >= DRAWN_IN_DEGREES, False)
    lines = connection.exec_driver_sql("EXPLAIN " + recipe.text, _binds(query))
    return [str(line) for line in lines.scalars()]
