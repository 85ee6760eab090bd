"""Walking circles of the database: computed whole, stored at once, drawn again where needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from shapely import LineString, Point
from shapely.affinity import translate

from api.services.siting import SitingOrder, site
from api.services.walking import Walked, WalkingOrder, update
from api.services.walking_changes import area_checks, changes_by, changes_since
from api.services.walking_figures import coverage_by
from api.services.walking_reading import coverage
from gis.circles.presets import load_kinds
from gis.errors import Conflict, InputError, NotFound
from gis.store.bulk import copy_frame
from gis.store.sight import EVERYWHERE
from tests.api.services.conftest import (
    COMMUNITY,
    EAST,
    METRIC,
    NORTH,
    Town,
)

ORDER = WalkingOrder(("medical", "canteen"), speeds={"adult": 1.2}, cutoffs_s=(120, 300))


def quiet(_en: str, _zh: str, _share: float) -> None:
    """Take no notice of progress."""


def _placed(shape: shapely.Geometry) -> shapely.Geometry:
    moved = translate(shape, EAST, NORTH)
    return gpd.GeoSeries([moved], crs=METRIC).to_crs(4326).iloc[0]


def add_street(engine: sa.Engine, code: str, *points: tuple[float, float]) -> None:
    """Draw a lane, metres from the south-west corner of the community."""
    line = shapely.MultiLineString([LineString(points)])
    frame = pd.DataFrame({"code": [code], "street_class": ["lane"], "geom": [_placed(line)]})
    with engine.begin() as connection:
        copy_frame(connection, "street", frame)


def add_facility(
    engine: sa.Engine, code: str, kind: str, x: float, y: float, **more: object
) -> None:
    """Open a facility, metres from the south-west corner of the community."""
    row = {"code": code, "kind": kind, "community_code": COMMUNITY, **more}
    frame = pd.DataFrame([row])
    frame["geom"] = pd.Series([_placed(Point(x, y))], dtype=object)
    with engine.begin() as connection:
        copy_frame(connection, "facility", frame)


@pytest.fixture
def walked_town(town: Town) -> Town:
    """The town with a lane south of each row, one along its western end, and a medical station."""
    for row in range(4):
        add_street(town.engine, f"row {row}", (0, 40 * row + 5), (360, 40 * row + 5))
    add_street(town.engine, "west", (0, 5), (0, 125))
    add_facility(town.engine, "F1", "medical", 0, 3)
    return town


def reach_rows(engine: sa.Engine, kind: str) -> dict[str, tuple[float | None, str | None]]:
    """Metres and reason of each building."""
    query = "SELECT building_code, metres, reason FROM reach WHERE kind = :kind"
    with engine.connect() as connection:
        rows = connection.execute(sa.text(query), {"kind": kind}).all()
    return {code: (metres, reason) for code, metres, reason in rows}


def test_metres_are_those_along_the_lanes(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    found = reach_rows(walked_town.engine, "medical")
    # From the middle of a slab 15 m to its lane, along it and the western one, 2 m to the station.
    for column, row in ((0, 0), (5, 0), (2, 3)):
        metres, reason = found[f"B{column}{row}"]
        assert metres == pytest.approx(15 + 60 * column + 30 + 40 * row + 2, abs=0.5)
        assert reason is None


def test_a_kind_that_nobody_offers_is_reached_by_nobody(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    assert set(reach_rows(walked_town.engine, "canteen").values()) == {(None, "no_such_facility")}
    with walked_town.engine.connect() as connection:
        told = coverage(connection, EVERYWHERE, COMMUNITY, "default")
    canteen = [f for f in told.figures if f.kind == "canteen" and f.counted == "households"]
    assert {f.reached for f in canteen} == {0}


def test_idle_premises_serve_nobody(walked_town: Town) -> None:
    add_facility(walked_town.engine, "F2", "canteen", 100, 3, idle=True)
    update(walked_town.engine, ORDER, quiet)
    assert {why for _, why in reach_rows(walked_town.engine, "canteen").values()} == {
        "no_such_facility"
    }


def test_figures_count_the_households_within_each_cutoff(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    reached = reach_rows(walked_town.engine, "medical")
    with walked_town.engine.connect() as connection:
        told = coverage(connection, EVERYWHERE, COMMUNITY, "default")
    for figure in told.figures:
        if (figure.kind, figure.counted, figure.method) == ("medical", "households", "network"):
            within = [
                m for m, _ in reached.values() if m is not None and m <= figure.cutoff_s * 1.2
            ]
            assert figure.reached == 30 * len(within)
            assert figure.total == 30 * 24


def test_an_update_without_changes_draws_nothing_again(walked_town: Town) -> None:
    first = update(walked_town.engine, ORDER, quiet)
    second = update(walked_town.engine, ORDER, quiet)
    assert (first.kept, second.drawn, second.kept) == (0, 0, first.drawn)
    assert first.statuses == {"ok": 4}


@pytest.mark.parametrize(
    "change",
    [
        lambda engine: add_street(engine, "short cut", (180, 5), (180, 125)),
        lambda engine: add_facility(engine, "F3", "medical", 300, 123),
    ],
    ids=["a street", "a facility"],
)
def test_what_changed_is_drawn_again(
    walked_town: Town, change: Callable[[sa.Engine], None]
) -> None:
    update(walked_town.engine, ORDER, quiet)
    change(walked_town.engine)
    assert update(walked_town.engine, ORDER, quiet).drawn >= 2


def test_circles_of_a_facility_that_went_go_too(walked_town: Town) -> None:
    add_facility(walked_town.engine, "F3", "canteen", 300, 123)
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE facility SET retired_on = '2026-01-01' WHERE code = 'F3'")
        )
    after = update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.connect() as connection:
        left = connection.execute(sa.text("SELECT DISTINCT kind FROM circle")).scalars().all()
    assert (after.drawn, left) == (0, ["medical"])


def test_profiles_stand_side_by_side(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    update(walked_town.engine, replace(ORDER, profile="narrow", walk="narrow"), quiet)
    with walked_town.engine.connect() as connection:
        per_profile = connection.execute(
            sa.text("SELECT profile, count(*) FROM reach GROUP BY profile ORDER BY profile")
        ).all()
    assert [tuple(row) for row in per_profile] == [("default", 48), ("narrow", 48)]


def test_one_that_is_cut_off_leaves_what_stood(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    before = reach_rows(walked_town.engine, "medical")
    add_facility(walked_town.engine, "F3", "medical", 300, 123)

    def stop(en: str, _zh: str, _share: float) -> None:
        if en == "storing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(walked_town.engine, ORDER, stop)
    assert reach_rows(walked_town.engine, "medical") == before


def test_who_is_overtaken_is_told_and_the_other_stands(walked_town: Town) -> None:
    stored: list[Walked] = []

    def meanwhile(en: str, _zh: str, _share: float) -> None:
        if en == "storing":
            stored.append(update(walked_town.engine, ORDER, quiet))

    with pytest.raises(Conflict, match="Somebody else"):
        update(walked_town.engine, ORDER, meanwhile)
    with walked_town.engine.connect() as connection:
        runs = connection.execute(sa.text("SELECT id FROM walking_run")).scalars().all()
    assert runs == [stored[0].run_id]


def test_without_streets_the_remedy_is_told(town: Town) -> None:
    with pytest.raises(NotFound, match="wangge import streets"):
        update(town.engine, ORDER, quiet)


def test_an_area_without_buildings_is_named(walked_town: Town) -> None:
    with pytest.raises(NotFound, match="9999"):
        update(walked_town.engine, replace(ORDER, area="9999"), quiet)


@pytest.mark.parametrize("profile", ["", " ", "x" * 65, "a\nb"])
def test_a_profile_no_address_could_ask_for_is_refused(walked_town: Town, profile: str) -> None:
    with pytest.raises(InputError, match="--profile"):
        update(walked_town.engine, replace(ORDER, profile=profile), quiet)
    with walked_town.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM walking_run")).scalar_one() == 0


def test_an_area_is_walked_as_far_beyond_its_border_as_people_walk(walked_town: Town) -> None:
    add_street(walked_town.engine, "out", (0, 5), (-4000, 5))
    add_facility(walked_town.engine, "CLUB", "culture", -4000, 5, community_code=None)
    order = replace(ORDER, kinds=("culture",), cutoffs_s=(6000,))
    reached = {}
    for area in (None, COMMUNITY):
        update(walked_town.engine, replace(order, area=area), quiet)
        reached[area] = reach_rows(walked_town.engine, "culture")
    assert reached[COMMUNITY] == reached[None]
    assert any(metres is not None for metres, _ in reached[None].values())


def test_without_courtyards_the_remedy_is_told(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.connect() as connection, pytest.raises(NotFound, match="import"):
        coverage_by(connection, COMMUNITY, "courtyard", "default")


def test_figures_of_courtyards_add_up_to_their_buildings(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO courtyard (code, kind, geom) SELECT column1, 'old', geom "
                "FROM (VALUES ('C1'), ('C2')) AS v, area"
            )
        )
        connection.execute(
            sa.text(
                "UPDATE building SET courtyard_code = 'C' || (1 + (code > 'B10')::integer) "
                "WHERE code < 'B30'"
            )
        )
        told = coverage_by(connection, COMMUNITY, "courtyard", "default")
        in_courtyards = connection.execute(
            sa.text("SELECT sum(households) FROM building WHERE courtyard_code IS NOT NULL")
        ).scalar_one()
    totals = {
        one.area_code: next(f.total for f in one.figures if f.counted == "households")
        for one in told
    }
    assert len(totals) == 2
    assert sum(total or 0 for total in totals.values()) == in_courtyards


def test_grids_are_told_only_when_they_are_published(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    with (
        walked_town.engine.connect() as connection,
        pytest.raises(NotFound, match="publish a plan"),
    ):
        coverage_by(connection, COMMUNITY, "grid", "default")


def test_a_site_is_chosen_where_most_are_left_out(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    asked = SitingOrder("medical", k=1, cutoff_s=120, community=COMMUNITY)
    found = site(walked_town.engine, asked)
    again = site(walked_town.engine, replace(asked, exact=True))
    assert found.sites.before < found.sites.after <= again.sites.after
    assert again.sites.proven
    with walked_town.engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT place, rank FROM site")).all()
    assert [tuple(row) for row in stored] == [(again.table["place"].iloc[0], 1)]


def test_idle_premises_are_candidates_when_asked_for(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    idle = SitingOrder("canteen", candidates="idle", cutoff_s=300)
    with pytest.raises(InputError, match="idle"):
        site(walked_town.engine, idle)
    add_facility(walked_town.engine, "F4", "other", 180, 3, idle=True, name="旧仓库")
    found = site(walked_town.engine, idle)
    assert found.table["name"].tolist() == ["旧仓库"]


def test_a_kind_that_is_none_is_refused(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    with pytest.raises(InputError, match="astrologer"):
        site(walked_town.engine, SitingOrder("astrologer"))


def test_a_scenario_tells_what_closing_the_station_would_take(
    walked_town: Town, tmp_path: Path
) -> None:
    update(walked_town.engine, ORDER, quiet)
    before = reach_rows(walked_town.engine, "medical")
    file = tmp_path / "closed.toml"
    file.write_text(
        'name = "closed"\n[[changes]]\ndo = "close_facility"\nfacility_id = "F1"\n', "utf-8"
    )
    with walked_town.engine.connect() as connection:
        changes = changes_by(connection, COMMUNITY, "default", file)
        with pytest.raises(NotFound, match="110108001001"):
            changes_by(connection, "110108001001", "default", file)
    lost = changes[
        (changes["kind"] == "medical")
        & (changes["counted"] == "households")
        & (changes["method"] == "network")
    ]
    assert (lost["reached_after"] == 0).all()
    assert (lost["reached_change"] == -lost["reached_before"]).all()
    assert reach_rows(walked_town.engine, "medical") == before


def test_a_scenario_promises_what_the_change_then_gives(walked_town: Town, tmp_path: Path) -> None:
    update(walked_town.engine, ORDER, quiet)
    lon, lat = shapely.get_coordinates(_placed(Point(300, 123)))[0]
    file = tmp_path / "second.toml"
    file.write_text(
        'name = "second"\n[[changes]]\ndo = "add_facility"\nfacility_id = "F3"\n'
        f'kind = "medical"\nlon = {lon!s}\nlat = {lat!s}\n',
        "utf-8",
    )
    with walked_town.engine.connect() as connection:
        promised = changes_by(connection, COMMUNITY, "default", file)
    with walked_town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE walking_run SET made_at = '2026-01-15 08:00+00'"))
    add_facility(walked_town.engine, "F3", "medical", 300, 123)
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.connect() as connection:
        given = changes_since(connection, COMMUNITY, "default", date(2026, 1, 31))
    key = ["kind", "method", "cutoff_s", "counted"]
    one, other = (
        table.set_index(key)[["reached_before", "reached_after", "reached_change"]].sort_index()
        for table in (promised, given)
    )
    pd.testing.assert_frame_equal(one, other, check_dtype=False)
    assert (one["reached_change"] > 0).any()


def test_two_days_are_compared_by_their_runs(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE walking_run SET made_at = '2026-01-15 08:00+00'"))
    add_facility(walked_town.engine, "F3", "medical", 300, 123)
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.connect() as connection:
        changes = changes_since(connection, COMMUNITY, "default", date(2026, 1, 31))
        with pytest.raises(NotFound, match="2026-01-14"):
            changes_since(connection, COMMUNITY, "default", date(2026, 1, 14))
    gained = changes[(changes["kind"] == "medical") & (changes["counted"] == "households")]
    assert (gained["reached_change"] >= 0).all()
    assert (gained["reached_change"] > 0).any()


def test_households_are_told_by_how_many_kinds_of_a_preset_they_reach(walked_town: Town) -> None:
    kinds = load_kinds("yuzhong").kinds
    update(walked_town.engine, replace(ORDER, kinds=kinds), quiet)
    with walked_town.engine.connect() as connection:
        levels = area_checks(connection, COMMUNITY, "default", "medical", 200.0).levels
        told = coverage(connection, EVERYWHERE, COMMUNITY, "default")
    medical = reach_rows(walked_town.engine, "medical")
    near = sum(metres is not None and metres <= 900 * 1.2 for metres, _ in medical.values())
    by = levels.set_index("kinds_reached")["buildings"].to_dict()
    assert (by[1], by[0]) == (near, len(medical) - near)
    assert set(levels["kinds"]) == {7}
    households = next(f.total for f in told.figures if f.counted == "households")
    assert levels["households"].sum() == households


def test_a_community_is_told_what_it_lacks(walked_town: Town) -> None:
    add_facility(walked_town.engine, "F5", "service_centre", 100, 3, floor_area_m2=100.0)
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.connect() as connection:
        found = area_checks(connection, COMMUNITY, "default", "medical", 200.0)
        with pytest.raises(InputError, match="medical, canteen"):
            area_checks(connection, COMMUNITY, "default", "rest_station", 200.0)
    assert found.levels.empty  # no preset is walked whole
    inside = dict(zip(found.inside["kind"], found.inside["ok"], strict=True))
    assert inside == {"medical": True, "canteen": False}
    rooms = found.floor_area.set_index("kind")
    # 24 slabs of 30 households are owed 30 m2 for each 100 of them.
    assert rooms.loc["service_centre", "needed_m2"] == pytest.approx(216)
    assert rooms.loc["service_centre", "missing_m2"] == pytest.approx(116)
    assert rooms.loc["elder_care", "missing_m2"] == pytest.approx(216)
