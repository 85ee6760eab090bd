"""Importing: all or nothing, good rows at once, bad rows wait until they come right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely
import sqlalchemy as sa

from api.services.exporting import Form, export_layer
from api.services.import_runs import drop_rows, list_runs, retry_run, retry_with_file, show_run
from api.services.importing import ImportOptions, import_all, import_file
from api.today import today
from gis.contracts import LAYERS, LayerName
from gis.errors import NotFound, Unavailable
from gis.io.write import write_layer
from gis.store import tables
from gis.store.engine import open_engine
from gis.store.extracts import Extract
from gis.store.layers import STORED, read_layer
from gis.store.upsert import Upsert
from tests.conftest import own_database

Sample = dict[LayerName, gpd.GeoDataFrame]


def _rows(engine: sa.Engine, table: sa.Table) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


@pytest.fixture
def write(tmp_path: Path) -> Callable[[LayerName, gpd.GeoDataFrame], Path]:
    def _write(layer: LayerName, frame: gpd.GeoDataFrame) -> Path:
        return write_layer(frame, tmp_path / f"{layer}.gpkg", layer=layer)

    return _write


@pytest.fixture(scope="module")
def office_template(server_url: str, migrated_template: str, sample_folder: Path) -> Iterator[str]:
    """Name of a database with every layer of the sample; nobody stays connected to it."""
    with own_database(server_url, migrated_template) as url:
        opened = open_engine(url)
        import_all(opened, sample_folder / "yunxi.gpkg")
        opened.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture
def office(server_url: str, office_template: str) -> Iterator[sa.Engine]:
    """Return a database of the test's own with every layer of the sample."""
    with own_database(server_url, office_template) as url:
        opened = open_engine(url)
        yield opened
        opened.dispose()


def test_a_whole_geopackage_is_stored_owners_first(
    engine: sa.Engine, sample_folder: Path, sample: Sample
) -> None:
    results = {r.layer: r for r in import_all(engine, sample_folder / "yunxi.gpkg")}
    for layer in STORED:
        assert results[layer].counts.added == len(sample[layer])
        assert results[layer].waiting == 0
    assert results["posts"].waiting == len(sample["posts"])


def test_the_gbk_gcj02_shapefiles_land_within_a_centimetre(
    office: sa.Engine, sample_folder: Path
) -> None:
    with office.connect() as connection:
        before = {name: read_layer(connection, name) for name in STORED}
    results = import_all(office, sample_folder / "yunxi_gbk_gcj02.zip", ImportOptions(crs="gcj02"))
    assert {r.layer: r.counts for r in results} == {
        r.layer: Upsert(unchanged=len(before[r.layer])) for r in results
    }
    with office.connect() as connection:
        for name, frame in before.items():
            after = read_layer(connection, name)
            assert after[LAYERS[name].key].tolist() == frame[LAYERS[name].key].tolist()
            if LAYERS[name].geometry != "none":
                apart = shapely.hausdorff_distance(
                    frame.to_crs(4544).geometry.to_numpy(), after.to_crs(4544).geometry.to_numpy()
                )
                assert apart.max() < 0.01


