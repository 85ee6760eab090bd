"""The stored layers as canonical frames: how contract columns and table columns meet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from pandas.api.types import pandas_dtype

from gis.contracts import LAYERS, Field, Layer, LayerName
from gis.store import tables
from gis.store.bulk import read_frame
from gis.store.post_rows import community_of_post, post_rows, posts_seen
from gis.store.sight import EVERYWHERE, Sight, seen

Box = tuple[float, float, float, float]

_DTYPES = {"measure": "float64", "date": "datetime64[s]", "count": "Int64"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A layer whose rows live in one table of their own, keyed by ``code``."""

    layer: Layer
    table: sa.Table

    @property
    def columns(self) -> dict[str, str]:
        """Canonical column to column of the table, without the geometry."""
        return {f.name: self.column(f) for f in self.layer.fields}

    def column(self, field: Field) -> str:
        """Return the column of the table that holds a field."""
        if field.name == self.layer.key:
            return "code"
        if field.kind == "reference":
            return field.name.replace("_id", "_code")
        return field.name


_TABLES: dict[LayerName, sa.Table] = {
    "areas": tables.area,
    "courtyards": tables.courtyard,
    "gates": tables.gate,
    "buildings": tables.building,
    "stairwells": tables.stairwell,
    "streets": tables.street,
    "barriers": tables.barrier,
    "facilities": tables.facility,
}
STORED: dict[LayerName, Stored] = {
    name: Stored(LAYERS[name], table) for name, table in _TABLES.items()
}


def read_layer(
    connection: sa.Connection,
    layer: LayerName,
    *,
    community: str | None = None,
    box: Box | None = None,
    columns: Collection[str] | None = None,
    at: date | None = None,
) -> gpd.GeoDataFrame:
    """
    Read what holds today of one layer, for the house's own computing; see `seen_layer`.

    Whatever is computed of it must not be told beyond the sight of those who are told.
    """
    return seen_layer(
        connection, EVERYWHERE, layer, community=community, box=box, columns=columns, at=at
    )


def seen_layer(
    connection: sa.Connection,
    sight: Sight,
    layer: LayerName,
    *,
    community: str | None = None,
    box: Box | None = None,
    columns: Collection[str] | None = None,
    at: date | None = None,
) -> gpd.GeoDataFrame:
    """
    Read what is seen of what holds today of one layer.

    Parameters
    ----------
    connection
        Read only; the transaction stays as it is.
    sight
        Of whoever is told.
    layer
        A name of `gis.contracts.LAYERS`. ``grids`` are the published grids of a day, ``posts``
        their posts.
    community
        Code of a community: its own area, courtyards, buildings, stairwells, facilities, gates
        of its courtyards, streets and barriers that touch its area, its grids and posts.
    box
        West, south, east, north in degrees: rows whose own box touches it. Of layers that have
        a table with shapes only.
    columns
        Read these alone, the key among them, of a layer that has a table of its own.
    at
        The day of ``grids`` and ``posts``; nothing else needs one.

    Returns
    -------
    frame
        Canonical columns and types (`gis.contracts`), sorted by key, index 0..n-1, EPSG:4326;
        ``geometry`` is None throughout for layers without one. Nothing retired.
    """
    wanted = frozenset(f.name for f in LAYERS[layer].fields if columns is None or f.name in columns)
    query = _dated(layer, at) if layer in _QUERIES else _stored(STORED[layer], wanted)
    query = query.where(_seen(layer, sight))
    if community is not None:
        query = query.where(_lies_in(layer, community))
    if box is not None:
        shapes = STORED[layer].table.c.geom
        query = query.where(shapes.op("&&")(sa.func.ST_MakeEnvelope(*box, 4326)))
    return canonical(read_frame(connection, query.order_by(sa.text("1"))), LAYERS[layer], wanted)


def holds(table: sa.Table) -> sa.ColumnElement[bool]:
    """Tell which rows of a table are in force: not retired, or of the open period."""
    if "valid" in table.c:
        return sa.func.upper_inf(table.c.valid)
    return table.c.retired_on.is_(None)


