"""Plans as single files: bounded in size, and true to the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import shapely

from maps.pages import MOST_BUILDINGS, MOST_VERTICES, plan_page
from maps.plan_about import PlanAbout

ABOUT = PlanAbout(
    community="云溪社区",
    name="草稿",
    state="draft",
    valid_from=None,
    grids=2,
    households=300,
    estimated=False,
    over_cap=1,
    rules="gaoxian-2020",
    rules_households_kind="registered",
    households_kinds=("registered",),
    made_on=date(2026, 1, 1),
)


def two_grids(steps: int) -> gpd.GeoDataFrame:
    """Two grids that share a border of many small waves."""
    y = np.linspace(28.40, 28.41, steps)
    x = 104.605 + 1e-5 * np.sin(np.arange(steps))
    border = np.column_stack([x, y])
    west = shapely.Polygon([(104.60, 28.41), (104.60, 28.40), *border])
    east = shapely.Polygon([(104.61, 28.40), (104.61, 28.41), *border[::-1]])
    return gpd.GeoDataFrame(
        {
            "name": ["第一网格", "第二网格"],
            "households": [120, 180],
            "load": [0.8, 1.2],
            "estimated": [False, True],
        },
        geometry=[west, east],
        crs=4326,
    )


def buildings(count: int) -> gpd.GeoDataFrame:
    """Small square footprints in a row."""
    x = 104.601 + np.arange(count) * 1e-6
    y = np.full(count, 28.401)
    return gpd.GeoDataFrame(geometry=shapely.box(x, y, x + 1e-4, y + 1e-4), crs=4326)


def test_a_small_plan_is_drawn_whole_and_without_a_notice() -> None:
    page = plan_page(two_grids(20), buildings(10), ABOUT, "zh")
    assert 'class="note"' not in page
    assert "第一网格" in page
    assert "约180 户" in page


def test_dwellings_under_rules_for_registered_households_are_called_by_their_name() -> None:
    about = replace(ABOUT, households_kinds=("dwellings",))
    page = plan_page(two_grids(20), buildings(10), about, "zh")
    assert "<span>套数 300</span>" in page
    assert "规则按户籍户计，此处户数为套数。" in page
    assert "户籍户 300" in plan_page(two_grids(20), buildings(10), ABOUT, "zh")


def test_too_many_buildings_are_left_out_and_the_page_says_so() -> None:
    few = plan_page(two_grids(20), buildings(10), ABOUT, "en")
    many = plan_page(two_grids(20), buildings(MOST_BUILDINGS + 1), ABOUT, "en")
    assert f"{MOST_BUILDINGS + 1} buildings are more than" in many
    assert abs(len(many) - len(few)) < 5_000


def test_too_fine_outlines_are_simplified_and_the_page_says_so() -> None:
    page = plan_page(two_grids(MOST_VERTICES), buildings(1), ABOUT, "en")
    assert "Outlines are simplified to about" in page
    assert len(page) < 3_000_000


def test_a_name_cannot_become_a_program() -> None:
    grids = two_grids(20)
    grids["name"] = ["<img src=x onerror=alert(1)>", "`${alert(2)}` </script><script>alert(3)"]
    about = ABOUT.__class__(
        **{f: getattr(ABOUT, f) for f in ABOUT.__slots__} | {"name": "{{ 7 * 7 }}<b>"}
    )
    page = plan_page(grids, buildings(1), about, "zh")
    assert "<img" not in page
    assert "${alert" not in page
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}&lt;b&gt;" in page
