"""Embed keys in PostGIS: written down, looked up by their digest, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from gis.store.sight import Sight, among
from gis.store.statements import statement
from gis.store.tables import area, embed_key

Row = Mapping[str, Any]

# The digest stays inside: what is listed opens nothing.
_LISTED = [column for column in embed_key.c if column.name != "digest"]


def insert_key(connection: sa.Connection, values: Row) -> int:
    """Write a key down and return its id; `values` are columns of `embed_key`."""
    made = sa.insert(embed_key).values(dict(values)).returning(embed_key.c.id)
    return int(connection.execute(made).scalar_one())


def key_scope(connection: sa.Connection, digest: bytes, *, on: date) -> Row | None:
    """
    Return what the key of that digest opens, None when there is no such key.

    Columns id, area_code, codes (of the area and all below it on a day), layers, origins, contact,
    expires_at, revoked_at. One look-up by a unique index and one by parent for each level.
    """
    found = connection.execute(statement("embed_key_scope"), {"digest": digest, "on": on})
    return cast(Row | None, found.mappings().one_or_none())


def key_rows(
    connection: sa.Connection, sight: Sight, *, standing_at: datetime | None = None
) -> list[Row]:
    """Return the keys of the areas seen, newest first, with their areas' names."""
    query = _with_area_name().where(_of_seen(sight)).order_by(embed_key.c.id.desc())
    if standing_at is not None:
        standing = embed_key.c.expires_at > standing_at
        query = query.where(standing, embed_key.c.revoked_at.is_(None))
    return cast(list[Row], connection.execute(query).mappings().all())


def key_row(connection: sa.Connection, sight: Sight, key_id: int) -> Row | None:
    """Return one key with the name of its area, None when there is none of an area seen."""
    query = _with_area_name().where(embed_key.c.id == key_id, _of_seen(sight))
    return cast(Row | None, connection.execute(query).mappings().one_or_none())


def end_key(connection: sa.Connection, sight: Sight, key_id: int, *, at: datetime, by: str) -> bool:
    """End a key that is not ended yet; tells whether there was one."""
    ended = (
        sa.update(embed_key)
        .where(embed_key.c.id == key_id, embed_key.c.revoked_at.is_(None), _of_seen(sight))
        .values(revoked_at=at, revoked_by=by)
    )
    return bool(connection.execute(ended).rowcount)


def _of_seen(sight: Sight) -> sa.ColumnElement[bool]:
    return sa.true() if sight.areas is None else among(embed_key.c.area_code, sight.areas)


def _with_area_name() -> sa.Select[Any]:
    newest = (
        sa.select(area.c.name)
        .where(area.c.code == embed_key.c.area_code)
        .order_by(sa.func.lower(area.c.valid).desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(*_LISTED, newest.label("area_name"))
