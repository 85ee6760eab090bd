"""Downloads: whole, in every format, filtered, without people, and gone from the disk."""

from __future__ import annotations

import io
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import anyio
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.services.downloads import AT_ONCE, MEDIA, MOST_WAITING, Slots
from api.services.exporting import NOT_PUBLIC, extracted
from api.today import today
from gis.contracts import LAYERS, LayerName
from gis.crs import to_wgs84
from gis.errors import InputError, Unavailable
from gis.io.read import read_layer
from gis.store.engine import open_engine
from gis.store.extracts import Extract
from gis.store.sight import EVERYWHERE

AT = "at=2026-05-01"
COMMUNITY = "510000000001"
DOWNLOADS = "/api/v1/downloads"


def saved(client: TestClient, address: str, folder: Path) -> Path:
    """Download a file under the plain name that it comes with."""
    answer = client.get(f"{DOWNLOADS}/{address}")
    assert answer.status_code == 200, answer.text
    said = answer.headers["content-disposition"]
    path = folder / said.split('filename="')[1].split('"')[0]
    path.write_bytes(answer.content)
    return path


def frame(path: Path) -> pd.DataFrame:
    """What a file holds, read by other programs than the one that wrote it."""
    if path.suffix == ".xlsx":
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            heading, *rows = book.worksheets[0].iter_rows(values_only=True)
        # openpyxl leaves out cells at the end of a row that are empty.
        whole = [(*row, *(None,) * (len(heading) - len(row))) for row in rows]
        return pd.DataFrame(whole, columns=list(heading))
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str)
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    rows = pyogrio.read_dataframe(f"/vsizip/{path}" if path.suffix == ".zip" else path)
    assert isinstance(rows, pd.DataFrame)
    return rows


@pytest.mark.parametrize("extension", sorted(MEDIA))
def test_buildings_come_in_every_format_and_are_all_there(
    client: TestClient, tmp_path: Path, extension: str
) -> None:
    path = saved(client, f"buildings.{extension}?{AT}", tmp_path)
    rows = frame(path)
    assert len(rows) == 96
    assert pd.to_numeric(rows["households"]).sum() == 528
    again = read_layer(path, "buildings")
    assert (len(again.frame), len(again.waiting)) == (96, 0)
    assert again.frame["households"].sum() == 528


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_no_layer_lets_out_people_or_counts_of_groups(
    client: TestClient, tmp_path: Path, layer: str
) -> None:
    for extension in ("gpkg", "csv"):
        path = saved(client, f"{layer}.{extension}?{AT}&headings=canonical", tmp_path)
        rows = frame(path)
        assert not set(rows.columns) & set(NOT_PUBLIC)
        assert "某某" not in rows.to_csv()
    chinese = saved(client, f"{layer}.xlsx?{AT}&headings=zh", tmp_path)
    hidden = {f.zh for f in LAYERS[_named(layer)].fields if f.name in NOT_PUBLIC}
    assert not set(frame(chinese).columns) & hidden


def _named(layer: str) -> LayerName:
    return next(name for name in LAYERS if name == layer)


def test_grids_come_with_their_figures_as_they_stood_on_a_day(
    client: TestClient, tmp_path: Path
) -> None:
    rows = frame(saved(client, f"grids.gpkg?{AT}", tmp_path))
    assert rows["households"].tolist() == [96, 144, 168, 120]
    assert rows["load"].round(2).tolist() == [0.64, 0.96, 1.12, 0.8]
    assert set(rows["valid_from"]) == {"2026-01-01"}
    assert frame(saved(client, "grids.csv?at=2025-12-31", tmp_path)).empty


def test_an_area_of_any_level_chooses_what_lies_below_it(
    client: TestClient, tmp_path: Path
) -> None:
    counts = {
        code: len(frame(saved(client, f"buildings.csv?{AT}&community={code}", tmp_path)))
        for code in ("510000000000", "510000000001", "510000000002")
    }
    assert list(counts.values()) == [96, 96, 0]
    areas = frame(saved(client, f"areas.csv?{AT}&community=510000000000", tmp_path))
    assert len(areas) == 3
    river = frame(saved(client, f"barriers.csv?{AT}&community=510000000002", tmp_path))
    assert river.empty
    posts = frame(saved(client, f"posts.csv?{AT}&community=510000000000", tmp_path))
    assert len(posts) == 2


