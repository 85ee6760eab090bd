"""Redrawing from package to package; what is written is verified."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner

from api.commands.redraw_files import redraw
from gis.cells import build_ground
from gis.errors import InputError, NotFound
from gis.io.package import DividedCommunity, read_package, write_package
from gis.io.package_community import packaged_community
from gis.partition.divide import divide
from gis.partition.rules import load_rules
from gis.verify import verify_package
from tests.gis.towns import Town, slabs

RULES = load_rules("micro-30-50")
TOWN = Town(buildings=slabs(6, 6))


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(redraw, [str(a) for a in arguments], catch_exceptions=False)
    return done.output


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ground = TOWN.ground()
    place = DividedCommunity("c1", "云溪社区", ground, divide(ground, RULES))
    return write_package(tmp_path_factory.mktemp("standing") / "standing.gpkg", [place])


def assert_holds(file: Path) -> None:
    assert [f.promise for f in verify_package(file) if not f.holds] == []


def test_a_package_gives_back_the_ground_it_was_made_of(package: Path) -> None:
    ground = TOWN.ground()
    read = packaged_community(read_package(package))
    assert read.ground.units["unit_id"].tolist() == ground.units["unit_id"].tolist()
    assert (read.ground.borders["left"] == ground.borders["left"]).all()
    assert (read.ground.borders["right"] == ground.borders["right"]).all()
    assert (read.labels == divide(ground, RULES).labels).all()
    assert read.ground.units.crs == ground.units.crs
    area = read.ground.units.geometry.area.to_numpy()
    assert area == pytest.approx(ground.units.geometry.area.to_numpy(), rel=1e-6)


def test_standing_grids_are_repaired_on_todays_buildings(package: Path, tmp_path: Path) -> None:
    houses = TOWN.houses()
    more = gpd.GeoDataFrame(houses.assign(households=houses["households"] + [9, *[0] * 35]))
    ground = build_ground(more.iloc[:-1].reset_index(drop=True), **TOWN.layers())
    today = tmp_path / "today.gpkg"
    write_package(today, [DividedCommunity("c1", "云溪社区", ground, divide(ground, RULES))])
    out = tmp_path / "mended.gpkg"
    told = run("repair", package, "--today", today, "-o", out)
    assert "*   1" in told
    assert_holds(out)
    mended = read_package(out).frames
    assert mended["units"]["households"].sum() == int(more["households"].iloc[:-1].sum())
    names = set(read_package(package).frames["grids"]["name"])
    assert set(mended["lineage"]["from_grid"]) <= names
    locked = tmp_path / "locked.gpkg"
    run("repair", package, "--locked", "2,3", "-o", locked)
    assert_holds(locked)


def test_kept_split_and_merged_grids_make_lawful_packages(package: Path, tmp_path: Path) -> None:
    kept, halves, whole = (tmp_path / f"{n}.gpkg" for n in ("kept", "halves", "whole"))
    run("complete", package, "--keep", "1,2", "-o", kept)
    assert_holds(kept)
    frames = read_package(package).frames
    before, units = frames["grids"], frames["units"]
    largest = units[units["households"] > 0]["grid"].mode().iloc[0]
    row = before[before["grid"] == largest].iloc[0]
    told = run("split", package, str(row["number"]), "2", "-o", halves)
    assert f"{len(before) + 1} grids" in told
    assert_holds(halves)
    lineage = read_package(halves).frames["lineage"]
    cut = lineage[lineage["from_grid"] == row["name"]]["grid"].tolist()
    numbers = read_package(halves).frames["grids"].set_index("grid")["number"]
    run("merge", halves, *(str(numbers[g]) for g in cut), "-o", whole)
    assert_holds(whole)
    assert len(read_package(whole).frames["grids"]) == len(before)


def test_alternatives_are_packages_side_by_side(package: Path, tmp_path: Path) -> None:
    told = run("alternatives", package, "--most", "2", "-o", tmp_path / "plan.gpkg")
    files = sorted(tmp_path.glob("plan-*.gpkg"))
    assert files
    assert all(file.name in told for file in files)
    for file in files:
        assert_holds(file)


def test_what_is_not_there_is_named(package: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gpkg"
    with pytest.raises(InputError, match="no grid 99"):
        run("merge", package, "1", "99", "-o", out)
    with pytest.raises(NotFound, match="no community c9"):
        run("split", package, "1", "2", "--community", "c9", "-o", out)
    with pytest.raises(InputError, match="also an input"):
        run("split", package, "1", "2", "-o", package)
    assert not out.exists()
