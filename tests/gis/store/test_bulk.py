"""Frames survive the way into PostGIS and back."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from gis.store.bulk import copy_frame, read_frame
from gis.store.engine import open_engine


@pytest.fixture
def connection(empty_database: str) -> Iterator[sa.Connection]:
    engine = open_engine(empty_database)
    with engine.connect() as opened:
        opened.execute(sa.text("CREATE EXTENSION IF NOT EXISTS postgis"))
        opened.execute(
            sa.text(
                "CREATE TEMP TABLE thing (code text, households int, estimated bool, "
                "flags text[], geom geometry(Polygon, 4326))"
            )
        )
        yield opened
        opened.rollback()
    engine.dispose()


def test_nulls_empty_text_quotes_and_geometry_survive(connection: sa.Connection) -> None:
    square = shapely.box(104.1, 28.1, 104.2, 28.2)
    frame = pd.DataFrame(
        {
            "code": ['逗号,"引号"\n换行', "", None],
            "households": pd.array([286, None, 0], dtype="Int64"),
            "estimated": [True, False, True],
            "flags": ["{over_cap}", "{}", None],
            "geom": [square, None, square],
        }
    )
    copy_frame(connection, "thing", frame)
    query = sa.text("SELECT code, households, flags, ST_AsBinary(geom) AS geometry FROM thing")
    back = read_frame(connection, query)
    assert back["code"].isna().tolist() == [False, False, True]
    assert back["code"].tolist()[:2] == ['逗号,"引号"\n换行', ""]
    assert back["households"].tolist()[0] == 286
    assert back["flags"].tolist()[0] == ["over_cap"]
    assert back.geometry[0].equals(square)
    assert back.geometry[1] is None


def test_an_empty_answer_keeps_its_columns(connection: sa.Connection) -> None:
    query = sa.text("SELECT code, ST_AsBinary(geom) AS geometry FROM thing")
    back = read_frame(connection, query)
    assert list(back.columns) == ["code", "geometry"]
    assert back.crs == "EPSG:4326"
