"""Paged lists of the imported layers, with the columns that anyone may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from gis.store import tables as t
from gis.store.layers import STORED
from gis.store.sight import Sight, seen

Row = Mapping[str, Any]

_LAYER_OF = {stored.table.name: layer for layer, stored in STORED.items()}

# Neither residents nor elders nor vulnerable groups: those leave at community level only.
PUBLIC_COLUMNS: dict[str, tuple[str, ...]] = {
    "area": ("code", "name", "level", "parent_code"),
    "courtyard": ("code", "name", "kind", "walled", "managed", "community_code"),
    "building": (
        "code",
        "name",
        "number",
        "address",
        "community_code",
        "courtyard_code",
        "households",
        "households_kind",
        "households_estimated",
        "floors",
        "stairwells",
    ),
    "facility": (
        "code",
        "name",
        "kind",
        "functions",
        "floor_area_m2",
        "opening_hours",
        "idle",
        "community_code",
    ),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """
    Which rows of a list are wanted.

    Attributes
    ----------
    at
        Day on which they stand.
    limit
        Most rows returned.
    after
        Code of the last row of the page before; rows come in the order of their codes.
    bbox
        West, south, east, north in degrees; rows whose box touches it.
    equal
        Column -> value it must have; None means: not asked.
    geometry
        Whether to add the column ``geom`` as WKB.
    """

    at: date
    limit: int
    after: str = ""
    bbox: tuple[float, float, float, float] | None = None
    equal: Mapping[str, str | None] = field(default_factory=dict)
    geometry: bool = False


def listed(connection: sa.Connection, sight: Sight, table: str, listing: Listing) -> list[Row]:
    """
    Return one page of what is seen of a layer, in the order of codes.

    Parameters
    ----------
    table
        One of the keys of `PUBLIC_COLUMNS`.
    """
    source = t.metadata.tables[table]
    query = (
        _public(source, geometry=listing.geometry)
        .where(stands_on(source, listing.at), source.c.code > listing.after, seen(source, sight))
        .order_by(source.c.code)
        .limit(listing.limit)
    )
    for column, value in listing.equal.items():
        if value is not None:
            query = query.where(source.c[column] == value)
    if listing.bbox is not None:
        query = query.where(source.c.geom.op("&&")(sa.func.ST_MakeEnvelope(*listing.bbox, 4326)))
    return cast(list[Row], connection.execute(query).mappings().all())


def found(
    connection: sa.Connection, sight: Sight, table: str, code: str, *, at: date, geometry: bool
) -> Row | None:
    """Return the row of that code as it stood on a day, None when there was none to be seen."""
    source = t.metadata.tables[table]
    wanted = (stands_on(source, at), source.c.code == code, seen(source, sight))
    query = _public(source, geometry=geometry).where(*wanted)
    return cast(Row | None, connection.execute(query).mappings().one_or_none())


def _public(source: sa.Table, *, geometry: bool) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = [source.c[n] for n in PUBLIC_COLUMNS[source.name]]
    if source.name == "area":
        columns += [
            sa.func.lower(source.c.valid).label("valid_from"),
            sa.func.upper(source.c.valid).label("valid_to"),
        ]
    if geometry:
        columns.append(sa.func.ST_AsBinary(source.c.geom, type_=sa.LargeBinary).label("geom"))
    return sa.select(*columns)


def stands_on(source: sa.Table, at: date) -> sa.ColumnElement[bool]:
    """Tell which rows of an imported layer's table stood on a day."""
    if source.name == "area":
        return source.c.valid.op("@>")(sa.cast(at, sa.Date))
    away = t.retirement
    was_away = sa.exists().where(
        away.c.layer == _LAYER_OF[source.name],
        away.c.code == source.c.code,
        away.c.retired_on <= at,
        away.c.returned_on > at,
    )
    return sa.or_(source.c.retired_on.is_(None), source.c.retired_on > at) & ~was_away
