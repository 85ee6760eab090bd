"""Each promise, broken alone, is found and named; and nothing else is blamed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from shapely import MultiPolygon, Polygon

from gis.verify import verify_package
from tests.gis.verify.drafts import Draft
from tests.gis.verify.lattice import (
    CODE,
    DISTRICT,
    FLAGS,
    GRIDS,
    House,
    corner,
    district,
    square,
)


def broken(draft: Draft, path: Path) -> dict[str, str]:
    """Promises that do not hold, with what the verifier says of them."""
    findings = verify_package(draft.write(path / "plan.gpkg"))
    return {f.promise: f.sentence("en") for f in findings if not f.holds}


Change = Callable[[Draft], object]


def change(table: str, key: str, value: object, /, **columns: object) -> Change:
    return lambda draft: draft.row(table, key, value).update(columns)


def unit(name: str, /, **columns: object) -> Change:
    return change("units", "unit_id", name, **columns)


def grid(number: int, /, **columns: object) -> Change:
    return change("grids", "grid", number, **columns)


def border(one: str, other: str | None, **columns: object) -> Change:
    return lambda draft: draft.border(one, other).update(columns)


def certify(**figures: object) -> Change:
    return lambda draft: draft.certificates[CODE].update(figures)


def double(table: str, key: str, value: object) -> Change:
    return lambda draft: draft.tables[table].append(dict(draft.row(table, key, value)))


def drop(table: str, key: str, value: object) -> Change:
    return lambda draft: draft.tables[table].remove(draft.row(table, key, value))


def lineage(*rows: tuple[int, str, int]) -> Change:
    names = ("grid", "from_grid", "households")
    return lambda draft: draft.tables["lineage"].extend(
        dict(zip(names, r, strict=True)) for r in rows
    )


def turn_border(draft: Draft) -> None:
    row = draft.border("m2", "m3")
    row["left"], row["right"] = row["right"], row["left"]


def drop_border(draft: Draft) -> None:
    draft.tables["borders"].remove(draft.border("m1", "m2"))


def draw_border_twice(draft: Draft) -> None:
    draft.tables["borders"].append({**draft.border("m2", "m3"), "border_id": 999})


def overlap(draft: Draft) -> None:
    """m2 takes a strip of m3 that m3 keeps, and the borders follow m2."""
    draft.unit("m2")["geom"] = Polygon(
        [corner(2, 1), corner(3, 1), corner(3.2, 1.5), corner(3, 2), corner(2, 2)]
    )


def shift_a_vertex(draft: Draft) -> None:
    """The corner shared by four cells, moved by 2 cm in one of them alone."""
    draft.unit("m2")["geom"] = Polygon(
        [corner(2.0002, 1), corner(3, 1), corner(3, 2), corner(2, 2)]
    )


def add_a_vertex(draft: Draft) -> None:
    """A vertex in the middle of one cell's side, that the neighbour does not have."""
    draft.unit("m2")["geom"] = Polygon(
        [corner(2, 1), corner(3, 1), corner(3, 1.5), corner(3, 2), corner(2, 2)]
    )


def far_area(draft: Draft) -> None:
    """The planner's boundary reaches 1 m further than the cells."""
    far = [corner(0, 0), corner(4.01, 0), corner(4.01, 3), corner(0, 3)]
    draft.tables["areas"][0]["geom"] = Polygon(far)


def other_outline(draft: Draft) -> None:
    draft.grid(5)["geom"] = draft.grid(7)["geom"]


def grid_without_a_vertex(draft: Draft) -> None:
    draft.grid(5)["geom"] = Polygon([corner(0, 1), corner(2, 1), corner(2, 2), corner(0, 2)])


def put_elsewhere(draft: Draft) -> None:
    draft.row("assignment", "unit_id", "s1")["grid"] = 8


