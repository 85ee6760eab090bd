"""``wangge osm``: from an extract to a GeoPackage, and what it says of a bad one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from gis.io.osm import OSM_LAYERS
from tests.gis.io.osm_document import OsmDocument, ring


def _wangge(*arguments: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"WANGGE_LANG": lang, "PYTHONUTF8": "1"},
    )


@pytest.fixture
def town(tmp_path: Path) -> Path:
    town = OsmDocument()
    town.way(ring(116.330, 40), building="apartments", building__levels="6")
    town.way(ring(116.340, 40), building="apartments", building__levels="6")
    town.way([(116.33, 40), (116.34, 40)], highway="residential", name="清河路")
    return town.save(tmp_path)


def test_the_layers_land_in_one_geopackage(town: Path, tmp_path: Path) -> None:
    done = _wangge("osm", town, "-o", tmp_path / "layers.gpkg")
    assert done.returncode == 0, done.stderr
    assert "buildings\t2" in done.stdout
    assert "households\t190 dwellings (190 of them estimated)" in done.stdout
    names = pyogrio.list_layers(tmp_path / "layers.gpkg")[:, 0].tolist()
    assert names == list(OSM_LAYERS)
    buildings = gpd.read_file(tmp_path / "layers.gpkg", layer="buildings")
    assert buildings["households"].tolist() == [95, 95]
    assert buildings["households_estimated"].all()
    assert buildings.crs == "EPSG:4326"


def test_box_community_and_settings_are_heeded(town: Path, tmp_path: Path) -> None:
    west = gpd.GeoDataFrame(geometry=[shapely.box(116.32, 39.9, 116.335, 40.1)], crs=4326)
    west.to_crs(4548).to_file(tmp_path / "west.gpkg")
    for narrowed in (
        ["--bbox", "116.32,39.9,116.335,40.1"],
        ["--community", tmp_path / "west.gpkg"],
    ):
        done = _wangge(
            "osm", town, "-o", tmp_path / "out.gpkg", "--m2-per-household", "45", *narrowed
        )
        assert done.returncode == 0, done.stderr
        assert "buildings\t1" in done.stdout
        assert "households\t190 dwellings" in done.stdout


def test_no_buildings_is_worth_a_note(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way([(116.33, 40), (116.34, 40)], highway="residential")
    done = _wangge("osm", town.save(tmp_path), "-o", tmp_path / "out.gpkg", lang="zh")
    assert done.returncode == 0
    assert "没有楼栋" in done.stderr
    assert "道路\t1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-o", "out.csv"], "*.gpkg"),
        (["-o", "out.gpkg", "--bbox", "1,2,3"], "west,south,east,north"),
        (["-o", "out.gpkg", "--bbox", "nan,2,3,4"], "west,south,east,north"),
        (["-o", "out.gpkg", "--community", "nothing.gpkg"], "no such file"),
        (["-o", "out.gpkg", "--m2-per-household", "0"], "m2 per household"),
    ],
)
def test_a_bad_request_ends_with_2_and_one_sentence(
    town: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    placed = [str(tmp_path / a) if a.startswith("out") else a for a in arguments]
    done = _wangge("osm", town, *placed)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out*"))


def test_a_damaged_extract_leaves_an_older_result_alone(town: Path, tmp_path: Path) -> None:
    result = tmp_path / "layers.gpkg"
    assert _wangge("osm", town, "-o", result).returncode == 0
    before = result.read_bytes()
    town.write_bytes(town.read_bytes()[:-200])
    done = _wangge("osm", town, "-o", result)
    assert done.returncode == 2
    assert "town.osm" in done.stderr
    assert "Traceback" not in done.stderr
    assert result.read_bytes() == before
