"""Whole frames in and out of PostGIS: COPY for writing, one array conversion for reading."""

from __future__ import annotations

import io
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely
import sqlalchemy as sa
from psycopg2 import sql

CHUNK_ROWS = 10_000


def nobody(_: int) -> None:
    """Take no notice of the rows done."""


def copy_frame(
    connection: sa.Connection,
    table: str,
    frame: pd.DataFrame,
    on: Callable[[int], None] = nobody,
) -> None:
    """
    Append a frame to a table by COPY, in the transaction of the connection.

    Parameters
    ----------
    connection
        An open transaction; it is neither committed nor rolled back here.
    table
        Name of an existing (also temporary) table.
    frame
        Columns named as in the table. A column ``geom`` holds shapely geometries in EPSG:4326;
        None and NaN become NULL; an empty text stays an empty text. Not modified.
    on
        Called with the rows sent so far, after each `CHUNK_ROWS` of them.

    Notes
    -----
    Memory is bounded by `CHUNK_ROWS` rows of text at a time.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101
    with raw.cursor() as cursor:
        text = statement.as_string(cursor)
        for start in range(0, len(frame), CHUNK_ROWS):
            cursor.copy_expert(text, _csv(frame.iloc[start : start + CHUNK_ROWS]))
            on(min(start + CHUNK_ROWS, len(frame)))


def copy_checked(connection: sa.Connection, table: str, frame: pd.DataFrame) -> None:
    """
    Append a frame to a table that has row-level security, which no COPY goes into.

    The rows go to a temporary table by COPY and from there by one INSERT, which is checked
    like any other; else as `copy_frame`.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    table_name, incoming = sql.Identifier(table), sql.Identifier("incoming_rows")
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    before = sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA")
    after = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM pg_temp.{}")
    connection.exec_driver_sql(before.format(incoming, names, table_name).as_string(driver))
    copy_frame(connection, "incoming_rows", frame)
    insert = after.format(table_name, names, names, incoming)
    connection.exec_driver_sql(insert.as_string(driver))
    connection.exec_driver_sql("DROP TABLE pg_temp.incoming_rows")


def _csv(frame: pd.DataFrame) -> io.BytesIO:
    """Write rows as CSV in which only NULL is unquoted and empty."""
    columns = {
        str(name): _ewkb_hex(frame[name]) if name == "geom" else frame[name] for name in frame
    }
    table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(table, buffer, pa.csv.WriteOptions(include_header=False))
    buffer.seek(0)
    return buffer


def _ewkb_hex(geometries: pd.Series) -> pd.Series:
    shapes = shapely.set_srid(np.asarray(geometries, dtype=object), 4326)
    return pd.Series(
        shapely.to_wkb(shapes, hex=True, include_srid=True), index=geometries.index, dtype="str"
    )


def read_frame(
    connection: sa.Connection, query: sa.Executable, parameters: dict[str, object] | None = None
) -> gpd.GeoDataFrame:
    """
    Run a query whose column ``geometry`` is WKB (``ST_AsBinary``) and return it as a frame.

    Returns
    -------
    frame
        All columns of the query, ``geometry`` in EPSG:4326; empty with the same columns
        when nothing is found.
    """
    result = connection.execute(query, parameters or {})
    columns = list(result.keys())
    rows = result.fetchall()
    data = {name: [row[k] for row in rows] for k, name in enumerate(columns)}
    shapes = shapely.from_wkb(
        np.array([None if w is None else bytes(w) for w in data.pop("geometry")], dtype=object)
    )
    return gpd.GeoDataFrame(pd.DataFrame(data), geometry=list(shapes), crs="EPSG:4326")