BROKEN: dict[str, tuple[Change, set[str]]] = {
    "a unit has no grid": (drop("assignment", "unit_id", "s1"), {"one-grid"}),
    "a unit is assigned twice": (double("assignment", "unit_id", "s1"), {"keys"}),
    "the unit repeats another grid": (put_elsewhere, {"one-grid"}),
    "a grid without units": (
        lambda d: d.tables["grids"].append({**d.grid(9), "grid": 99, "number": 11, "name": "无"}),
        {"one-grid"},
    ),
    "two units with one id": (double("units", "unit_id", "s1"), {"keys"}),
    "two borders with one id": (double("borders", "border_id", 311), {"keys"}),
    "two certificates of one community": (
        lambda d: d.tables["certificate"].extend(
            [{"area_code": CODE, "document": json.dumps(d.certificates[CODE])}] * 2
        ),
        {"keys"},
    ),
    "the certificate of another community": (certify(area_code="elsewhere"), {"keys"}),
    "a unit of an unknown community": (unit("s1", area_code="x"), {"keys", "one-grid"}),
    "a border to an unknown unit": (border("m2", "m3", right="x"), {"keys"}),
    "a border between a unit and itself": (border("m2", "m3", left="m3", right="m3"), {"keys"}),
    "an assignment to an unknown grid": (
        change("assignment", "unit_id", "s1", grid=77),
        {"keys", "one-grid"},
    ),
    "lineage of an unknown grid": (lineage((77, "old", 1)), {"keys"}),
    "an unknown kind of unit": (unit("s1", kind="house"), {"words"}),
    "an unknown thing along a border": (border("m2", "m3", runs_along="moat"), {"words"}),
    "an unknown kind of courtyard": (unit("s1", courtyard_kind="castle"), {"words"}),
    "a courtyard without its kind": (unit("s1", courtyard_kind=None), {"words"}),
    "an unknown kind of households": (unit("s1", households_kind="flats"), {"words"}),
    "ground with a kind of households": (unit("n3", households_kind="resident"), {"words"}),
    "ground with households": (unit("s1", kind="ground"), {"words"}),
    "a building that is no building": (unit("s1", building_id=None), {"words"}),
    "the only stairwell of a building": (unit("s1", kind="stairwell"), {"words"}),
    "two units of one building": (unit("s1", building_id="B-s0"), {"words"}),
    "a building and its stairwell": (unit("s1", kind="stairwell", building_id="B-s0"), {"words"}),
    "households below nothing": (unit("s1", households=-90, weight=-90), {"words"}),
    "a weight other than households": (unit("s1", weight=91, load_units=91), {"words"}),
    "rules under another name": (
        lambda d: d.tables["rules"].append({"name": "x", "document": json.dumps(d.rules)}),
        {"words"},
    ),
    "a cell in two parts": (
        unit("s1", geom=MultiPolygon([square(1, 0)])),
        {"shapes"},
    ),
    "a cell that crosses itself": (
        unit("s1", geom=Polygon([corner(1, 0), corner(2, 1), corner(2, 0), corner(1, 1)])),
        {"shapes"},
    ),
    "a cell off the globe": (unit("s1", geom=shapely.box(200, 95, 201, 96)), {"shapes"}),
    "a community without ground": (
        change("areas", "area_code", CODE, geom=Polygon()),
        {"shapes"},
    ),
    "Web Mercator": (change("areas", "area_code", CODE, metric_crs="EPSG:3857"), {"metric-crs"}),
    "degrees": (change("areas", "area_code", CODE, metric_crs="EPSG:4326"), {"metric-crs"}),
    "the zone of another land": (
        change("areas", "area_code", CODE, metric_crs="EPSG:32640"),
        {"metric-crs"},
    ),
    "no CRS at all": (change("areas", "area_code", CODE, metric_crs="metres"), {"metric-crs"}),
    "cells overlap": (
        overlap,
        # m3 has no other neighbour than m2 this side of the river: it becomes a part of its own.
        {
            *("tiling", "noding", "borders", "borders-complete", "border-lengths", "outlines"),
            "certificate",
        },
    ),
    "the boundary lies elsewhere": (far_area, {"tiling", "noding"}),
    "a vertex is shifted": (
        shift_a_vertex,
        {"tiling", "noding", "borders", "borders-complete", "border-lengths", "outlines"},
    ),
    "a border is turned": (turn_border, {"borders"}),
    "a border is missing": (drop_border, {"borders-complete"}),
    "a border is drawn twice": (draw_border_twice, {"borders-complete"}),
    "a border is too long by 11 cm": (border("m2", "m3", length_m=100.11), {"border-lengths"}),
    "a grid is drawn elsewhere": (other_outline, {"outlines"}),
    "a grid lacks a vertex": (grid_without_a_vertex, {"outlines"}),
    "a wrong load of a unit": (unit("s1", load_units=91), {"loads"}),
    "a wrong share of a unit": (unit("s1", load=0.46), {"loads"}),
    "a river crossed": (border("s2", "s3", passage=False), {"contiguous", "certificate"}),
    "a flag too few": (grid(6, flags=""), {"flags"}),
    "a flag too many": (grid(5, flags="above_fill"), {"flags"}),
    "over the cap without a flag": (grid(2, flags=""), {"flags"}),
    "flags not in order": (grid(3, flags="under_minimum,"), {"flags"}),
    "a special grid with households": (grid(5, kind="special"), {"flags"}),
    "a micro grid": (grid(5, kind="micro"), {"flags"}),
    "wrong households of a grid": (grid(5, households=81), {"sums"}),
    "wrong load of a grid": (grid(5, load_units=161), {"sums"}),
    "wrong share of a grid": (grid(5, load=0.81), {"sums"}),
    "too few posts": (grid(2, posts_needed=1), {"sums"}),
    "a number twice": (grid(5, number=4), {"numbers"}),
    "a name twice": (grid(5, name="第1网格"), {"numbers"}),
    "more households than there are": (lineage((5, "o1", 50), (5, "o2", 31)), {"lineage"}),
    "one origin twice": (lineage((5, "o1", 5), (5, "o1", 6)), {"lineage"}),
    "a bound too high": (certify(lower_bound=10), {"bound"}),
    "proven although it is not": (certify(lower_bound=8), {"bound"}),
    **{
        f"a certificate with another {figure}": (certify(**{figure: lie}), {"certificate"})
        for figure, lie in {
            "capacity": 100,
            "target_load": 200,
            "total_load": 1165,
            "grids": 10,
            "special": 0,
            "components": 1,
            "households": 689,
            "households_estimated": 0,
            "households_kinds": ["dwellings", "registered"],
            "over_cap": [],
            "courtyards_split": ["C1", "C2"],
        }.items()
    },
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_promise_is_named(case: str, tmp_path: Path) -> None:
    mutate, promises = BROKEN[case]
    draft = district()
    mutate(draft)
    assert set(broken(draft, tmp_path)) == promises


def test_a_vertex_that_the_neighbour_lacks_is_found(tmp_path: Path) -> None:
    draft = district()
    add_a_vertex(draft)
    found = broken(draft, tmp_path)
    assert "noding" in found
    assert "tiling" not in found


def test_a_unit_in_a_far_grid_breaks_contiguity(tmp_path: Path) -> None:
    without = {number: units for number, units in GRIDS.items() if number != 3}
    found = broken(district({**without, 8: ["s0", "n2"]}), tmp_path)
    assert "contiguous" in found
    assert found["contiguous"].endswith(": 8")


def test_touching_in_a_corner_is_not_touching(tmp_path: Path) -> None:
    diagonal = {**GRIDS, 10: ["s3"], 9: ["s1"], 7: ["m3", "s2"]}
    found = broken(district(diagonal), tmp_path)
    assert found["contiguous"].endswith(": 7")


def test_a_courtyard_that_fits_is_not_split(tmp_path: Path) -> None:
    apart = {**GRIDS, 1: ["n0", "m0"], 5: ["m1"]}
    figures = {"courtyards_split": ["C1", "C2"]}
    found = broken(district(apart, certificate=figures), tmp_path)
    assert set(found) == {"courtyards-whole"}
    assert found["courtyards-whole"].endswith("C1")


def test_rules_may_let_courtyards_be_split(tmp_path: Path) -> None:
    apart = {**GRIDS, 1: ["n0", "m0"], 5: ["m1"]}
    figures = {"courtyards_split": ["C1", "C2"], "lower_bound": 7, "proven": False}
    draft = district(apart, certificate=figures, rules={"keep_courtyards": False})
    assert broken(draft, tmp_path) == {}


def test_two_pieces_above_the_fill_are_over_the_cap(tmp_path: Path) -> None:
    together = {k: v for k, v in GRIDS.items() if k != 9} | {8: ["s0", "s1"]}
    figures = {"grids": 8, "lower_bound": 8, "proven": False, "courtyards_split": []}
    found = broken(district(together, certificate=figures), tmp_path)
    assert set(found) == {"cap"}
    assert found["cap"].endswith("8")


def test_a_park_split_in_two_special_grids_is_found(tmp_path: Path) -> None:
    houses = {**DISTRICT, "n2": House(0)}
    draft = district(
        houses=houses,
        certificate={"total_load": 1126, "households": 668, "proven": False},
        flags={**FLAGS, 3: "no_households"},
    )
    found = broken(draft, tmp_path)
    assert "special" in found
    assert found["special"].endswith("3")


def test_exactly_k_grids_are_asked_for(tmp_path: Path) -> None:
    rules = {"target": 8}
    found = broken(district(rules=rules, flags=beyond(0.05)), tmp_path)
    assert set(found) == {"target"}
    assert "9 grids, not 8" in found["target"]


def beyond(tolerance: float) -> dict[int, str]:
    """Flags with those grids marked whose load is off the mean of the nine ordinary ones."""
    loads = {1: 60, 2: 260, 3: 40, 5: 160, 6: 196, 7: 100, 8: 120, 9: 90, 10: 140}
    mean = sum(loads.values()) / len(loads)
    off = {g for g, load in loads.items() if abs(load - mean) > tolerance * mean}
    flags = {g: {*FLAGS.get(g, "").split(",")} - {""} for g in GRIDS}
    return {
        g: ",".join(sorted(f | ({"beyond_tolerance"} if g in off else set())))
        for g, f in flags.items()
    }


def test_the_tolerance_is_read_as_the_decimal_it_is_written_as(tmp_path: Path) -> None:
    """Loads 21 and 19 lie exactly 5 % off their mean, which the tolerance allows."""
    houses = {name: House(0) for name in DISTRICT} | {"s0": House(21), "n0": House(19)}
    grids = {1: ["s0", "s1", "s2", "s3"], 2: ["n0", "n1", "m0", "m1", "m2", "m3", "n2"], 3: ["n3"]}
    rules = {"caps": {}, "target": 2, "minimum": 0, "tolerance": 0.05}
    figures = {
        "capacity": 40,
        "target_load": 38,
        "total_load": 80,
        "grids": 2,
        "lower_bound": 2,
        "over_cap": [],
        "courtyards_split": [],
        "households": 40,
        "households_estimated": 0,
    }
    flags = {3: "no_households"}
    draft = district(grids, houses=houses, rules=rules, certificate=figures, flags=flags)
    assert broken(draft, tmp_path) == {}
    closer = district(
        grids, houses=houses, rules=rules | {"tolerance": 0.0499}, certificate=figures, flags=flags
    )
    (tmp_path / "closer").mkdir()
    assert set(broken(closer, tmp_path / "closer")) == {"flags"}
