"""``wangge circles`` from file to file: layers, report, and clear faults."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from jsonschema import Draft202012Validator
from shapely import LineString, Point, box

from api.cli import main
from gis.circles.reach import REASONS
from tests.gis.io.osm_document import OsmDocument

SAMPLE = Path(__file__).parents[3] / "sample_geodata" / "yunxi.gpkg"
LAYERS = ("streets", "buildings", "facilities", "courtyards", "gates", "barriers", "community")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["circles", *arguments])
    return int(ended.value.code or 0)


def report_of(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    schema = resources.files("gis.io") / "schemas" / "circles-report.schema.json"
    Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(report)
    return report


def drawn(folder: Path, **changes: gpd.GeoDataFrame) -> list[str]:
    """A lane of 1 km with two houses and two places, as files; the options that name them."""
    layers = {
        "streets": layer([LineString([(0, 0), (1000, 0)])], street_id=["way/1"]),
        "buildings": layer(
            [box(95, 5, 105, 15), box(895, 5, 905, 15)],
            building_id=["near", "far"],
            households=[30, 10],
        ),
        "facilities": layer(
            [Point(110, 5), Point(5000, 5000)],
            facility_id=["here", "lost"],
            kind=["canteen", "canteen"],
            opening_hours=["Mo-Fr 09:00-17:00", "早九晚五"],
        ),
    } | changes
    options = []
    for name, frame in layers.items():
        path = folder / f"{name}.gpkg"
        frame.to_file(path, layer=name)
        options += [f"--{name}", str(path)]
    return options


def layer(shapes: list[Any], **columns: object) -> gpd.GeoDataFrame:
    ground = gpd.GeoSeries(shapes).translate(500_000, 3_165_000)
    return gpd.GeoDataFrame(columns, geometry=ground, crs="EPSG:4543")


def test_the_sample_reaches_its_facilities(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out.gpkg", tmp_path / "report.json"
    files = [part for name in LAYERS for part in (f"--{name}", str(SAMPLE))]
    options = ["--minutes", "5,10,15", "--speed", "1.2,elder", "--gates", "residents"]
    kinds = ["--kinds", "yuzhong", "-o", str(out), "--report", str(report)]
    assert run(*files, *options, *kinds) == 0
    said = report_of(report)
    names = [name for name, _ in pyogrio.list_layers(out)]
    assert names == ["reach", "circles", "gaps", "service_coverage"]
    reach = gpd.read_file(out, layer="reach")
    buildings = gpd.read_file(SAMPLE, layer="buildings")
    kinds_asked = said["settings"]["kinds"]
    assert len(reach) == len(buildings) * len(kinds_asked)
    assert set(reach["building_id"]) == set(buildings["building_id"])
    assert set(reach["reason"].fillna("")) <= set(REASONS)
    within = reach[reach["reason"].fillna("") == ""]
    assert (within["seconds"] <= 900.05).all()
    assert within["facility_id"].notna().all()
    assert (within["straight_m"] <= within["metres"] + 0.02).all()
    for row in said["reach"]:
        assert sum(n for word, n in row.items() if word not in ("kind", "cutoff_s")) == 1048
    circles = gpd.read_file(out, layer="circles")
    assert set(circles["cutoff_s"]) == {300, 600, 900}
    assert circles["facility_id"].isna().sum() == len(kinds_asked) * 3 * 2
    assert set(circles["gates"]) == {"residents"}
    gaps = gpd.read_file(out, layer="gaps")
    table = pyogrio.read_dataframe(out, layer="service_coverage")
    assert {"all", "courtyard", "community", "subdistrict"} <= set(table["grouping"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 2 * len(kinds_asked)
    assert "gates residents" in lines[0]
    assert "registered" in lines[0]
    _coverage_and_gaps_agree(said, gaps, int(buildings["households"].sum()))


def _coverage_and_gaps_agree(said: dict[str, Any], gaps: gpd.GeoDataFrame, all_of: int) -> None:
    """Households reached, and those in gaps, are all households; longer walks reach no fewer."""
    figures = [
        row
        for row in said["service_coverage"]
        if (row["grouping"], row["method"], row["counted"], row["speed"])
        == ("all", "network", "households", "adult")
    ]
    for row in figures:
        of = (gaps["kind"] == row["kind"]) & (gaps["cutoff_s"] == row["cutoff_s"])
        assert row["total"] == all_of
        assert row["reached"] + int(gaps.loc[of, "households"].sum()) == all_of
    for kind in said["settings"]["kinds"]:
        reached = [row["reached"] for row in figures if row["kind"] == kind]
        assert reached == sorted(reached)


def test_what_is_odd_is_named_and_the_rest_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, report = tmp_path / "out.gpkg", tmp_path / "report.json"
    options = ["--kinds", "食堂,astrologer", "--at", "Mo 12:00", "--report", str(report)]
    assert run(*drawn(tmp_path), *options, "-o", str(out)) == 0
    remarks = {remark["code"]: remark for remark in report_of(report)["remarks"]}
    assert set(remarks) == {"unknown_kind", "opening_hours", "snap_too_long", "circle_outside"}
    assert remarks["opening_hours"]["ids"] == ["lost"]
    assert remarks["snap_too_long"]["ids"] == ["lost"]
    assert "lost" in capsys.readouterr().err
    reach = gpd.read_file(out, layer="reach")
    assert reach["reason"].fillna("").tolist() == ["", "no_such_facility"] * 2
    assert reach["metres"].round().tolist()[::2] == [25.0, 805.0]
    gaps = gpd.read_file(out, layer="gaps")
    canteen = gaps[gaps["kind"] == "canteen"]
    assert canteen["cutoff_s"].tolist() == [300, 600]
    assert canteen["households"].tolist() == [10, 10]


_KEYS = {"streets": ("street_id", "LineString"), "facilities": ("facility_id", "Point")}


@pytest.mark.parametrize("empty", list(_KEYS))
def test_an_empty_layer_is_named_and_the_terms_are_still_told(
    empty: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = drawn(tmp_path)
    key, kind = _KEYS[empty]
    nothing = layer([], **{key: [], "kind": []})
    path = tmp_path / f"{empty}.gpkg"
    path.unlink()
    pyogrio.write_dataframe(nothing, path, layer=empty, geometry_type=kind)
    out, report = tmp_path / "out.gpkg", tmp_path / "report.json"
    assert run(*files, "--kinds", "canteen", "-o", str(out), "--report", str(report)) == 0
    assert f"no_{empty}" in [remark["code"] for remark in report_of(report)["remarks"]]
    assert "registered" in capsys.readouterr().out
    assert gpd.read_file(out, layer="reach")["metres"].isna().all()


def test_figures_are_told_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    houses = layer(
        [box(95, 5, 105, 15)], building_id=["b"], households=[9], households_estimated=[True]
    )
    files = drawn(tmp_path, buildings=houses)
    assert run(*files, "--speed", "elder", "-o", str(tmp_path / "out.gpkg")) == 0
    told = capsys.readouterr()
    terms, figures = told.out.splitlines()
    assert "居民通行" in terms
    assert "户籍户" in terms
    assert figures == "老人 0.8 m/s\t食堂\t5 分钟 100.0%，10 分钟 100.0%，15 分钟 100.0%"
    assert "其中 9 户为估算" in told.err


def test_at_night_nothing_is_reached(tmp_path: Path) -> None:
    facilities = layer(
        [Point(110, 5)], facility_id=["f"], kind=["canteen"], opening_hours=["Mo-Fr 09:00-17:00"]
    )
    out = tmp_path / "out.gpkg"
    files = drawn(tmp_path, facilities=facilities)
    assert run(*files, "--at", "周六 03:00", "-o", str(out)) == 0
    assert set(gpd.read_file(out, layer="reach")["reason"]) == {"no_such_facility"}
    assert gpd.read_file(out, layer="circles").empty


@pytest.mark.parametrize("spelling", ["words", "policy"])
def test_gates_name_a_file_a_policy_or_both(tmp_path: Path, spelling: str) -> None:
    yard = layer([box(50, -40, 150, 60)], courtyard_id=["c"], kind=["old"], walled=[True])
    gates = layer([Point(150, 0)], gate_id=["g"], courtyard_id=["c"])
    facilities = layer([Point(500, 5)], facility_id=["f"], kind=["canteen"])
    files = drawn(tmp_path, courtyards=yard, gates=gates, facilities=facilities)
    reasons = {}
    for policy in ("residents", "open", "shut"):
        said = ["--gates", policy] if spelling == "words" else ["--gate-policy", policy]
        out = tmp_path / f"{policy}.gpkg"
        assert run(*files, *said, "-o", str(out)) == 0
        reach = gpd.read_file(out, layer="reach").set_index("building_id")
        reasons[policy] = reach.loc["near", "reason"] or ""
    assert reasons == {"residents": "", "open": "", "shut": "gate"}


def test_an_extract_stands_in_for_the_files_that_are_missing(tmp_path: Path) -> None:
    lon, lat = 104.5, 28.6
    town = OsmDocument()
    town.way([(lon, lat), (lon + 0.005, lat)], highway="residential")
    shop = town.node((lon + 0.001, lat + 0.0001), amenity="pharmacy")
    extract = town.save(tmp_path)
    house = gpd.GeoDataFrame(
        {"building_id": ["h"], "households": [3]},
        geometry=[Point(lon + 0.003, lat + 0.0001).buffer(0.00003)],
        crs="EPSG:4326",
    )
    house.to_file(tmp_path / "h.gpkg", layer="buildings")
    out = tmp_path / "out.gpkg"
    options = ["--osm", str(extract), "--buildings", str(tmp_path / "h.gpkg"), "-o", str(out)]
    assert run(*options) == 0
    reach = gpd.read_file(out, layer="reach")
    assert reach[["kind", "facility_id"]].to_numpy().tolist() == [["pharmacy", f"node/{shop}"]]


def test_why_there_is_no_circle_is_told_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert run(*drawn(tmp_path), "-o", str(tmp_path / "out.gpkg")) == 0
    assert "没有服务圈（位于道路数据范围之外）：lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["-o", "out.gpkg"], "--streets"),
        (["-o", "out.gpkg", "--minutes", "soon"], "--minutes soon"),
        (["-o", "out.gpkg", "--speed", "fast"], "--speed fast"),
        (["-o", "out.gpkg", "--at", "now"], "--at now"),
        (["-o", "out.gpkg", "--kinds", "none.toml"], "none.toml"),
        (["-o", "out.gpkg", "--kinds", "，"], "--kinds"),
        (["-o", "out.gpkg", "--snap-limit", "nan"], "--snap-limit"),
        (["update", "--kinds", ""], "--kinds"),
        (["update", "--snap-limit", "nan"], "--snap-limit"),
        (["-o", "out.gpkg", "--gates", "open", "--gates", "shut"], "--gates open, shut"),
        (["-o", "out.gpkg", "--gates", "a.gpkg", "--gates", "b.gpkg"], "a.gpkg, b.gpkg"),
        (["-o", "out.shp"], ".gpkg"),
        ([], "-o"),
        (["-o", "out.gpkg", "--streets", "missing.gpkg"], "missing.gpkg"),
    ],
)
def test_bad_options_are_one_sentence_with_the_remedy(
    options: list[str],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*options) == 2
    told = capsys.readouterr()
    assert named in told.err
    assert "Traceback" not in told.err
    assert not told.out
    assert not list(tmp_path.iterdir())
