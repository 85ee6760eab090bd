"""What is done is written down with it, once, and whoever adds to the trail changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from api.asking import asking
from api.principal import OPERATOR, Principal
from api.services import audit
from api.services.embed_keys import NewKey, make_key, revoke_key
from api.services.publishing import withdraw_plan
from api.services.sights import ALL_SEEING
from gis.errors import Conflict
from gis.store.asker import for_asker
from tests.api.services.conftest import COMMUNITY, Town
from tests.api.services.test_plans import TODAY, divided, published

PLANNER = Principal(7, "规划员甲", "planner", (COMMUNITY,))


def trail(engine: sa.Engine) -> list[tuple[str, str, str | None, str | None]]:
    query = "SELECT action, who, code, community FROM audit_event ORDER BY id"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_the_life_of_a_plan_and_of_a_key_stands_in_the_trail(town: Town) -> None:
    begun = len(trail(town.engine))
    mine = for_asker(town.engine, asking(PLANNER, request_id="r-1", address="10.0.0.9"))
    plan = divided(town)
    published(town, plan, TODAY + timedelta(days=3))
    withdraw_plan(mine, plan, withdrawn_by="somebody else", today=TODAY)
    with pytest.raises(Conflict):
        withdraw_plan(mine, plan, withdrawn_by="somebody else", today=TODAY)
    now = datetime.now(UTC)
    made = make_key(mine, ALL_SEEING, NewKey(COMMUNITY), made_by="x", now=now)
    for _ in range(2):
        revoke_key(mine, ALL_SEEING, made.row["id"], by="x", now=now)
    told = trail(town.engine)[begun:]
    key = str(made.row["id"])
    assert told == [
        ("plan.divide", "planner", str(plan), COMMUNITY),
        ("plan.publish", "planner", str(plan), COMMUNITY),
        ("plan.withdraw", PLANNER.name, str(plan), COMMUNITY),
        ("embed.add", PLANNER.name, key, COMMUNITY),
        ("embed.revoke", PLANNER.name, key, COMMUNITY),
    ]
    with town.engine.connect() as connection:
        last = connection.exec_driver_sql(
            "SELECT account_id, role, request_id, address, detail::text FROM audit_event"
            " ORDER BY id DESC LIMIT 1"
        ).one()
    assert tuple(last)[:4] == (7, "planner", "r-1", "10.0.0.9")
    assert made.key not in last.detail


def test_a_row_stands_or_falls_with_the_write_it_tells_of(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        audit.record(connection, OPERATOR, "layer.import", ("layer", "buildings"))
        connection.rollback()
    assert trail(engine) == []
    with pytest.raises(ValueError, match="phone"), engine.begin() as connection:
        audit.record(connection, OPERATOR, "staff.unmask", detail={"phone": "13800001234"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET who = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "UPDATE audit_seal SET number = 2",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_event, audit_seal",
    ],
)
def test_not_even_the_owner_changes_the_trail(engine: sa.Engine, statement: str) -> None:
    audit.record_alone(engine, OPERATOR, "layer.import")
    with (
        pytest.raises(sa.exc.ProgrammingError, match=r"audit trail|append-only"),
        engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert len(trail(engine)) == 1