def test_kind_day_and_box_choose_rows(client: TestClient, tmp_path: Path) -> None:
    old = frame(saved(client, f"courtyards.csv?{AT}&kind=old", tmp_path))
    assert old["kind"].tolist() == ["old", "old"]
    before = frame(saved(client, "buildings.csv?at=2025-05-01", tmp_path))
    assert "gone" in set(before["building_id"])
    corner = "bbox=104.6,28.4,104.6009,28.4009"
    assert len(frame(saved(client, f"buildings.csv?{AT}&{corner}", tmp_path))) == 1


@pytest.mark.parametrize("crs", ["EPSG:4490", "cgcs2000-3deg", "EPSG:4544", "gcj02", "bd09"])
def test_coordinates_come_as_asked_and_lead_back(
    client: TestClient, tmp_path: Path, crs: str
) -> None:
    plain = frame(saved(client, f"gates.geojson?{AT}", tmp_path))
    other = frame(saved(client, f"gates.geojson?{AT}&crs={crs}", tmp_path))
    assert isinstance(plain, gpd.GeoDataFrame)
    assert isinstance(other, gpd.GeoDataFrame)
    back = to_wgs84(other, crs)
    there = back.geometry.iloc[0].distance(plain.geometry.iloc[0])
    assert there < 2e-7
    if crs not in ("EPSG:4490",):
        assert other.geometry.iloc[0].distance(plain.geometry.iloc[0]) > 1e-4


def test_shapefiles_speak_gbk_when_asked(client: TestClient, tmp_path: Path) -> None:
    path = saved(client, f"courtyards.zip?{AT}&encoding=GB18030", tmp_path)
    with zipfile.ZipFile(path) as archive:
        names = {Path(name).suffix for name in archive.namelist()}
        dbf = next(name for name in archive.namelist() if name.endswith(".dbf"))
        assert "锦绣苑".encode("gb18030") in archive.read(dbf)
    assert {".shp", ".shx", ".dbf", ".prj", ".cpg"} <= names
    assert set(read_layer(path, "courtyards").frame["name"]) >= {"锦绣苑", "柳荫里"}


def test_a_file_has_a_chinese_name_and_a_plain_one(client: TestClient) -> None:
    answer = client.get(f"{DOWNLOADS}/buildings.xlsx?{AT}&community={COMMUNITY}")
    said = answer.headers["content-disposition"]
    assert said.startswith(f'attachment; filename="buildings-{COMMUNITY}-2026-05-01.xlsx"; ')
    assert unquote(said.split("filename*=UTF-8''")[1]) == "云溪社区-楼栋-2026-05-01.xlsx"
    assert said.isascii()
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-type"] == MEDIA["xlsx"]


def test_all_layers_come_in_one_geopackage(client: TestClient, tmp_path: Path) -> None:
    path = saved(client, f"all.gpkg?{AT}&community={COMMUNITY}", tmp_path)
    there = {str(name) for name, _ in pyogrio.list_layers(path)}
    assert there == set(LAYERS)
    assert len(pyogrio.read_dataframe(path, layer="buildings")) == 96
    assert "worker_name" not in pyogrio.read_dataframe(path, layer="posts").columns


