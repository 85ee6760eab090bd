"""Figures of the database compared: two days, and a scenario walked on the layers of today."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from shapely import Point

from api.services.comparing import Compared, compare_days, compare_scenario
from api.services.walking import WalkingOrder, update
from gis.errors import InvalidScenario, NotFound
from gis.io.scenario import scenario_of
from tests.api.services.conftest import COMMUNITY, Town
from tests.api.services.test_walking import ORDER, add_facility, placed, quiet, walked_town

__all__ = ["walked_town"]  # the fixture

LONG_AGO, TODAY = datetime.date(2026, 5, 1), datetime.date(9998, 12, 31)


def households(told: Compared, cutoff_s: int = 300) -> tuple[int, int]:
    """Households that walk to the medical station within the cutoff, before and after."""
    table = told.changes
    here = (table["kind"] == "medical") & (table["method"] == "network")
    one = table[here & (table["counted"] == "households") & (table["cutoff_s"] == cutoff_s)]
    assert len(one) == 1
    return int(one["reached_before"].iloc[0]), int(one["reached_after"].iloc[0])


def asked(engine: sa.Engine, *changes: dict[str, Any]) -> Compared:
    """The community under a scenario."""
    with engine.connect() as connection:
        scenario = scenario_of({"name": "trial", "changes": list(changes)})
        return compare_scenario(connection, COMMUNITY, scenario, "default")


def place(x: float, y: float) -> dict[str, float]:
    """Degrees of metres from the south-west corner of the community."""
    lon, lat = shapely.get_coordinates(placed(Point(x, y)))[0].tolist()
    return {"lon": lon, "lat": lat}


def test_a_scenario_gives_what_the_change_itself_gives(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    new = {"do": "add_facility", "facility_id": "F2", "kind": "medical", **place(300, 123)}
    told = asked(walked_town.engine, new)
    before, after = households(told)
    assert before < after
    add_facility(walked_town.engine, "F2", "medical", 300, 123)
    with walked_town.engine.begin() as connection:
        connection.execute(sa.text("UPDATE walking_run SET made_at = '2026-05-01 12:00'"))
    update(walked_town.engine, ORDER, quiet)
    with walked_town.engine.connect() as connection:
        built = compare_days(connection, COMMUNITY, LONG_AGO, TODAY, "default")
    assert households(built) == (before, after)
    one, other = (
        table.changes.sort_values(["kind", "method", "cutoff_s", "counted"])[
            ["kind", "method", "cutoff_s", "counted", "reached_before", "reached_after"]
        ].reset_index(drop=True)
        for table in (told, built)
    )
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_closing_the_only_station_leaves_nobody_and_stores_nothing(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    told = asked(walked_town.engine, {"do": "close_facility", "facility_id": "F1"})
    before, after = households(told)
    assert (before > 0, after) == (True, 0)
    with walked_town.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM walking_run")) == 1
        assert connection.scalar(sa.text("SELECT count(*) FROM facility")) == 1


def test_a_scenario_of_things_that_are_not_there_is_refused(walked_town: Town) -> None:
    update(walked_town.engine, ORDER, quiet)
    with pytest.raises(InvalidScenario, match="F9"):
        asked(walked_town.engine, {"do": "close_facility", "facility_id": "F9"})


def test_what_was_never_computed_is_not_compared(walked_town: Town) -> None:
    close = {"do": "close_facility", "facility_id": "F1"}
    with pytest.raises(NotFound, match="wangge circles update"):
        asked(walked_town.engine, close)
    update(walked_town.engine, WalkingOrder(("medical",), speeds={"adult": 1.2}), quiet)
    with walked_town.engine.connect() as connection:
        with pytest.raises(NotFound, match="until 2026-05-01"):
            compare_days(connection, COMMUNITY, LONG_AGO, None, "default")
        with pytest.raises(NotFound, match="no figures of area 999"):
            compare_days(connection, "999", TODAY, None, "default")
        scenario = scenario_of({"name": "trial", "changes": [close]})
        with pytest.raises(NotFound, match="no area 999"):
            compare_scenario(connection, "999", scenario, "default")