def test_good_rows_are_stored_and_a_bad_one_waits(
    engine: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    areas = sample["areas"].copy()
    areas.loc[areas.index[-1], "area_code"] = "12"
    result = import_file(engine, write("areas", areas), "areas")
    assert (result.counts.added, result.waiting) == (len(areas) - 1, 1)
    assert result.run_id is not None
    run, rows = show_run(engine, result.run_id)
    assert run.waiting == 1
    assert [(row.row_no, row.code) for row in rows] == [(len(areas), "12")]
    assert [fault.code for fault in rows[0].faults] == ["area-code"]


def test_strict_stores_nothing_when_any_row_is_bad(
    engine: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    areas = sample["areas"].copy()
    areas.loc[areas.index[-1], "area_code"] = "12"
    result = import_file(engine, write("areas", areas), "areas", ImportOptions(strict=True))
    assert result.run_id is None
    assert _rows(engine, tables.area) == 0
    assert list_runs(engine, all_runs=True) == []


def test_strict_over_many_layers_stores_none_of_them(
    engine: sa.Engine, sample_folder: Path
) -> None:
    results = import_all(engine, sample_folder / "yunxi.gpkg", ImportOptions(strict=True))
    assert {r.run_id for r in results} == {None}
    assert _rows(engine, tables.building) == 0


def test_a_row_comes_right_once_its_courtyard_is_there(
    engine: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    import_file(engine, write("areas", sample["areas"]), "areas")
    gates = sample["gates"]
    first = import_file(engine, write("gates", gates), "gates")
    assert first.waiting == int(gates["courtyard_id"].notna().sum()) > 0
    assert first.run_id is not None
    assert retry_run(engine, first.run_id).waiting == first.waiting
    import_file(engine, write("courtyards", sample["courtyards"]), "courtyards")
    assert retry_run(engine, first.run_id).waiting == 0
    assert list_runs(engine, all_runs=False) == []
    again = import_file(engine, write("gates", gates), "gates")
    assert again.counts.unchanged == len(gates)


def test_a_duplicate_does_not_slip_in_by_retrying(
    office: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    facilities = sample["facilities"].copy()
    twice = facilities.iloc[[0]].assign(name="冒名")
    both = gpd.GeoDataFrame(gpd.pd.concat([facilities, twice], ignore_index=True), crs=4326)
    result = import_file(office, write("facilities", both), "facilities")
    assert result.waiting == 1
    assert result.run_id is not None
    assert retry_run(office, result.run_id).waiting == 1
    with office.connect() as connection:
        assert "冒名" not in set(read_layer(connection, "facilities")["name"])


def test_a_mended_file_settles_the_rows_that_waited(
    office: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    facilities = sample["facilities"]
    broken = facilities.assign(kind=facilities["kind"].where(facilities.index != 3, "月球"))
    first = import_file(office, write("facilities", broken), "facilities")
    assert first.waiting == 1
    assert first.run_id is not None
    mended = retry_with_file(office, first.run_id, write("facilities", facilities))
    assert mended.waiting == 0
    assert list_runs(office, all_runs=False)[-1].layer == "posts"
    assert show_run(office, first.run_id)[1] == []


def test_dropped_rows_wait_no_longer(office: sa.Engine, sample: Sample) -> None:
    run = list_runs(office, all_runs=False)[0]
    assert drop_rows(office, run.run_id) == len(sample["posts"])
    assert list_runs(office, all_runs=False) == []


def test_an_unknown_run_is_told(engine: sa.Engine) -> None:
    with pytest.raises(NotFound, match="4711"):
        show_run(engine, 4711)


def test_a_ledger_updates_counts_and_reports_its_share_on_the_map(
    office: sa.Engine, sample_folder: Path
) -> None:
    result = import_file(office, sample_folder / "yunxi_roster.xlsx", "buildings")
    assert result.counts.added == 0
    assert result.counts.changed + result.counts.unchanged + result.waiting == result.rows
    assert result.placed_share == 1 - result.waiting / result.rows
    assert result.placed_share > 0.95
    reasons = {f.code for f in result.faults if f.severity == "error"}
    assert "not-on-map" in reasons


def test_a_mended_ledger_settles_its_rows_though_they_have_no_codes(
    office: sa.Engine, sample_folder: Path, tmp_path: Path
) -> None:
    first = import_file(office, sample_folder / "yunxi_roster.xlsx", "buildings")
    assert first.run_id is not None
    _, rows = show_run(office, first.run_id)
    uncounted = {r.row_no for r in rows if r.faults[0].field == "households"}
    book = openpyxl.load_workbook(sample_folder / "yunxi_roster.xlsx")
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[1]].index("户数") + 1
    for number in uncounted:
        sheet.cell(number + 1, column).value = 40
    book.save(tmp_path / "mended.xlsx")
    mended = retry_with_file(office, first.run_id, tmp_path / "mended.xlsx")
    assert len(uncounted) > 0
    assert mended.waiting == first.waiting - len(uncounted)
    assert show_run(office, first.run_id)[1] == []


def test_a_ledger_says_why_a_row_has_no_building(office: sa.Engine, sample_folder: Path) -> None:
    result = import_file(office, sample_folder / "yunxi_roster.xlsx", "buildings")
    told = {f.code: f for f in result.faults if f.severity == "error"}
    assert {"not-on-map", "building-claimed-twice"} <= told.keys()
    assert "另一行" in told["building-claimed-twice"].zh


def test_a_building_on_a_standing_one_waits(
    office: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    twin = sample["buildings"].iloc[[0]].assign(building_id="twin")
    result = import_file(office, write("buildings", twin), "buildings")
    assert (result.counts.added, result.waiting) == (0, 1)
    assert {f.code for f in result.faults if f.severity == "error"} == {"overlap-stored"}


@pytest.mark.parametrize("suffix", [".geojson", ".zip", ".csv"])
def test_an_exported_layer_comes_back_unchanged(
    office: sa.Engine, tmp_path: Path, suffix: str
) -> None:
    for layer in ("areas", "courtyards", "streets"):
        rows = export_layer(office, Extract(layer, today()), tmp_path / f"{layer}{suffix}", Form())
        again = import_file(office, tmp_path / f"{layer}{suffix}", layer)
        assert (again.counts.unchanged, again.waiting) == (rows, 0)


def test_two_imports_at_once_follow_one_another(
    office: sa.Engine, sample: Sample, write: Callable[[LayerName, gpd.GeoDataFrame], Path]
) -> None:
    path = write("facilities", sample["facilities"].assign(name="新名"))
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: import_file(office, path, "facilities"), range(2)))
    rows = len(sample["facilities"])
    assert sorted(r.counts.changed for r in both) == [0, rows]
    assert sorted(r.counts.unchanged for r in both) == [0, rows]


def test_an_unmigrated_database_is_told(bare_database: str, sample_folder: Path) -> None:
    bare = open_engine(bare_database)
    try:
        with pytest.raises(Unavailable, match="wangge migrate"):
            import_all(bare, sample_folder / "yunxi.gpkg")
    finally:
        bare.dispose()


_STOPPING = """
import signal, sys
from api.services.importing import import_all
from gis.store.engine import open_engine

def tell(progress):
    if progress.layer == "stairwells" and progress.stage == "sending":
        print("half done", flush=True)
        signal.pause()

import_all(open_engine(sys.argv[1]), sys.argv[2], tell=tell)
"""


def test_killing_the_importer_half_way_leaves_nothing(
    engine: sa.Engine, database_url: str, sample_folder: Path
) -> None:
    path = str(sample_folder / "yunxi.gpkg")
    importer = subprocess.Popen(
        [sys.executable, "-c", _STOPPING, database_url, path], stdout=subprocess.PIPE, text=True
    )
    with importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == "half done\n"
        os.kill(importer.pid, signal.SIGKILL)
    assert _rows(engine, tables.building) == 0
    assert _rows(engine, tables.import_run) == 0
    assert import_all(engine, path)[0].counts.added > 0
