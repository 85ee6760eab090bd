"""Whole layers into the store: COPY into a staging table, then one statement over all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from gis.contracts import LAYERS, LayerName
from gis.store import retirements
from gis.store.bulk import CHUNK_ROWS, copy_frame, nobody, read_frame
from gis.store.layers import STORED, Stored, holds, not_ended
from gis.store.roster import drop_subjects_of_unstaged
from gis.store.scope import in_scope
from gis.store.statements import statement
from gis.store.tables import post

STAGED = "staged"
_MULTI = {"MULTIPOLYGON", "MULTILINESTRING"}


@dataclass(frozen=True, slots=True)
class Upsert:
    """
    What an import did to a layer, in rows.

    ``gone`` counts rows in force within the file's scope that the file does not name;
    they are only retired when asked (``retired`` of them).
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    retired: int = 0


def stage(
    connection: sa.Connection,
    layer: LayerName,
    frame: gpd.GeoDataFrame,
    on: Callable[[int], None] = nobody,
) -> None:
    """
    Fill the temporary table ``staged`` with the canonical rows of a frame.

    `on` is called with the rows sent so far.

    It has the columns of the layer's table (posts: of the contract) and ``row_no``; one from an
    earlier layer of the same transaction is replaced. The frame is not modified.
    """
    columns = STORED[layer].columns if layer in STORED else {c: c for c in LAYERS[layer].columns}
    staged = pd.DataFrame({column: frame[name] for name, column in columns.items()})
    staged["row_no"] = frame["row_no"] if "row_no" in frame else range(1, len(frame) + 1)
    if layer in STORED and "geom" in STORED[layer].table.c:
        staged["geom"] = frame.geometry.to_numpy()
    connection.execute(sa.text("DROP TABLE IF EXISTS pg_temp.staged, pg_temp.staged_change"))
    staging = _staging_table(layer, columns)
    staging.create(connection)
    copy_frame(connection, STAGED, staged, on)
    key = "post_id" if layer == "posts" else "code"
    sa.Index("staged_key", staging.c[key]).create(connection)
    sa.Index("staged_row_no", staging.c.row_no).create(connection)
    connection.execute(sa.text("ANALYZE pg_temp.staged"))


