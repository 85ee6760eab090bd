"""What walking circles leave in PostGIS."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import sqlalchemy as sa
from psycopg2.errors import UniqueViolation
from shapely import MultiPolygon, Point, box

from gis.store import walking

KEY = ["kind", "facility_code", "cutoff_s", "speed_m_s"]
SQUARE = MultiPolygon([box(104, 28, 104.01, 28.01)])


def _street(connection: sa.Connection, code: str) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO street (code, street_class, geom) VALUES "
            "(:code, 'lane', 'SRID=4326;MULTILINESTRING((104 28, 104.001 28))')"
        ),
        {"code": code},
    )


def _circles(run_id: int, *minutes: int) -> gpd.GeoDataFrame:
    rows = [("medical", "f1", m * 60, 1.2, run_id, f"digest {m}", "ok") for m in minutes]
    frame = pd.DataFrame(rows, columns=[*KEY, "run_id", "digest", "status"])
    return gpd.GeoDataFrame(frame, geometry=[SQUARE] * len(minutes), crs="EPSG:4326")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE street SET changed_at = now() + interval '1 hour' WHERE code = 's1'",
        "UPDATE street SET retired_on = '2026-03-01' WHERE code = 's1'",
        "DELETE FROM street WHERE code = 's1'",
        "INSERT INTO barrier (code, kind, geom) VALUES "
        "('w', 'wall', 'SRID=4326;MULTILINESTRING((104 28, 104.001 28))')",
    ],
)
def test_the_mark_changes_with_the_layers_of_the_network(
    transaction: sa.Connection, change: str
) -> None:
    _street(transaction, "s1")
    before = walking.network_mark(transaction)
    assert walking.network_mark(transaction) == before
    transaction.execute(sa.text(change))
    assert walking.network_mark(transaction) != before


def test_a_change_begun_before_the_newest_and_committed_after_it_changes_the_mark(
    engine: sa.Engine,
) -> None:
    touch = sa.text("UPDATE street SET changed_at = now() WHERE code = :code")
    with engine.begin() as connection:
        _street(connection, "s1")
        _street(connection, "s2")
    with engine.connect() as slow:
        slow.execute(touch, {"code": "s1"})
        with engine.begin() as quick:
            quick.execute(touch, {"code": "s2"})
        with engine.connect() as reader:
            before = walking.network_mark(reader)
        slow.commit()
    with engine.connect() as reader:
        assert walking.network_mark(reader) != before


def test_a_run_is_read_back_as_written_and_the_newest_counts(transaction: sa.Connection) -> None:
    for speed in (1.2, 0.8):
        walking.begin_run(transaction, "default", {"speeds": [speed]}, "digest", {"islands": 2})
    walking.begin_run(transaction, "other", {}, "digest", {})
    newest = walking.newest_run(transaction, "default")
    assert newest is not None
    assert (newest.settings, newest.report) == ({"speeds": [0.8]}, {"islands": 2})
    assert [run.settings["speeds"] for run in walking.runs(transaction, "default")] == [
        [0.8],
        [1.2],
    ]
    assert walking.newest_run(transaction, "nobody's") is None


def test_reach_replaces_that_of_its_profile_only(transaction: sa.Connection) -> None:
    columns = ["kind", "building_code", "facility_code", "metres", "open_m", "straight_m", "reason"]
    reached = pd.DataFrame([("medical", "b1", "f1", 120.5, 120.5, 90.0, None)], columns=columns)
    cut_off = pd.DataFrame([("medical", "b1", None, None, 50.0, 40.0, "gate")], columns=columns)
    walking.replace_reach(transaction, "default", reached)
    walking.replace_reach(transaction, "other", reached)
    walking.replace_reach(transaction, "default", cut_off)
    rows = transaction.execute(
        sa.text("SELECT profile, facility_code, metres, reason FROM reach ORDER BY profile")
    )
    assert [tuple(row) for row in rows] == [
        ("default", None, None, "gate"),
        ("other", "f1", 120.5, None),
    ]


def test_circles_that_did_not_change_stay_the_same_rows(transaction: sa.Connection) -> None:
    run_id = walking.begin_run(transaction, "default", {}, "digest", {})
    walking.swap_circles(transaction, "default", gone=[], drawn=_circles(run_id, 5, 10))
    first = walking.circle_digests(transaction, "default")
    gone = first.loc[first["cutoff_s"] == 600, "id"].tolist()
    walking.swap_circles(transaction, "default", gone=gone, drawn=_circles(run_id, 15))
    second = walking.circle_digests(transaction, "default")
    assert second["cutoff_s"].tolist() == [300, 900]
    assert second["id"].iloc[0] == first["id"].iloc[0]


def test_a_circle_stands_once_for_each_key(transaction: sa.Connection) -> None:
    run_id = walking.begin_run(transaction, "default", {}, "digest", {})
    of_kind = _circles(run_id, 5).assign(facility_code=None)
    walking.swap_circles(transaction, "default", gone=[], drawn=of_kind)
    with pytest.raises(UniqueViolation, match="ix_circle_key"):
        walking.swap_circles(transaction, "default", gone=[], drawn=of_kind)


def test_gaps_and_sites_are_stored_with_their_documents(transaction: sa.Connection) -> None:
    run_id = walking.begin_run(transaction, "default", {}, "digest", {})
    gap = {"kind": "medical", "cutoff_s": 900, "speed_m_s": 1.2, "run_id": run_id, "rank": 1}
    counts = {"community_code": None, "buildings": 2, "households": 30, "households_estimated": 0}
    gaps = pd.DataFrame([{**gap, **counts, "reasons": {"gate": 2}}])
    walking.replace_gaps(
        transaction, "default", gpd.GeoDataFrame(gaps, geometry=[SQUARE], crs="EPSG:4326")
    )
    place = {"cutoff_s": 900, "speed_m_s": 1.2, "rank": 1, "place": "b1", "households_gained": 30}
    sites = pd.DataFrame([{**place, "certificate": {"gap": 0.0}}])
    for _ in range(2):
        walking.replace_sites(
            transaction,
            "default",
            "medical",
            None,
            gpd.GeoDataFrame(sites, geometry=[Point(104, 28)], crs="EPSG:4326"),
        )
    assert transaction.execute(sa.text("SELECT reasons FROM service_gap")).scalars().all() == [
        {"gate": 2}
    ]
    assert transaction.execute(sa.text("SELECT certificate FROM site")).scalars().all() == [
        {"gap": 0.0}
    ]