def not_ended(table: sa.Table, today: date) -> sa.ColumnElement[bool]:
    """Tell which periods of a table hold today or are to come."""
    end = sa.func.upper(table.c.valid)
    ahead = sa.or_(sa.func.upper_inf(table.c.valid), end > today)
    return sa.and_(~sa.func.isempty(table.c.valid), ahead)


def _wkb(column: sa.ColumnElement[object]) -> sa.Label[object]:
    return sa.func.ST_AsBinary(column).label("geometry")


def _stored(stored: Stored, wanted: Collection[str]) -> sa.Select[tuple[object, ...]]:
    table = stored.table
    columns = stored.columns.items()
    picked = [table.c[column].label(name) for name, column in columns if name in wanted]
    geometry = _wkb(table.c.geom) if "geom" in table.c else sa.null().label("geometry")
    return sa.select(*picked, geometry).where(holds(table))


def _grids(at: date) -> sa.Select[tuple[object, ...]]:
    grid, period, shape = tables.grid, tables.grid_period, tables.plan_grid
    return (
        sa.select(
            grid.c.code.label("grid_code"),
            shape.c.name,
            grid.c.kind,
            grid.c.community_code,
            _wkb(shape.c.geom),
        )
        .join_from(grid, period, period.c.grid_id == grid.c.id)
        .join(shape, (shape.c.plan_id == period.c.plan_id) & (shape.c.grid_no == period.c.grid_no))
        .where(period.c.valid.contains(at))
    )


def _posts(at: date) -> sa.Select[tuple[object, ...]]:
    return post_rows().where(tables.post.c.valid.contains(at))


_QUERIES = {"grids": _grids, "posts": _posts}


def _dated(layer: LayerName, at: date | None) -> sa.Select[tuple[object, ...]]:
    if at is None:
        raise ValueError(f"{layer} are those of a day: say which.")
    return _QUERIES[layer](at)


def _seen(layer: LayerName, sight: Sight) -> sa.ColumnElement[bool]:
    if layer == "posts":
        return posts_seen(sight)
    return seen(tables.grid if layer == "grids" else STORED[layer].table, sight)


def _lies_in(layer: LayerName, community: str) -> sa.ColumnElement[bool]:
    if layer == "areas":
        return tables.area.c.code == community
    if layer == "gates":
        yard = tables.courtyard
        return tables.gate.c.courtyard_code.in_(
            sa.select(yard.c.code).where(yard.c.community_code == community)
        )
    if layer == "stairwells":
        building = tables.building
        return tables.stairwell.c.building_code.in_(
            sa.select(building.c.code).where(building.c.community_code == community)
        )
    if layer in ("streets", "barriers"):
        return touches_community(STORED[layer].table, community)
    if layer == "posts":
        return community_of_post() == community
    table = tables.grid if layer in _QUERIES else STORED[layer].table
    return table.c.community_code == community


def touches_community(table: sa.Table, community: str) -> sa.ColumnElement[bool]:
    """
    Tell which rows touch the area that a community has today.

    The area is looked up once, before the rows, so that their spatial index finds them: the cost
    grows with what lies there, not with the city.
    """
    area = tables.area
    ground = sa.select(area.c.geom).where(area.c.code == community, holds(area))
    return sa.func.ST_Intersects(table.c.geom, ground.scalar_subquery())


def canonical(frame: gpd.GeoDataFrame, layer: Layer, wanted: Collection[str]) -> gpd.GeoDataFrame:
    """Give a frame read from the database the columns and types of its contract."""
    fields = [f for f in layer.fields if f.name in wanted]
    typed = {f.name: frame[f.name].astype(pandas_dtype(_dtype(f))) for f in fields}
    return gpd.GeoDataFrame(pd.DataFrame(typed), geometry=frame.geometry, crs=frame.crs)


def _dtype(field: Field) -> str:
    if field.kind == "count":
        return "int64" if field.required else "Int64"
    if field.kind == "flag":
        return "boolean" if field.default is None else "bool"
    return _DTYPES.get(field.kind, "str")
