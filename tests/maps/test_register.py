"""The register: its lines add up to the plan, whatever lies in which grid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from maps.paper import paper
from maps.register import RegisterLayers, bound_words, register, register_entries
from maps.sheet_about import SheetAbout
from maps.texts import texts_of

ZH = texts_of("zh")
NO_BOUNDS = pd.DataFrame(
    {name: [] for name in ("grid", "side", "bound", "name", "other", "length_m")}
)


def about(**changed: Any) -> SheetAbout:
    """What a register says of a draft."""
    known: dict[str, Any] = {
        "community": "云溪社区",
        "name": "草稿",
        "state": "draft",
        "valid_from": None,
        "grids": 2,
        "households": 10,
        "estimated": False,
        "over_cap": 0,
        "rules": "gaoxian-2020",
        "rules_households_kind": "registered",
        "households_kinds": ("registered",),
        "made_on": date(2026, 1, 1),
    }
    return SheetAbout(**{**known, **changed})


def grid(number: int, code: str | None = None) -> dict[str, Any]:
    """One grid of a plan."""
    return {
        "grid_no": number,
        "name": f"第{number + 1}网格",
        "code": code,
        "kind": "base",
        "load": 0.5,
        "posts_needed": 1,
    }


def building(number: int, grid_no: int | None, yard: str | None, households: int) -> dict[str, Any]:
    """One building of a plan."""
    return {
        "grid_no": grid_no,
        "unit_id": f"b{number}",
        "kind": "building",
        "building_code": f"b{number}",
        "building_name": f"{number}幢",
        "building_number": None,
        "address": None,
        "courtyard_code": yard,
        "courtyard_name": yard,
        "households": households,
        "households_estimated": False,
    }


_homes = st.tuples(
    st.none() | st.integers(0, 4), st.sampled_from([None, "锦绣苑", "柳荫里"]), st.integers(0, 400)
)


def in_order(rows: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows as the database gives them: by grid, then by courtyard."""
    return sorted(
        rows,
        key=lambda r: (r["grid_no"] is None, r["grid_no"] or 0, r["courtyard_code"] or "~"),
    )


@given(st.lists(_homes, max_size=40))
def test_the_lines_add_up_to_the_buildings_given(
    homes: list[tuple[int | None, str | None, int]],
) -> None:
    rows = in_order([building(n, *home) for n, home in enumerate(homes)])
    layers = RegisterLayers([grid(n) for n in range(5)], rows, NO_BOUNDS, [])
    entries = register_entries(layers, ZH)
    for number, entry in enumerate(entries):
        mine = [r["households"] for r in rows if r["grid_no"] == number]
        assert (entry.households, entry.buildings) == (sum(mine), len(mine))
        assert sum(yard.households for yard in entry.yards) == entry.households
    whole = sum(r["households"] for r in rows)
    page = register(layers, about(), paper("a4"), "zh")
    assert f'<td class="number">{whole}</td>' in page
    loose = any(r["grid_no"] is None for r in rows)
    assert ("未划入网格" in page) == loose


def test_grids_come_in_the_order_of_their_codes() -> None:
    grids = [grid(0, "511599001001009"), grid(1, "511599001001002")]
    entries = register_entries(RegisterLayers(grids, [], NO_BOUNDS, []), ZH)
    assert [e.code for e in entries] == ["511599001001002", "511599001001009"]


def test_posts_are_told_with_their_vacancies_and_never_with_names() -> None:
    posts = [{"grid_no": 0, "role": "comprehensive", "posts": 2, "vacant": 1}]
    entries = register_entries(RegisterLayers([grid(0), grid(1)], [], NO_BOUNDS, posts), ZH)
    assert entries[0].posts == ("综合网格员 2 岗，空缺 1",)
    assert entries[1].posts == ("需 1 岗",)


def test_a_building_loses_the_name_of_its_courtyard_and_a_stairwell_gets_its_number() -> None:
    tower = building(1, 0, "锦绣苑", 60) | {
        "building_name": "锦绣苑3幢",
        "kind": "stairwell",
        "unit_id": "b1-2",
    }
    entry = register_entries(RegisterLayers([grid(0)], [tower], NO_BOUNDS, []), ZH)[0]
    assert [b.name for b in entry.yards[0].buildings] == ["3幢 2单元"]


def test_bounds_are_told_in_words() -> None:
    assert bound_words("street", "望江路", "", ZH) == "望江路"
    assert bound_words("river", "", "", ZH) == "河流"
    assert bound_words("wall", "锦绣苑", "", ZH) == "锦绣苑围墙"
    assert bound_words("grid", "", "第二网格", ZH) == "第二网格"
    assert bound_words("community", "", "", ZH) == "社区界"


def test_an_office_cannot_become_a_program_nor_a_style() -> None:
    sly = "</style><script>alert(1)</script>"
    page = register(
        RegisterLayers([grid(0)], [], NO_BOUNDS, []),
        about(office=sly, review_number='川"} body { display: none'),
        paper("a4"),
        "zh",
    )
    assert "<script" not in page
    assert 'display: none"' not in page
    assert "&lt;script&gt;" in page