def _staging_table(layer: LayerName, columns: dict[str, str]) -> sa.Table:
    types: dict[str, Any] = dict.fromkeys(columns.values(), sa.Text())
    if layer in STORED:
        table = STORED[layer].table
        types = {c: table.c[c].type for c in columns.values()}
        if "geom" in table.c:
            # Without its own type: polygons become multipolygons on the way to the table.
            types["geom"] = _AnyGeometry()
    elif layer == "posts":
        types |= {"since": sa.Date(), "until": sa.Date()}
    return sa.Table(
        STAGED,
        sa.MetaData(),
        *(sa.Column(name, kind) for name, kind in types.items()),
        sa.Column("row_no", sa.Integer),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


class _AnyGeometry(sa.types.UserDefinedType[object]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "geometry"


def upsert(
    connection: sa.Connection,
    layer: LayerName,
    *,
    run_id: int,
    today: date,
    keep: Sequence[str] = (),
    community: str | None = None,
    retire_missing: bool = False,
    on: Callable[[int], None] = nobody,
) -> Upsert:
    """
    Bring the staged rows of a layer into its table, by code.

    Parameters
    ----------
    connection
        A transaction in which `stage` ran; not committed here.
    run_id
        The import run that every added or changed row will name.
    today
        The day it is where the grids are: changes begin and retirements count from it.
    keep
        Codes that the file names in rows that wait: in force or not, they are not gone.
    community
        Limits what can be gone to one community; see `gis.store.scope`.
    retire_missing
        Retire what is gone.
    on
        Called with the rows stored so far.

    Returns
    -------
    upsert
        Staged rows = added + changed + unchanged. A row is changed when any column or the exact
        geometry differs, or when it was retired before.

    Notes
    -----
    One statement for every `CHUNK_ROWS` rows, so that progress can be told, and one for what is
    gone. What was retired and is named again comes back; `gis.store.retirements` keeps when.
    Areas and posts are versioned: a change closes the open
    period and begins another one today; on the day a period began it is changed in place.
    """
    gone = _gone(connection, layer, keep, community, today)
    if layer == "areas":
        added, changed = _upsert_versions(connection, "area", run_id, today)
    elif layer == "posts":
        drop_subjects_of_unstaged(connection)
        for step in ("workers_upsert", "groups_upsert"):
            connection.execute(statement(step), {"run_id": run_id})
        for step in ("groups_leave", "groups_join"):
            connection.execute(statement(step))
        added, changed = _upsert_versions(connection, "post", run_id, today)
    else:
        retirements.end_for_staged(connection, layer, run_id, today)
        added, changed = _upsert_rows(connection, STORED[layer], run_id, on)
    total = connection.execute(sa.text("SELECT count(*) FROM pg_temp.staged")).scalar_one()
    on(int(total))
    retired = retire(connection, layer, gone, run_id, today) if retire_missing and gone else 0
    return Upsert(added, changed, int(total) - added - changed, len(gone), retired)


def _upsert_rows(
    connection: sa.Connection, stored: Stored, run_id: int, on: Callable[[int], None]
) -> tuple[int, int]:
    """Insert or update by code; return how many were added and changed."""
    query, added, changed = _upsert_statement(stored, run_id), 0, 0
    lasts = connection.execute(statement("staged_chunks"), {"size": CHUNK_ROWS}).scalars().all()
    for number, (after, last) in enumerate(zip((0, *lasts), lasts, strict=False), start=1):
        row = connection.execute(query, {"after": after, "last": last}).one()
        added, changed = added + int(row.added), changed + int(row.changed)
        if number < len(lasts):
            on(number * CHUNK_ROWS)
    return added, changed


def _upsert_statement(stored: Stored, run_id: int) -> sa.Select[int, int]:
    """Statement for the staged rows numbered over ``after`` and up to ``last``."""
    table, names = stored.table, list(stored.columns.values())
    columns = (*names, "geom", "row_no")
    staged = sa.table(STAGED, *(sa.column(n) for n in columns), schema="pg_temp")
    picked: list[sa.ColumnElement[Any]] = [staged.c[n] for n in names]
    if "geom" in table.c:
        names.append("geom")
        multi = getattr(table.c.geom.type, "geometry_type", "") in _MULTI
        picked.append(sa.func.ST_Multi(staged.c.geom) if multi else staged.c.geom)
    picked.append(sa.literal(run_id, sa.BigInteger).label("run_id"))
    chunk = sa.select(*picked).where(
        staged.c.row_no > sa.bindparam("after", type_=sa.Integer),
        staged.c.row_no <= sa.bindparam("last", type_=sa.Integer),
    )
    insert = pg.insert(table).from_select([*names, "run_id"], chunk)
    differs = [table.c[n].is_distinct_from(insert.excluded[n]) for n in names if n != "code"]
    written = {n: insert.excluded[n] for n in (*names, "run_id") if n != "code"}
    touched = (
        insert.on_conflict_do_update(
            index_elements=[table.c.code],
            set_={**written, "changed_at": sa.func.now(), "retired_on": None},
            where=sa.or_(table.c.retired_on.is_not(None), *differs),
        )
        # A row that was only inserted has no xmax; one that was updated was locked first.
        .returning(sa.literal_column("xmax = 0", sa.Boolean).label("added"))
        .cte("touched")
    )
    added = sa.func.count().filter(touched.c.added).label("added")
    changed = sa.func.count().filter(~touched.c.added).label("changed")
    return sa.select(added, changed).select_from(touched)


def _upsert_versions(
    connection: sa.Connection, table: str, run_id: int, today: date
) -> tuple[int, int]:
    """Close, change in place or begin periods; return how many were added and changed."""
    binds = {"run_id": run_id}
    connection.execute(statement(f"{table}_changes"), {"today": today})
    connection.execute(statement(f"{table}_change_in_place"), binds)
    connection.execute(statement(f"{table}_close"))
    connection.execute(statement(f"{table}_begin"), binds)
    row = connection.execute(statement("changes_count")).one()
    return int(row.added), int(row.changed)


def _gone(
    connection: sa.Connection,
    layer: LayerName,
    keep: Sequence[str],
    community: str | None,
    today: date,
) -> list[str]:
    """Codes in force in the scope of the file that it does not name."""
    table = STORED[layer].table if layer in STORED else post
    staged = sa.table(STAGED, sa.column("code"), sa.column("post_id"), schema="pg_temp")
    key = staged.c.post_id if layer == "posts" else staged.c.code
    named = sa.select(sa.literal(1)).where(key == table.c.code).correlate(table).exists()
    query = sa.select(table.c.code).where(
        not_ended(table, today) if layer == "posts" else holds(table),
        ~named,
        table.c.code != sa.all_(sa.literal(list(keep), pg.ARRAY(sa.Text))),
        in_scope(layer, community),
    )
    return [str(code) for code in connection.execute(query).scalars()]


def retire(
    connection: sa.Connection, layer: LayerName, codes: Sequence[str], run_id: int, today: date
) -> int:
    """Take things in force out of the map from today on; return how many they were."""
    versioned = {"areas": "area_retire", "posts": "post_retire"}
    if layer in versioned:
        binds = {"codes": list(codes), "today": today}
        return connection.execute(statement(versioned[layer]), binds).rowcount
    table = STORED[layer].table
    update = (
        sa.update(table)
        .where(table.c.code.in_(codes))
        .values(retired_on=today, changed_at=sa.func.now())
    )
    retirements.begin(connection, layer, codes, run_id, today)
    return connection.execute(update).rowcount


def unstage(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """Take rows out of the staging table by their number."""
    connection.execute(
        sa.text("DELETE FROM pg_temp.staged WHERE row_no = ANY (:numbers)"),
        {"numbers": [int(n) for n in numbers]},
    )


def standing_buildings(connection: sa.Connection) -> gpd.GeoDataFrame:
    """Return ``code`` and shape of stored buildings around the staged ones, not named by them."""
    return read_frame(connection, statement("buildings_standing"))


def update_counts(connection: sa.Connection, run_id: int) -> int:
    """Bring the counts of a staged ledger into its buildings; return how many changed."""
    return int(connection.execute(statement("ledger_update"), {"run_id": run_id}).rowcount)
