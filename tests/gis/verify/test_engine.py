"""What the engine writes keeps every promise, judged by code that shares nothing with it."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gis.verify
from api.services.divide_files import divide_files
from api.services.layer_files import Inputs
from gis.contracts import LayerName
from gis.errors import Infeasible, InvalidGeometry
from gis.io.package import DividedCommunity, write_package
from gis.partition.divide import divide
from gis.partition.rules import RuleSet, load_rules, preset_names
from gis.verify import verify_package
from tests.gis.towns import Town, slabs, towns

SAMPLE = Path(__file__).parents[3] / "sample_geodata" / "yunxi.gpkg"
LAYERS: tuple[LayerName, ...] = (
    *("areas", "courtyards", "gates", "barriers", "streets", "buildings"),
)


def broken(path: Path) -> list[str]:
    return [f.sentence("en") for f in verify_package(path) if not f.holds]


@pytest.mark.parametrize("name", preset_names())
def test_the_sample_holds_under_every_preset(name: str, tmp_path: Path) -> None:
    files: dict[LayerName, str] = {layer: str(SAMPLE) for layer in LAYERS}
    path = tmp_path / "plan.gpkg"
    divide_files(Inputs(files), load_rules(name), path)
    assert broken(path) == []


def small(name: str) -> RuleSet:
    """A preset with caps so small that a town of a few houses needs several grids."""
    rules = load_rules(name)
    caps = {kind: max(1, cap // 10) for kind, cap in rules.caps.items()}
    return replace(rules, caps=caps, minimum=0)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(town=towns(), name=st.sampled_from(preset_names()))
def test_made_up_towns_hold(town: Town, name: str) -> None:
    try:
        ground = town.ground()
        division = divide(ground, small(name))
    except (InvalidGeometry, Infeasible):
        return  # no building inside, or three zones of two houses: the engine says so in words
    area = town.area(ground)
    with TemporaryDirectory() as folder:
        place = DividedCommunity("110108001001", "云溪社区", ground, division, boundary=area)
        assert broken(write_package(Path(folder) / "plan.gpkg", [place])) == []


def test_a_package_of_two_communities_holds(tmp_path: Path) -> None:
    ground = Town(buildings=slabs(4, 4)).ground()
    other = Town(buildings=slabs(3, 2)).ground()
    other.units["unit_id"] = "x" + other.units["unit_id"].astype(str)
    rules = load_rules("micro-30-50")
    places = [
        DividedCommunity("110108001001", "云溪社区", ground, divide(ground, rules)),
        DividedCommunity("110108001002", "石桥社区", other, divide(other, rules)),
    ]
    path = write_package(tmp_path / "plan.gpkg", places)
    assert broken(path) == []
    assert {f.community for f in verify_package(path)} == {"", "110108001001", "110108001002"}


def test_the_verifier_imports_nothing_of_the_engine() -> None:
    """The import contract lists modules by name; this holds for modules yet to be written."""
    assert gis.verify.__file__ is not None
    for source in Path(gis.verify.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            own = [n for n in names if n.split(".")[0] in {"gis", "maps", "api", "."}]
            assert all(n == "gis.errors" or n.startswith("gis.verify.") for n in own)
