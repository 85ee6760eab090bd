"""What is remembered of who sees what stays within its bounds, whatever days are asked for."""

from __future__ import annotations

import time
from datetime import timedelta

import sqlalchemy as sa

from api.services.changes import Changes, News
from api.services.sights import Sights
from api.today import today
from gis.store.sight import Outlook, Scope

COMMUNITY = "510000000001"
OUTLOOK = Outlook(Scope((COMMUNITY,)), drafts=False, known=False)
_DAYS = [today() + timedelta(days=number) for number in range(20)]


def test_a_large_ground_asked_for_on_many_days_is_not_kept_for_all_of_them(
    engine: sa.Engine,
) -> None:
    with engine.begin() as connection:
        # A community with the outline of a whole county, 80,000 vertices.
        connection.exec_driver_sql(
            "INSERT INTO area (code, level, name, geom) VALUES (%s, 'community', '大社区',"
            " ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(104.6, 28.4), 4326), 0.1, 20000)))",
            (COMMUNITY,),
        )
    changes = Changes()
    changes.take(News(1, 0, (), anew=True), time.monotonic())
    sights = Sights(changes)
    with engine.connect() as connection:
        for day in _DAYS:
            changes.take(News(1, 0, ()), time.monotonic())
            ground = sights.on(connection, OUTLOOK, day).ground
            assert ground is not None
            assert ground.communities == (COMMUNITY,)
            assert sights.known(OUTLOOK, day) is not None
    kept = [day for day in _DAYS if sights.known(OUTLOOK, day) is not None]
    assert kept == _DAYS[-len(kept) :]
    assert 1 <= len(kept) <= 4
