"""``wangge divide`` on the sample: from files to a grid package, with clear faults."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from api.cli import main
from gis.io.package import read_package
from gis.verify import verify_package

SAMPLE = Path(__file__).parents[3] / "sample_geodata" / "yunxi.gpkg"
LAYERS = ("courtyards", "community", "barriers", "gates", "streets", "stairwells")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["divide", *arguments])
    return int(ended.value.code or 0)


def test_the_sample_is_divided_within_the_cap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, report = tmp_path / "plan.gpkg", tmp_path / "report.json"
    files = [part for name in LAYERS for part in (f"--{name}", str(SAMPLE))]
    options = ["--rules", "gaoxian-2020", "-o", str(plan), "--report", str(report)]
    assert run("--buildings", f"{SAMPLE}:buildings", *files, *options) == 0
    package = read_package(plan)
    document = json.loads(report.read_text("utf-8"))
    schema = resources.files("gis.io") / "schemas" / "divide-report.schema.json"
    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(document)
    buildings = gpd.read_file(SAMPLE, layer="buildings")
    assert document["totals"]["buildings"] == len(buildings)
    assert document["totals"]["households_kinds"] == ["registered"]
    assert document["totals"]["households"] == int(buildings["households"].sum())
    grids = package.frames["grids"]
    over = grids["load"] > 1
    assert (grids["flags"][over] == "over_cap").all()
    # The two buildings above the cap are divided by their stairwells.
    assert over.sum() == document["totals"]["over_cap"] == 0
    units = package.frames["units"]
    divided = units[units["kind"] == "stairwell"]
    counts = buildings.set_index("building_id")["households"]
    assert divided.groupby("building_id")["households"].sum().size == 2
    assert (divided.groupby("building_id")["households"].sum() > 150).all()
    assert divided.groupby("building_id")["households"].sum().isin(counts).all()
    assert capsys.readouterr().out.count("grids (at least") == 4


def houses(path: Path, households: list[object]) -> str:
    count = len(households)
    places = gpd.points_from_xy([104.5 + 0.0005 * k for k in range(count)], [28.6] * count)
    ground = gpd.GeoSeries(places, crs="EPSG:4326").to_crs("EPSG:4543")
    shapes = ground.buffer(15, cap_style="square").to_crs("EPSG:4326")
    frame = gpd.GeoDataFrame({"楼栋编号": [f"b{k}" for k in range(len(households))]})
    frame.assign(户数=[str(h) for h in households]).set_geometry(shapes).to_file(path)
    return str(path)


def test_rows_at_fault_are_left_out_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    file, plan = houses(tmp_path / "h.geojson", [30, "many", 40]), tmp_path / "plan.gpkg"
    options = ["--buildings", file, "--rules", "urban-300-500", "-o", str(plan)]
    assert run(*options, "--strict") == 2
    assert not plan.exists()
    assert run(*options) == 0
    assert "1 rows left out" in capsys.readouterr().err
    assert read_package(plan).frames["units"]["households"].sum() == 70


def test_the_same_files_and_seed_give_the_same_grids(tmp_path: Path) -> None:
    file = houses(tmp_path / "h.geojson", [30, 20, 40, 25, 10, 35])
    plans = [tmp_path / "one.gpkg", tmp_path / "two.gpkg"]
    for plan in plans:
        assert run("--buildings", file, "--rules", "micro-30-50", "-o", str(plan)) == 0
    one, two = (read_package(plan).frames["units"]["grid"] for plan in plans)
    assert (one == two).all()


def test_the_order_of_rows_is_no_matter(tmp_path: Path) -> None:
    file = houses(tmp_path / "h.geojson", [30, 20, 40, 25, 10, 35, 15, 45, 20, 30])
    turned = tmp_path / "turned.geojson"
    gpd.read_file(file).iloc[::-1].to_file(turned)
    found = []
    for given in (file, str(turned)):
        plan = tmp_path / "plan.gpkg"
        assert run("--buildings", given, "--rules", "micro-30-50", "-o", str(plan)) == 0
        units = read_package(plan).frames["units"]
        found.append(dict(zip(units["unit_id"], units["grid"], strict=True)))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("option", "place", "words"),
    [
        ("-o", "h.gpkg", "overwritten"),
        ("-o", "plan.shp", ".gpkg"),
        ("-o", "folder.gpkg", "no file"),
        ("-o", "missing/plan.gpkg", "folder that exists"),
        ("--report", "missing/report.json", "folder that exists"),
        ("--report", "/dev/null", ".json"),
    ],
)
def test_an_unusable_place_for_the_result_is_found_before_the_work(
    option: str,
    place: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    (tmp_path / "folder.gpkg").mkdir()
    file = Path(houses(tmp_path / "h.gpkg", [30, 40]))
    before = file.read_bytes()
    options = {"--buildings": str(file), "--rules": "urban-300-500"}
    options |= {"-o": str(tmp_path / "plan.gpkg"), option: str(tmp_path / place)}
    assert run(*[part for given in options.items() for part in given]) == 2
    assert words in capsys.readouterr().err
    assert file.read_bytes() == before
    assert not (tmp_path / "plan.gpkg").exists()


def test_when_every_row_is_at_fault_the_first_fault_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    file = houses(tmp_path / "h.geojson", ["many", "few"])
    plan = str(tmp_path / "plan.gpkg")
    assert run("--buildings", file, "--rules", "micro-30-50", "-o", plan) == 2
    assert "'many' is not a number" in capsys.readouterr().err


def test_what_cannot_be_met_ends_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    file, plan = houses(tmp_path / "h.geojson", [30, 40]), tmp_path / "plan.gpkg"
    assert run("--buildings", file, "--rules", "zones-k", "-o", str(plan)) == 3
    assert "无法划成 3 个网格" in capsys.readouterr().err
    assert not plan.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--buildings": "missing.gpkg"}, "missing.gpkg"),
        ({"--rules": "no-such"}, "gaoxian-2020"),
        ({"--fill": "7"}, "fill"),
        ({"--crs": "EPSG:0"}, "EPSG:0"),
    ],
)
def test_bad_arguments_are_named(
    changes: dict[str, str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, plan = houses(tmp_path / "h.geojson", [30, 40]), tmp_path / "plan.gpkg"
    options = {"--buildings": file, "--rules": "urban-300-500", "-o": str(plan), **changes}
    assert run(*[part for option in options.items() for part in option]) == 2
    assert words in capsys.readouterr().err
    assert not plan.exists()


def test_the_summary_names_the_kind_of_households(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    file = houses(tmp_path / "h.geojson", [30, 30, 30])
    plan = ["-o", str(tmp_path / "plan.gpkg")]
    assert run("--buildings", file, "--rules", "gaoxian-2020", *plan) == 0
    assert "90 户（户籍户）" in capsys.readouterr().out


def test_three_zones_of_equal_numbers_of_enterprises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "houses.geojson"
    houses(path, [10] * 12)
    frame = gpd.read_file(path).assign(enterprises=[4, 0, 2, np.nan, 3, 1, 5, 0, 2, 6, 0, 1])
    frame.to_file(path)
    plan, report = tmp_path / "plan.gpkg", tmp_path / "report.json"
    options = ["--rules", "zones-k", "--weight", "enterprises", "-o", str(plan)]
    assert run("--buildings", str(path), *options, "--report", str(report)) == 0
    place = json.loads(report.read_text("utf-8"))["communities"][0]
    assert place["weight"] == {"column": "enterprises", "total": 24}
    sums = [grid["weight"] for grid in place["grid_list"]]
    assert sorted(sums) == [7, 8, 9]  # the most even cuts of the row, with the blank as 0
    assert "enterprises 24: " in capsys.readouterr().out
    assert all(finding.holds for finding in verify_package(plan))


def test_a_weight_that_is_not_in_the_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = houses(tmp_path / "houses.geojson", [10] * 3)
    options = ["--rules", "zones-k", "--weight", "enterprises", "-o", str(tmp_path / "p.gpkg")]
    assert run("--buildings", path, *options) == 2
    assert "enterprises" in capsys.readouterr().err
