"""Handover, facilities and coverage as single files: true, bounded, and no way in for programs."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maps.coverage_page import CommunityShares, CoverageAbout, coverage_page
from maps.facilities_page import MOST_DRAWN, AreaAbout, facilities_page
from maps.handover_page import MOST_LISTED, HandoverLayers, handover_page
from maps.pages import MOST_BUILDINGS
from tests.maps.test_pages import ABOUT

DAY = date(2026, 1, 1)
SLY = "<img src=x onerror=alert(1)>`${alert(2)}`</script><script>alert(3)"


def two(names: tuple[str, str], codes: tuple[str, str], line: float = 104.605) -> gpd.GeoDataFrame:
    """Two grids beside one another."""
    shapes = [shapely.box(104.60, 28.40, line, 28.41), shapely.box(line, 28.40, 104.61, 28.41)]
    return gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=4326)


def buildings(count: int, passing: int, name: str = "1幢") -> gpd.GeoDataFrame:
    """Buildings of which the first so many pass from grid 002 to grid 001."""
    spot = shapely.box(104.6051, 28.401, 104.6052, 28.4011)
    moves: list[str | None] = ["002"] * passing + [None] * (count - passing)
    takes: list[str | None] = ["001"] * passing + [None] * (count - passing)
    columns: dict[str, Any] = {
        "code": [f"b{n}" for n in range(count)],
        "name": [name] * count,
        "households": [3] * count,
    }
    frame = gpd.GeoDataFrame(columns, geometry=[spot] * count, crs=4326)
    frame["from_grid"] = pd.Series(moves, dtype=object)
    frame["to_grid"] = pd.Series(takes, dtype=object)
    return frame


def handover(houses: gpd.GeoDataFrame, names: tuple[str, str] = ("西片", "东片")) -> str:
    """The page of a redraw that moves the border east."""
    before = two(names, ("001", "002"))
    return handover_page(
        HandoverLayers(before, two(names, ("001", "002"), 104.607), houses), ABOUT, "zh"
    )


def test_a_handover_tells_each_passing_once_with_its_households() -> None:
    page = handover(buildings(20, 12))
    assert "移交 12 栋，36 户" in page
    assert page.count("东片 002</td>") == 1
    assert page.count('"style": "moved before hue-') == 12
    assert page.count('"style": "moved after hue-') == 12
    assert 'class="note"' not in page


def test_a_large_handover_is_bounded_and_says_so() -> None:
    page = handover(buildings(MOST_BUILDINGS + 1, MOST_LISTED + 7))
    assert "只绘出移交的楼栋" in page
    assert "另有 7 栋未列出" in page
    assert len(page) < 4_000_000


def test_a_handover_of_nothing_and_a_first_one_are_pages_too() -> None:
    assert "没有楼栋移交" in handover(buildings(3, 0))
    nothing = gpd.GeoDataFrame({"code": [], "name": []}, geometry=[], crs=4326)
    first = HandoverLayers(nothing, two(("西片", "东片"), ("001", "002")), buildings(2, 0))
    assert "没有楼栋移交" in handover_page(first, ABOUT, "zh")


def facilities(count: int, name: str = "驿站") -> gpd.GeoDataFrame:
    """Facilities of two kinds in a row."""
    return gpd.GeoDataFrame(
        {
            "facility_id": [f"f{n}" for n in range(count)],
            "name": [name] * count,
            "kind": ["rest_station" if n % 3 else "canteen" for n in range(count)],
            "functions": ["canteen;rest_station"] * count,
            "floor_area_m2": [80.0 if n else None for n in range(count)],
            "opening_hours": [None] * count,
            "idle": [n == 1 for n in range(count)],
        },
        geometry=[shapely.Point(104.601 + 1e-6 * n, 28.405) for n in range(count)],
        crs=4326,
    )


AREAS = gpd.GeoDataFrame(
    {"area_code": ["510000000001", "510000000002"], "name": ["云溪社区", "临江社区"]},
    geometry=[
        shapely.box(104.60, 28.40, 104.605, 28.41),
        shapely.box(104.605, 28.4, 104.61, 28.41),
    ],
    crs=4326,
)


def test_facilities_are_counted_and_told_by_kind() -> None:
    page = facilities_page(facilities(9), AREAS, AreaAbout("望江街道", DAY, DAY), "zh")
    assert "9 处" in page
    assert '驿站 <span class="muted">6</span>' in page
    assert '食堂 <span class="muted">3</span>' in page
    assert "80 平方米 · 闲置" in page
    assert page.count("食堂 · 80 平方米") == 6


def test_too_many_facilities_are_left_out_and_the_page_says_so() -> None:
    crowd = facilities(MOST_DRAWN + 5)
    page = facilities_page(crowd, AREAS, AreaAbout("望江街道", DAY, DAY), "zh")
    assert "另有 5 处未绘出" in page
    assert f"{MOST_DRAWN + 5} 处" in page
    assert len(page) < 4_000_000


def coverage(name: str = "云溪社区") -> str:
    """Two communities, one of them without figures."""
    about = CoverageAbout(
        "望江街道", DAY, DAY, kind="食堂", counted="户籍户", gates="residents", computed="2026"
    )
    rows = {"510000000001": CommunityShares(name, 528, [0.25, None])}
    return coverage_page(AREAS, rows, ["食堂", "医疗"], about, "zh")


def test_coverage_tells_shares_and_hatches_what_was_not_computed() -> None:
    page = coverage()
    assert '"told": "25%"' in page
    assert '"share_class": "share-2"' in page
    assert '"share-none"' in page
    assert '<td class="number shown">25%</td><td class="number">–</td>' in page
    assert "户籍户" in page


@pytest.mark.parametrize("which", ["handover", "facilities", "coverage"])
def test_names_cannot_become_programs(which: str) -> None:
    pages = {
        "handover": lambda: handover(buildings(4, 2, SLY), (SLY, SLY)),
        "facilities": lambda: facilities_page(
            facilities(4, SLY), AREAS.assign(name=SLY), AreaAbout(SLY, DAY, DAY), "zh"
        ),
        "coverage": lambda: coverage(SLY),
    }
    page = pages[which]()
    assert "<img" not in page
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert "${alert" not in "".join(scripts)
    assert "<script>alert" not in page
