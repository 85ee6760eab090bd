"""What is stored comes back; storing again changes nothing; nothing vanishes unasked."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import geopandas as gpd
import pytest
import shapely
import sqlalchemy as sa
from geopandas.testing import assert_geodataframe_equal

from gis.contracts import LAYERS, LayerName
from gis.errors import NotFound
from gis.store import tables
from gis.store.layers import STORED, read_layer, touches_community
from gis.store.listing import found
from gis.store.retirements import Retirement, retirements
from gis.store.sight import EVERYWHERE
from gis.store.upsert import Upsert, retire, stage, upsert

Sample = dict[LayerName, gpd.GeoDataFrame]
# Not the day of the database, which may lie hours behind China: what begins and what is retired
# does so on the day that is told.
DAY = date(2031, 5, 6)


@pytest.fixture
def run_id(transaction: sa.Connection) -> int:
    added = sa.insert(tables.import_run).values(layer="buildings", source="test.gpkg")
    return int(transaction.execute(added.returning(tables.import_run.c.id)).scalar_one())


def _store(
    transaction: sa.Connection,
    layer: LayerName,
    frame: gpd.GeoDataFrame,
    run_id: int,
    *,
    keep: tuple[str, ...] = (),
    retire_missing: bool = False,
) -> Upsert:
    stage(transaction, layer, frame)
    return upsert(
        transaction, layer, run_id=run_id, today=DAY, keep=keep, retire_missing=retire_missing
    )


@pytest.fixture
def stored(transaction: sa.Connection, sample: Sample, run_id: int) -> dict[LayerName, Upsert]:
    return {layer: _store(transaction, layer, sample[layer], run_id) for layer in STORED}


def test_every_row_of_the_sample_is_added_once(
    stored: dict[LayerName, Upsert], sample: Sample
) -> None:
    assert stored == {layer: Upsert(added=len(sample[layer])) for layer in STORED}


@pytest.mark.parametrize("layer", list(STORED))
def test_the_same_file_again_changes_nothing_in_any_order(
    transaction: sa.Connection,
    sample: Sample,
    run_id: int,
    stored: dict[LayerName, Upsert],
    layer: LayerName,
) -> None:
    assert stored[layer].added
    shuffled = sample[layer].sample(frac=1, random_state=7)
    again = _store(transaction, layer, shuffled, run_id, retire_missing=True)
    assert again == Upsert(unchanged=len(shuffled))


@pytest.mark.parametrize("layer", list(STORED))
def test_what_was_stored_comes_back_as_it_was(
    transaction: sa.Connection,
    sample: Sample,
    stored: dict[LayerName, Upsert],
    layer: LayerName,
) -> None:
    assert stored[layer].added
    back = read_layer(transaction, layer)
    given = sample[layer].sort_values(LAYERS[layer].key, ignore_index=True)
    assert back.crs == "EPSG:4326"
    for column in LAYERS[layer].columns:
        assert back[column].astype(object).where(back[column].notna(), None).tolist() == (
            given[column].astype(object).where(given[column].notna(), None).tolist()
        ), column
    if LAYERS[layer].geometry != "none":
        assert shapely.equals(back.normalize().to_numpy(), given.normalize().to_numpy()).all()


def test_a_row_left_out_is_gone_but_stays_until_told(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    buildings = sample["buildings"]
    fewer = buildings.iloc[3:]
    count = _store(transaction, "buildings", fewer, run_id)
    assert (count.gone, count.retired) == (3, 0)
    assert len(read_layer(transaction, "buildings")) == stored["buildings"].added
    count = _store(transaction, "buildings", fewer, run_id, retire_missing=True)
    assert (count.gone, count.retired) == (3, 3)
    assert len(read_layer(transaction, "buildings")) == len(fewer)


def test_a_retired_row_that_returns_counts_as_changed(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    buildings = sample["buildings"]
    _store(transaction, "buildings", buildings.iloc[3:], run_id, retire_missing=True)
    count = _store(transaction, "buildings", buildings, run_id)
    assert count == Upsert(changed=3, unchanged=len(buildings) - 3)


def test_what_went_and_came_back_keeps_its_history(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    buildings = sample["buildings"]
    code = buildings["building_id"].iloc[0]
    for _ in range(2):
        _store(transaction, "buildings", buildings.iloc[3:], run_id, retire_missing=True)
        assert retirements(transaction, "buildings", code)[-1] == Retirement(
            DAY, run_id, None, None
        )
        _store(transaction, "buildings", buildings, run_id)
    absences = retirements(transaction, "buildings", code)
    assert absences == [Retirement(DAY, run_id, DAY, run_id)] * 2
    assert retirements(transaction, "buildings", buildings["building_id"].iloc[5]) == []
    with pytest.raises(NotFound, match="no-such"):
        retirements(transaction, "buildings", "no-such")


def test_a_building_that_came_back_was_not_there_between(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    buildings = sample["buildings"]
    code = buildings["building_id"].iloc[0]
    _store(transaction, "buildings", buildings.iloc[1:], run_id, retire_missing=True)
    went = sa.update(tables.retirement).values(retired_on=date(2026, 3, 1))
    transaction.execute(went)
    _store(transaction, "buildings", buildings, run_id)
    back = sa.update(tables.retirement).values(returned_on=date(2026, 5, 1))
    transaction.execute(back)

    def stood(day: date) -> bool:
        return found(transaction, EVERYWHERE, "building", code, at=day, geometry=False) is not None

    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [stood(day) for day in days] == [True, False, False, True]


def test_a_row_that_waits_is_not_gone(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    buildings = sample["buildings"]
    waiting = tuple(buildings["building_id"].iloc[:3])
    count = _store(
        transaction, "buildings", buildings.iloc[3:], run_id, keep=waiting, retire_missing=True
    )
    assert (count.gone, count.retired) == (0, 0)


def test_a_file_of_one_community_says_nothing_of_the_others(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    layers: tuple[LayerName, ...] = ("courtyards", "buildings", "facilities")
    for layer in layers:
        frame = sample[layer]
        one = frame[frame["community_code"] == frame["community_code"].dropna().iloc[0]]
        count = _store(transaction, layer, one, run_id, retire_missing=True)
        assert count == Upsert(unchanged=len(one))


def test_one_changed_count_changes_one_row(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    buildings = sample["buildings"].copy()
    buildings["households"] += buildings.index == 5
    count = _store(transaction, "buildings", buildings, run_id)
    assert count == Upsert(changed=1, unchanged=len(buildings) - 1)


def test_an_area_that_changes_keeps_its_past(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    area = tables.area
    transaction.execute(sa.update(area).values(valid=sa.text("daterange('2020-01-01', NULL)")))
    renamed = sample["areas"].copy()
    code = renamed["area_code"].iloc[0]
    renamed.loc[renamed.index[0], "name"] = "新名"
    assert _store(transaction, "areas", renamed, run_id).changed == 1
    periods = transaction.execute(
        sa.select(area.c.name, sa.func.upper_inf(area.c.valid))
        .where(area.c.code == code)
        .order_by(sa.func.lower(area.c.valid))
    ).all()
    assert [tuple(p) for p in periods] == [(sample["areas"]["name"].iloc[0], False), ("新名", True)]
    assert _store(transaction, "areas", renamed, run_id) == Upsert(unchanged=len(renamed))


def test_a_community_reads_only_what_is_its_own(
    transaction: sa.Connection, sample: Sample, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    areas = sample["areas"]
    code = areas.loc[areas["level"] == "community", "area_code"].iloc[0]
    shape = areas.loc[areas["area_code"] == code, "geometry"].iloc[0]
    buildings = read_layer(transaction, "buildings", community=code)
    assert set(buildings["community_code"]) == {code}
    stairwells = read_layer(transaction, "stairwells", community=code)
    assert set(stairwells["building_id"]) <= set(buildings["building_id"])
    assert read_layer(transaction, "streets", community=code).intersects(shape).all()
    assert read_layer(transaction, "areas", community=code)["area_code"].tolist() == [code]


def test_empty_layers_have_their_columns(transaction: sa.Connection) -> None:
    for layer, contract in LAYERS.items():
        frame = read_layer(transaction, layer, at=DAY)
        assert list(frame.columns) == [*contract.columns, "geometry"]
        assert_geodataframe_equal(frame, frame.iloc[:0])


@pytest.mark.parametrize("layer", ["streets", "barriers"])
def test_lines_of_a_community_are_found_by_the_spatial_index(
    transaction: sa.Connection, layer: LayerName
) -> None:
    table = STORED[layer].table
    query = sa.select(table.c.code).where(touches_community(table, "511525001001"))
    asked = query.compile(transaction.engine, compile_kwargs={"literal_binds": True})
    # The tables are empty: say that reading a whole one is dear, as it is in a city.
    transaction.execute(sa.text("SET LOCAL enable_seqscan = off"))
    lines = transaction.execute(sa.text(f"EXPLAIN {asked}")).scalars()
    assert f"ix_{table.name}_geom" in "\n".join(lines)


def test_no_statement_asks_the_database_which_day_it_is() -> None:
    folder = files("gis.store") / "sql"
    asked = [f.name for f in folder.iterdir() if "current_date" in f.read_text("utf-8").lower()]
    assert asked == []


def test_areas_begin_and_are_closed_on_the_day_that_is_told(
    transaction: sa.Connection, sample: Sample, run_id: int, stored: dict[LayerName, Upsert]
) -> None:
    assert stored
    bounds = sa.select(sa.func.lower(tables.area.c.valid), sa.func.upper(tables.area.c.valid))
    assert {tuple(row) for row in transaction.execute(bounds)} == {(DAY, None)}
    later = DAY + timedelta(days=3)
    assert retire(transaction, "areas", [sample["areas"]["area_code"].iloc[0]], run_id, later) == 1
    assert {tuple(row) for row in transaction.execute(bounds)} == {(DAY, None), (DAY, later)}