def test_nothing_stays_on_the_disk(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert client.get(f"{DOWNLOADS}/buildings.zip?{AT}").status_code == 200
    assert client.get(f"{DOWNLOADS}/buildings.zip?{AT}&encoding=nonsense").status_code == 422
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("gates.csv?kind=north", "gates have no kinds"),
        ("courtyards.csv?kind=palace", "no kind 'palace'; there are old, new"),
        ("stairwells.csv?bbox=104,28,105,29", "no place on the map"),
        ("stairwells.fgb", "no geometry"),
        ("all.csv", "all.gpkg"),
        ("all.gpkg?kind=old", "leave kind and bbox out"),
        ("buildings.csv?crs=EPSG:999999", "Unknown coordinate system"),
        ("buildings.csv?bbox=1,2,3", "bbox"),
        ("courtyards.zip?encoding=ascii", "encoding"),
        ("buildings.csv?encoding=idna", "encoding"),
        ("buildings.zip?encoding=punycode", "encoding"),
    ],
)
def test_what_cannot_be_made_is_told_with_the_remedy(
    client: TestClient, address: str, words: str
) -> None:
    answer = client.get(f"{DOWNLOADS}/{address}", headers={"Accept-Language": "en"})
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]


def test_unknown_areas_layers_and_formats_are_told(client: TestClient) -> None:
    gone = client.get(f"{DOWNLOADS}/buildings.csv?community=999999999999")
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")
    for address in ("people.csv", "buildings.exe", "buildings.csv?community=1%27--"):
        assert client.get(f"{DOWNLOADS}/{address}").status_code == 422


def test_a_bundle_holds_layers_and_sheets_and_says_what_it_lacks(
    client: TestClient, tmp_path: Path
) -> None:
    path = saved(client, f"bundle.zip?{AT}&community=510000000002", tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["layers.gpkg"]
        archive.extract("layers.gpkg", tmp_path)
    areas = pyogrio.read_dataframe(tmp_path / "layers.gpkg", layer="areas")
    assert areas["name"].tolist() == ["临江社区"]


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(LAYERS)), st.sampled_from(sorted(MEDIA)))
def test_head_tells_the_length_and_sends_nothing(
    client: TestClient, layer: str, extension: str
) -> None:
    answer = client.head(f"{DOWNLOADS}/{layer}.{extension}?{AT}")
    assert answer.status_code in (200, 422)
    assert answer.content == b""


def test_what_is_handed_out_is_written_down(client: TestClient, town_url: str) -> None:
    answer = client.get(f"{DOWNLOADS}/gates.csv?{AT}", headers={"X-Request-Id": "none-of-ours"})
    engine = open_engine(town_url)
    with engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT action, kind, code, detail['bytes']::int AS bytes, request_id FROM audit_event"
            " ORDER BY id DESC LIMIT 1"
        ).one()
    engine.dispose()
    assert (row.action, row.kind, row.code) == ("export.download", "layer", "gates")
    assert row.bytes == len(answer.content)
    assert row.request_id == answer.headers["x-request-id"]


def test_only_so_many_wait_for_their_turn() -> None:
    async def crowd() -> list[type[BaseException] | None]:
        slots, ends = Slots(), list[type[BaseException] | None]()
        leave = anyio.Event()

        async def one() -> None:
            try:
                async with slots.one():
                    await leave.wait()
            except Unavailable as refused:
                ends.append(type(refused))
            else:
                ends.append(None)

        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE + MOST_WAITING + 3):
                group.start_soon(one)
            await anyio.wait_all_tasks_blocked()
            leave.set()
        return ends

    # In a thread: where a browser was opened before, this one has a loop already.
    with start_blocking_portal() as portal:
        ends = portal.call(crowd)
    assert ends.count(Unavailable) == 3
    assert ends.count(None) == AT_ONCE + MOST_WAITING


def test_too_many_rows_are_refused_before_they_are_read(town_url: str) -> None:
    engine = open_engine(town_url)
    with engine.connect() as connection, pytest.raises(InputError, match="more than 95 rows"):
        extracted(connection, EVERYWHERE, Extract("buildings", today()), most=95)
    engine.dispose()


def test_a_csv_opens_in_a_spreadsheet_as_what_it_is(client: TestClient) -> None:
    answer = client.get(f"{DOWNLOADS}/courtyards.csv?{AT}&headings=zh")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(io.BytesIO(answer.content))
    assert "小区名称" in rows.columns
