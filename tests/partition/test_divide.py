"""Divisions of grounds keep every promise of the rules, on drawn lattices and random towns."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import threading

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gis.borders import Contiguity, components, contiguity
from gis.cells import Ground
from gis.errors import Infeasible, InvalidGeometry, WrongColumns
from gis.partition.divide import divide
from gis.partition.engine import Effort
from gis.partition.loads import loads, target_load
from gis.partition.result import Division
from gis.partition.rules import RuleSet, changed_rules, load_rules
from tests.gis.towns import Town, towns

SIDE = 30.0
RULES = load_rules("gaoxian-2020")


def lattice(
    rows: list[list[int]],
    *,
    courtyards: dict[str, tuple[str, list[int]]] | None = None,
    river_after: int | None = None,
    bridge_at: int | None = None,
) -> Ground:
    """
    A ground drawn as a lattice of households, one square of 30 m each; 0 is ground.

    ``courtyards`` maps an id to its kind and unit numbers; a river runs east of column
    ``river_after``, with a bridge in row ``bridge_at``.
    """
    height, width = len(rows), len(rows[0])
    households = [h for row in rows for h in row]
    n = len(households)
    yard = {u: (c, kind) for c, (kind, us) in (courtyards or {}).items() for u in us}
    units = gpd.GeoDataFrame(
        {
            "unit_id": [f"u{k}" for k in range(n)],
            "kind": ["building" if h else "ground" for h in households],
            "building_id": [f"u{k}" if h else None for k, h in enumerate(households)],
            "courtyard_id": [yard.get(k, (None, None))[0] for k in range(n)],
            "courtyard_kind": [yard.get(k, (None, None))[1] for k in range(n)],
            "households": households,
            "households_kind": ["registered" if h else None for h in households],
            "households_estimated": False,
        },
        geometry=[
            box(SIDE * c, -SIDE * r, SIDE * (c + 1), -SIDE * (r - 1))
            for r in range(height)
            for c in range(width)
        ],
        crs="EPSG:4545",
    )
    borders = [
        (
            r * width + c,
            r * width + c + 1,
            "river" if c == river_after else "nothing",
            r == bridge_at,
        )
        for r in range(height)
        for c in range(width - 1)
    ]
    borders += [(k, k + width, "nothing", False) for k in range(n - width)]
    frame = pd.DataFrame(borders, columns=["left", "right", "runs_along", "passage"])
    frame["passage"] &= frame["runs_along"] == "river"
    frame["length_m"] = SIDE
    line = [LineString([(0, 0), (SIDE, 0)])] * len(frame)
    return Ground(units, gpd.GeoDataFrame(frame, geometry=line, crs="EPSG:4545"))


def pieces_of(ground: Ground, rules: RuleSet, touching: Contiguity) -> list[set[int]]:
    """Courtyards that fit, cut into connected parts: what no grid boundary may cut."""
    load, capacity = loads(ground.units, rules)
    found = []
    for members in ground.units.groupby("courtyard_id").groups.values():
        nodes = set(members.tolist())
        if rules.keep_courtyards and load[list(nodes)].sum() <= capacity:
            inside = np.isin(touching.i, list(nodes)) & np.isin(touching.j, list(nodes))
            part = components(_chosen(touching, inside))
            found += [{u for u in nodes if part[u] == p} for p in {part[u] for u in nodes}]
    return found


def test_a_certificate_names_the_households_that_were_counted_not_those_of_the_rules() -> None:
    ground = lattice([[30, 0, 20], [10, 5, 40]])
    ground.units["households_kind"] = [
        None,
        "resident",
        "dwellings",
        "registered",
        None,
        "dwellings",
    ]
    certificate = divide(ground, RULES).certificate
    assert certificate.households_kinds == ("dwellings", "registered")


def pieces_with_households(ground: Ground, rules: RuleSet) -> tuple[int, int]:
    """Fewest and most grids without a cap: parts of the community, and pieces, with households."""
    load, _ = loads(ground.units, rules)
    touching = contiguity(ground, set(rules.hard_barriers))
    pieces = pieces_of(ground, rules, touching)
    whole = {u for piece in pieces for u in piece}
    pieces += [{u} for u in range(len(load)) if u not in whole]
    parts = set(components(touching)[load > 0].tolist())
    return len(parts), sum(load[list(p)].sum() > 0 for p in pieces)


def _chosen(touching: Contiguity, where: npt.NDArray[np.bool_]) -> Contiguity:
    return Contiguity(
        touching.count,
        touching.i[where],
        touching.j[where],
        touching.length_m[where],
        touching.runs_along[where],
    )


def assert_lawful(ground: Ground, division: Division) -> None:
    """Every promise of the rules, recomputed from the ground."""
    rules, labels, grids = division.rules, division.labels, division.grids
    load, capacity = loads(ground.units, rules)
    touching = contiguity(ground, set(rules.hard_barriers))
    assert sorted(set(labels.tolist())) == list(grids.index)
    same = labels[touching.i] == labels[touching.j]
    assert components(_chosen(touching, same)).max() + 1 == len(grids)
    pieces = pieces_of(ground, rules, touching)
    assert all(len({int(labels[u]) for u in piece}) == 1 for piece in pieces)
    whole = {u for piece in pieces for u in piece}
    pieces += [{u} for u in range(len(load)) if u not in whole]
    target = target_load(rules, capacity)
    for grid, row in grids.iterrows():
        inside = labels == grid
        assert row["households"] == ground.units["households"][inside].sum()
        assert row["load_units"] == load[inside].sum()
        loaded = [p for p in pieces if labels[min(p)] == grid and load[list(p)].sum() > 0]
        assert ("no_households" in row["flags"]) == (not loaded) == (row["kind"] == "special")
        if rules.caps:
            assert row["load_units"] <= target or len(loaded) == 1
            assert ("over_cap" in row["flags"]) == (row["load_units"] > capacity)
            if "over_cap" in row["flags"]:
                assert len(loaded[0]) == 1
        posts = 0 if not loaded else max(1, math.ceil(row["load_units"] / capacity))
        assert row["posts_needed"] == posts
    certificate = division.certificate
    assert certificate.grids + certificate.special == len(grids)
    assert certificate.lower_bound <= certificate.grids
    assert all(r["en"] and r["zh"] for r in certificate.reasons)


@st.composite
def lattices(draw: st.DrawFn) -> Ground:
    width, height = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    size = st.sampled_from([0, 0, 12, 36, 48, 60, 120, 170, 310])
    rows = [[draw(size) for _ in range(width)] for _ in range(height)]
    yards: dict[str, tuple[str, list[int]]] = {}
    for k, kind in enumerate(draw(st.lists(st.sampled_from(["old", "new", "other"]), max_size=4))):
        r, c = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        members = {r * width + c, min(r + 1, height - 1) * width + c}
        members |= {u + 1 for u in members if (u + 1) % width}
        taken = {u for _, us in yards.values() for u in us}
        if members - taken:
            yards[f"c{k}"] = (kind, sorted(members - taken))
    river = draw(st.none() | st.integers(0, max(0, width - 2)))
    return lattice(
        rows, courtyards=yards, river_after=river, bridge_at=draw(st.none() | st.just(0))
    )


@settings(max_examples=60)
@given(
    ground=lattices(),
    preset=st.sampled_from(["gaoxian-2020", "urban-300-500", "micro-30-50"]),
    fill=st.sampled_from([0.5, 0.95, 1.0]),
    keep=st.booleans(),
)
def test_any_lattice_is_divided_lawfully(
    ground: Ground, preset: str, fill: float, keep: bool
) -> None:
    rules = changed_rules(load_rules(preset), fill=fill, keep_courtyards=keep)
    assert_lawful(ground, divide(ground, rules))


@settings(max_examples=60)
@given(ground=lattices(), zones=st.integers(1, 5), cap=st.sampled_from([None, 150, 500]))
def test_exactly_k_is_met_or_refused_with_a_reason(
    ground: Ground, zones: int, cap: int | None
) -> None:
    rules = changed_rules(
        load_rules("zones-k"), target=zones, caps={} if cap is None else {"default": cap}
    )
    parts = pieces_with_households(ground, rules)
    if cap is None and parts[0] <= zones <= parts[1]:
        division = divide(ground, rules)
        assert_lawful(ground, division)
        assert division.certificate.grids == zones
    elif cap is None:
        with pytest.raises(Infeasible, match=str(zones)):
            divide(ground, rules)
    else:
        with contextlib.suppress(Infeasible):
            assert divide(ground, rules).certificate.grids == zones


@settings(max_examples=25)
@given(town=towns())
def test_towns_with_rivers_and_courtyards_are_divided_lawfully(town: Town) -> None:
    assume(any(b.intersection(town.community).area > 0.6 * b.area for b in town.buildings))
    try:
        ground = town.ground()
    except InvalidGeometry:  # a pile of footprints without ground
        reject()
    assert_lawful(ground, divide(ground, load_rules("micro-30-50")))


@settings(max_examples=20)
@given(ground=lattices())
def test_the_same_seed_gives_the_same_division(ground: Ground) -> None:
    one, two = divide(ground, RULES, seed=7), divide(ground, RULES, seed=7)
    assert (one.labels == two.labels).all()
    pd.testing.assert_frame_equal(one.grids, two.grids)


def test_a_grid_of_exactly_the_cap_is_full_and_not_over_it() -> None:
    ground = lattice([[75, 100]], courtyards={"a": ("old", [0]), "b": ("commercial", [1])})
    rules = changed_rules(RULES, fill=1.0, caps={**RULES.caps, "commercial": 200})
    division = divide(ground, rules)
    assert division.grids["load"].tolist() == [1.0]
    assert division.grids["flags"].tolist() == [()]


def test_one_household_more_than_the_cap_needs_a_second_grid() -> None:
    ground = lattice([[75, 76]])
    assert divide(ground, changed_rules(RULES, fill=1.0)).certificate.grids == 2


def test_the_default_fill_leaves_room_for_new_families() -> None:
    ground = lattice([[71, 72]])
    assert divide(ground, RULES).certificate.grids == 2
    assert divide(ground, changed_rules(RULES, fill=1.0)).certificate.grids == 1


def test_a_courtyard_between_fill_and_cap_is_a_grid_by_itself() -> None:
    ground = lattice([[74, 74, 10]], courtyards={"a": ("old", [0, 1])})
    grids = divide(ground, RULES).grids
    assert sorted(grids["households"]) == [10, 148]
    assert grids["flags"][grids["households"] == 148].tolist() == [("above_fill",)]


def test_a_building_over_the_cap_is_flagged_with_its_posts() -> None:
    division = divide(lattice([[10, 400, 10]]), RULES)
    over = division.grids[division.grids["households"] == 400].iloc[0]
    assert over["flags"] == ("over_cap",)
    assert over["posts_needed"] == 3
    assert division.certificate.over_cap == ("u1",)
    assert division.certificate.grids == division.certificate.lower_bound == 3


def test_a_river_parts_grids_and_a_bridge_joins_them() -> None:
    rows = [[20, 20], [20, 20]]
    assert divide(lattice(rows, river_after=0), RULES).certificate.grids == 2
    assert divide(lattice(rows, river_after=0, bridge_at=1), RULES).certificate.grids == 1
    soft = changed_rules(RULES, hard_barriers=())
    assert divide(lattice(rows, river_after=0), soft).certificate.grids == 1


def test_a_courtyard_cut_by_a_river_stays_whole_on_each_bank() -> None:
    ground = lattice([[30, 30, 30, 30]], courtyards={"a": ("old", [0, 1, 2, 3])}, river_after=1)
    division = divide(ground, RULES)
    assert division.labels.tolist() == [0, 0, 1, 1]
    assert division.certificate.courtyards_split == ("a",)


def test_a_bank_without_households_is_a_special_grid_outside_the_bound() -> None:
    division = divide(lattice([[20, 0]], river_after=0), RULES)
    assert division.grids["kind"].tolist() == ["base", "special"]
    assert division.grids["flags"].tolist() == [(), ("no_households",)]
    assert division.grids["posts_needed"].tolist() == [1, 0]
    assert (division.certificate.grids, division.certificate.special) == (1, 1)
    assert any("special" in r["en"] for r in division.certificate.reasons)


def test_a_community_without_households_is_one_special_grid() -> None:
    division = divide(lattice([[0, 0], [0, 0]]), RULES)
    assert division.grids["kind"].tolist() == ["special"]
    assert (division.certificate.grids, division.certificate.lower_bound) == (0, 0)


def test_grids_are_named_from_north_to_south() -> None:
    division = divide(lattice([[140], [140], [140]]), RULES)
    assert division.grids["name"].tolist() == ["第一网格", "第二网格", "第三网格"]
    assert division.labels.tolist() == [0, 1, 2]


def test_a_grid_under_the_minimum_is_flagged_with_the_reason() -> None:
    division = divide(lattice([[100, 450]]), load_rules("urban-300-500"))
    flags = dict(zip(division.grids["households"], division.grids["flags"], strict=True))
    assert flags == {100: ("under_minimum",), 450: ()}
    assert any("minimum of 300" in r["en"] for r in division.certificate.reasons)


def test_two_grids_within_the_minimum_are_made_where_they_can_be() -> None:
    division = divide(lattice([[50] * 5, [50] * 5, [50] * 4 + [0]]), load_rules("urban-300-500"))
    assert sorted(division.grids["households"]) == [300, 400] or sorted(
        division.grids["households"]
    ) == [350, 350]


def test_zones_divide_any_weight_evenly() -> None:
    ground = lattice([[1] * 6] * 6)
    units = ground.units.assign(enterprises=np.arange(36))
    rules = changed_rules(load_rules("zones-k"), weight="enterprises")
    division = divide(dataclasses.replace(ground, units=units), rules)
    assert division.grids["weight"].sum() == 35 * 36 / 2
    assert division.certificate.measures["deviation_max"] < 0.03
    with pytest.raises(WrongColumns, match="enterprises"):
        divide(ground, rules)


@pytest.mark.parametrize(
    ("rows", "river", "zones", "reason"),
    [
        ([[10, 10]], None, 3, "only 2 indivisible pieces"),
        ([[10, 10]], 0, 1, "cut the community into 2 parts"),
    ],
)
def test_an_impossible_number_of_zones_is_refused(
    rows: list[list[int]], river: int | None, zones: int, reason: str
) -> None:
    with pytest.raises(Infeasible, match=reason):
        divide(lattice(rows, river_after=river), changed_rules(load_rules("zones-k"), target=zones))


def test_two_grids_around_a_heavy_middle_are_refused() -> None:
    ground = lattice([[20, 140, 20]])
    with pytest.raises(Infeasible, match="at least 3"):
        divide(ground, changed_rules(RULES, target=2))


def test_the_order_of_the_units_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    ground = lattice(rng.integers(0, 60, (6, 6)).tolist())
    order = rng.permutation(36)
    place = np.argsort(order)
    borders = ground.borders.assign(
        left=place[ground.borders["left"]], right=place[ground.borders["right"]]
    )
    shuffled = Ground(ground.units.iloc[order].reset_index(drop=True), borders)
    one, two = divide(ground, RULES), divide(shuffled, RULES)
    assert (two.labels == one.labels[order]).all()


@given(
    households=st.lists(st.integers(0, 100_000), min_size=1, max_size=9),
    caps=st.lists(st.integers(1, 500), min_size=6, max_size=6),
)
def test_loads_are_exact_fractions_of_the_cap(households: list[int], caps: list[int]) -> None:
    kinds = ["old", "new", "resettlement", "commercial", "other", None]
    table = dict(zip([*kinds[:5], "none"], caps, strict=True))
    units = pd.DataFrame(
        {"courtyard_kind": [kinds[k % 6] for k in range(len(households))], "households": households}
    )
    load, capacity = loads(units, changed_rules(RULES, caps=table))
    for k, h in enumerate(households):
        assert int(load[k]) * caps[k % 6] == h * capacity


def test_a_grid_exactly_at_the_tolerance_is_not_beyond_it() -> None:
    """21 and 19 are 5 % off their mean of 20, though 1.05 - 1.0 is a little more in floats."""
    zones = changed_rules(load_rules("zones-k"), target=2, tolerance=0.05)
    assert divide(lattice([[21, 19]]), zones).grids["flags"].tolist() == [(), ()]
    tighter = changed_rules(zones, tolerance=0.049)
    flags = divide(lattice([[21, 19]]), tighter).grids["flags"].tolist()
    assert flags == [("beyond_tolerance",)] * 2


def test_a_search_stopped_at_once_still_keeps_every_promise() -> None:
    stopped = threading.Event()
    stopped.set()
    ground = lattice([[40 + (7 * r + 3 * c) % 50 for c in range(12)] for r in range(12)])
    division = divide(ground, RULES, effort=Effort(stopped=stopped))
    assert division.certificate.interrupted
    assert "stopped" in division.certificate.reasons[-1]["en"]
    assert (division.grids["load_units"] <= division.certificate.target_load).all()
    assert_lawful(ground, division)
    assert not divide(ground, RULES).certificate.interrupted
