"""Figures of areas: what they add up to, on which day, and what they keep to themselves."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.today import today
from gis.store.area_figures import Spread
from gis.store.engine import open_engine
from gis.store.statements import statement

STREET_OFFICE, CLOUDS, RIVERSIDE = "510000000000", "510000000001", "510000000002"
COUNTED = ("communities", "published", "buildings")


def figures(client: TestClient, **asked: str) -> dict[str, Any]:
    """Ask for figures; they must be told."""
    answer = client.get("/api/v1/figures", params=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert isinstance(told, dict)
    return told


def test_a_community_adds_up_to_its_buildings_grids_and_posts(client: TestClient) -> None:
    told = figures(client, area=CLOUDS)
    assert [step["name"] for step in told["way"]] == ["望江街道", "云溪社区"]
    assert told["children"] == []
    own = told["figures"]
    assert [own[name] for name in COUNTED] == [1, 1, 96]
    assert own["households"] == {"total": 528, "estimated": 10, "kinds": {"registered": 528}}
    assert own["grids"]["loads"] == {"low": 1, "fit": 2, "over": 1, "far_over": 0}
    assert (own["grids"]["base"], own["grids"]["over_cap"]) == (4, 1)
    assert own["grids"]["mean_load"] == pytest.approx(528 / 4 / 150)
    assert own["grids"]["highest_load"] == pytest.approx(168 / 150)
    assert own["posts"] == {
        **{"posts": 2, "vacant": 1, "workers": 1, "needed": None, "grids_without_post": 2}
    }
    assert own["flags"] == {"over_cap": 1}
    assert told["grids_since"] == "2026-01-01"
    assert told["extent"] == [104.600, 28.400, 104.612, 28.408]


def test_coverage_and_gaps_are_told_with_how_they_were_walked(client: TestClient) -> None:
    told = figures(client, area=CLOUDS)
    walking, own = told["walking"], told["figures"]
    assert (walking["kind"], walking["speed_m_s"], walking["cutoff_s"]) == (
        "service_centre",
        1.2,
        900,
    )
    assert (walking["method"], walking["gates"]) == ("network", "residents")
    assert own["covered"] == {"reached": 475, "total": 528, "share": 475 / 528}
    assert [(c["cutoff_s"], c["reached"]) for c in own["coverage"]] == [
        *((300, 158), (600, 316), (900, 475))
    ]
    assert own["gaps"] == {"gaps": 1, "households": 5, "households_estimated": 5}
    assert [(gap["kind"], gap["gaps"]) for gap in own["gaps_by_kind"]] == [
        *(("service_centre", 1), ("medical", 0))
    ]
    assert [gap["community_name"] for gap in own["worst_gaps"]] == ["云溪社区"]


def test_what_a_kind_was_never_counted_for_is_not_nought(client: TestClient) -> None:
    own = figures(client, area=CLOUDS, kind="medical")["figures"]
    assert own["covered"] is None
    assert own["gaps"]["gaps"] == 0


def test_an_area_is_the_sum_of_those_of_the_next_level(client: TestClient) -> None:
    told = figures(client, area=STREET_OFFICE)
    children = told["children"]
    assert [(c["code"], c["published"]) for c in children] == [(CLOUDS, 1), (RIVERSIDE, 0)]
    for name in COUNTED:
        assert told["figures"][name] == sum(child[name] for child in children)
    for part, names in {
        "households": ("total", "estimated"),
        "grids": ("base", "special", "micro", "over_cap"),
        "posts": ("posts", "vacant", "grids_without_post"),
    }.items():
        for name in names:
            assert told["figures"][part][name] == sum(child[part][name] for child in children)
    assert children[0] == {
        **{name: told["figures"][name] for name in COUNTED},
        **{name: told["figures"][name] for name in ("households", "grids", "posts", "gaps")},
        **{"code": CLOUDS, "name": "云溪社区", "level": "community", "communities": 1},
        "covered": children[0]["covered"],
    }


def test_everything_begins_with_the_topmost_areas(client: TestClient) -> None:
    told = figures(client)
    assert told["way"] == []
    assert [child["code"] for child in told["children"]] == [STREET_OFFICE]
    assert told["children"][0]["communities"] == 2


def test_drafts_count_nowhere(writer: TestClient, open_settings: Settings) -> None:
    before = figures(writer, area=CLOUDS)["figures"]["grids"]
    change(open_settings, "UPDATE plan_grid SET load = 9 WHERE plan_id = 2")
    assert figures(writer, area=CLOUDS)["figures"]["grids"] == before
    change(open_settings, "UPDATE plan_grid SET load = 9 WHERE plan_id = 1 AND grid_no = 0")
    assert figures(writer, area=CLOUDS)["figures"]["grids"]["loads"]["far_over"] == 1


def test_figures_are_those_of_the_day_asked_for(client: TestClient) -> None:
    told = figures(client, area=CLOUDS, at="2025-05-01")
    own = told["figures"]
    assert (own["buildings"], own["households"]["total"]) == (97, 537)
    assert (own["published"], own["grids"]["base"], own["posts"]["posts"]) == (0, 0, 0)
    assert (told["walking"], own["covered"], own["gaps"]) == (None, None, None)


def test_a_building_that_was_away_for_a_while_counts_before_and_after(
    writer: TestClient, open_settings: Settings
) -> None:
    change(
        open_settings,
        "INSERT INTO retirement (layer, code, retired_on, returned_on) "
        "VALUES ('buildings', 'b000', '2026-02-01', '2026-03-01')",
    )
    counts = [
        figures(writer, area=CLOUDS, at=day)["figures"]["buildings"]
        for day in ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01")
    ]
    assert counts == [96, 95, 95, 96]


def test_yesterdays_coverage_is_the_run_made_by_then_and_its_gaps_are_not_kept(
    writer: TestClient, open_settings: Settings
) -> None:
    change(
        open_settings,
        "UPDATE walking_run SET made_at = '2026-03-01 12:00+08'",
        "INSERT INTO walking_run (profile, settings, network, report) "
        "SELECT profile, settings, 'newer', report FROM walking_run",
    )
    told = figures(writer, area=CLOUDS, at="2026-03-01")
    assert told["walking"]["made_at"] == "2026-03-01T04:00:00Z"
    assert told["figures"]["covered"]["reached"] == 475
    assert told["figures"]["gaps"] is None
    assert figures(writer, area=CLOUDS, at="2026-02-28")["walking"] is None
    assert figures(writer, area=CLOUDS)["figures"]["covered"] is None


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({"area": "999999999999"}, 404, "999999999999"),
        ({"area": CLOUDS, "at": "2019-12-31"}, 404, "2019-12-31"),
        ({"area": "云溪"}, 422, "area"),
        ({"kind": "astrologer"}, 422, "astrologer"),
        ({"speed": "1.3"}, 422, "1.3"),
        ({"minutes": "7"}, 422, "7"),
        ({"at": "9999-12-32"}, 422, "at"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(
    client: TestClient, asked: dict[str, str], status: int, told: str
) -> None:
    answer = client.get("/api/v1/figures", params=asked)
    assert answer.status_code == status
    assert told in answer.text


def test_a_ring_of_areas_ends(writer: TestClient, open_settings: Settings) -> None:
    change(
        open_settings,
        "UPDATE area SET level = 'subdistrict', parent_code = '510000000000' "
        "WHERE code = '510000000002'",
        "UPDATE area SET parent_code = '510000000002' WHERE code = '510000000000'",
    )
    assert figures(writer, area=STREET_OFFICE)["figures"]["communities"] == 1
    assert figures(writer)["children"] == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("figures_stock", "Index Only Scan using ix_building_stock"),
        ("figures_grids", "Index Only Scan using ix_plan_grid_published"),
        ("figures_gaps", "Index Only Scan using ix_service_gap_walk"),
    ],
)
def test_a_city_is_read_from_indexes_alone(engine: sa.Engine, query: str, index: str) -> None:
    spread = Spread([CLOUDS], [STREET_OFFICE])
    binds = {
        **{"communities": spread.communities, "branches": spread.branches, "at": today()},
        **{"profile": "default", "kind": "medical", "speed": 1.2, "cutoff_s": 900},
    }
    asked = {name: value for name, value in binds.items() if f":{name}" in statement(query).text}
    with engine.begin() as connection:
        for way in ("seqscan", "bitmapscan"):
            connection.execute(sa.text(f"SET LOCAL enable_{way} = off"))
        explained = sa.text("EXPLAIN " + statement(query).text)
        plan = "\n".join(connection.execute(explained, asked).scalars())
    assert index in plan


def change(settings: Settings, *statements: str) -> None:
    assert settings.database_url is not None
    opened = open_engine(settings.database_url.get_secret_value())
    with opened.begin() as connection:
        for said in statements:
            connection.exec_driver_sql(said)
    opened.dispose()


def test_what_is_remembered_is_what_would_be_read(
    writer: TestClient, open_settings: Settings
) -> None:
    for said in (
        "UPDATE building SET elders = 9, households = 5 WHERE code = 'b000'",
        "UPDATE plan_grid SET load = 1.3, flags = '{}' WHERE plan_id = 1 AND grid_no = 1",
        "UPDATE post SET worker_id = 1 WHERE code = 'p2'",
        "DELETE FROM post WHERE code = 'p1'",
        "UPDATE coverage_figure SET reached = 500 WHERE cutoff_s = 900 AND counted = 'households'",
        "UPDATE service_gap SET households = 7",
        "INSERT INTO retirement (layer, code, retired_on, returned_on) "
        "VALUES ('buildings', 'b001', '2026-01-01', '2999-01-01')",
        "UPDATE area SET name = '新名' WHERE code = '510000000001'",
    ):
        before = figures(writer, area=CLOUDS)
        assert without_time(figures(writer, area=CLOUDS)) == without_time(before)
        change(open_settings, said)
        after = without_time(figures(writer, area=CLOUDS))
        assert after != without_time(before), said
        with TestClient(create_app(open_settings)) as fresh:
            assert without_time(figures(fresh, area=CLOUDS)) == after


def test_figures_are_read_again_though_the_log_was_pruned_meanwhile(
    writer: TestClient, open_settings: Settings
) -> None:
    """Nobody asks for hours: the log is empty as it was, and the figures are others."""
    prune = (
        "UPDATE change_floor SET floor = pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
        "DELETE FROM change",
    )
    change(open_settings, *prune)
    before = figures(writer, area=CLOUDS)
    assert without_time(figures(writer, area=CLOUDS)) == without_time(before)
    change(open_settings, "UPDATE building SET households = 77 WHERE code = 'b000'")
    change(open_settings, *prune)
    assert figures(writer, area=CLOUDS)["figures"] != before["figures"]


def without_time(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "as_of"}
