"""A roster that a planner brings in: what lies beyond their scope is not there, and stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.principal import OPERATOR
from api.services.roster_upload import Wanted, read_roster
from api.settings import Settings
from gis.errors import InputError
from gis.store.engine import open_engine
from gis.store.tables import audit_event, import_row, import_run, post, worker
from tests.api.accounts import add_account, service, sign_in

C = "510000000001"
SIBLING = "510000000002"
HEAD = (
    "岗位编号,网格编码,对象类型,对象编码,社区代码,所辖楼栋,网格员编号,网格员姓名,联系电话,任职日期"
)
SOMEBODY = "f-1,甲,1,2026-11-01"


@pytest.fixture(scope="module")
def engine(own_town_url: str) -> Iterator[sa.Engine]:
    """Engine on two sibling communities, each with a planner of its own."""
    opened = open_engine(own_town_url)
    with opened.begin() as connection:
        script = Path(__file__).with_name("siblings.sql").read_text(encoding="utf-8")
        # Past SQLAlchemy, which would take the file's percent signs for binds.
        connection.connection.cursor().execute(script)
    for name, area in (("near", C), ("far", SIBLING)):
        add_account(opened, name, "planner", areas=(area,))
    add_account(opened, "worker", "worker", areas=(C,))
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def serving(own_town_url: str, engine: sa.Engine) -> Iterator[TestClient]:
    assert engine is not None
    with service(Settings(database_url=SecretStr(own_town_url))) as client:
        yield client


def send(client: TestClient, *rows: str, store: bool = False, **asked: Any) -> Any:
    """Send a roster as a page does; returns what was told of it."""
    answer = client.post(
        "/api/v1/roster",
        params={"format": "csv", "store": store, **asked},
        content="\n".join((HEAD, *rows)).encode(),
        headers={"content-type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def stored(engine: sa.Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        tables = (post, worker, import_run, import_row, audit_event)
        return tuple(
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in tables
        )


def test_a_checked_roster_leaves_nothing_and_a_stored_one_its_good_rows(
    serving: TestClient, engine: sa.Engine
) -> None:
    client = sign_in(serving, "near")
    rows = (
        f"n1,{C}001,,,,,n-1,甲,13800000001,2026-11-01",
        f"n2,{C}999,,,,,n-2,<script>alert(1)</script>,13800000002,2026-11-01",
        f"n3,{C}002,,,,,n-1,别名,13800000001,2026-11-01",
        f"n4,{C}002,,,,,'; DROP TABLE worker; --,丁,13800000004,2026-11-01",
    )
    before = stored(engine)
    told = send(client, *rows)
    assert (told["stored"], told["rows"], told["refused"], told["added"]) == (False, 4, 2, 2)
    assert [fault["row"] for fault in told["faults"]] == [2, 3]
    assert stored(engine) == before
    # Strict means all or nothing.
    assert send(client, *rows, store=True, strict=True)["stored"] is False
    assert stored(engine) == before
    told = send(client, *rows, store=True)
    assert (told["stored"], told["added"]) == (True, 2)
    with engine.connect() as connection:
        names = set(connection.execute(sa.select(worker.c.code)).scalars())
        last = sa.select(audit_event).order_by(audit_event.c.id.desc()).limit(1)
        event = connection.execute(last).one()
    assert {"n-1", "'; DROP TABLE worker; --"} <= names
    assert (event.action, event.who) == ("layer.import", "near")


def test_what_is_foreign_is_refused_as_what_does_not_exist(
    serving: TestClient, engine: sa.Engine
) -> None:
    client = sign_in(serving, "near")
    for real, missing in (
        (f"f1,{SIBLING}001,,,,,{SOMEBODY}", f"f1,{C}999,,,,,{SOMEBODY}"),
        (
            f"f1,,building,Sibling.b000,,,{SOMEBODY}",
            f"f1,,building,b999,,,{SOMEBODY}",
        ),
        (
            f"f1,,community,{SIBLING},,,{SOMEBODY}",
            f"f1,,community,599999999999,,,{SOMEBODY}",
        ),
        (
            f"f1,,subdistrict,510000000000,,,{SOMEBODY}",
            f"f1,,subdistrict,599999999999,,,{SOMEBODY}",
        ),
        (
            f"f1,,group,新组,{SIBLING},,{SOMEBODY}",
            f"f1,,group,新组,599999999999,,{SOMEBODY}",
        ),
        (
            f"f1,,group,{SIBLING}/新组,,,{SOMEBODY}",
            f"f1,,group,599999999999/新组,,,{SOMEBODY}",
        ),
        (
            f"f1,{C}001,,,{SIBLING},,{SOMEBODY}",
            f"f1,{C}001,,,599999999999,,{SOMEBODY}",
        ),
        (
            f"f1,,group,新组,{C},Sibling.b000,{SOMEBODY}",
            f"f1,,group,新组,{C},b999,{SOMEBODY}",
        ),
    ):
        own, other = send(client, real), send(client, missing)
        assert own["refused"] == other["refused"] == 1, real
        (told,), (wanted,) = own["faults"], other["faults"]
        assert told["column"] == wanted["column"]
        shapes = [_without_codes(fault["text"]) for fault in (told, wanted)]
        assert shapes[0] == shapes[1], (told, wanted)
    # Numbers of theirs are taken; who has them, and that a person is known there, is not told.
    for row in (
        f"Sibling.p1,{C}001,,,,,{SOMEBODY}",
        f"f1,{C}001,,,,,Sibling.w1,甲,1,2026-11-01",
    ):
        (fault,) = send(client, row, store=True)["faults"]
        assert "管辖范围以外" in fault["text"]
    with engine.connect() as connection:
        theirs = sa.select(worker.c.name, worker.c.phone).where(worker.c.code == "Sibling.w1")
        name, phone = connection.execute(theirs).one()
    told = send(client, f"f1,{C}001,,,,,f-1,{name},{phone},2026-11-01")
    assert told["faults"] == []
    assert sign_in(serving, "far") is client
    told = send(client, f"f1,{SIBLING}001,,,,,f-1,{name},{phone},2026-11-01")
    assert "Sibling.w1" in told["faults"][0]["text"]


def _without_codes(text: str) -> str:
    kept = text
    for code in (SIBLING, "510000000000", "Sibling.b000", f"{C}999", "b999", "599999999999"):
        kept = kept.replace(f"{code}001", "*").replace(code, "*")
    return kept


def test_only_who_keeps_rosters_sends_one_and_a_broken_file_stores_nothing(
    serving: TestClient, engine: sa.Engine
) -> None:
    client = sign_in(serving, "worker")
    table = {"content-type": "text/csv"}
    assert client.post("/api/v1/roster", content=b"x", headers=table).status_code == 403
    assert client.put(f"/api/v1/teams/{C}", json={"preset": "changle"}).status_code == 403
    client = sign_in(serving, "near")
    before = stored(engine)
    for body, form in ((b"", "csv"), (b"\0\xff" * 99, "csv"), (b"PK\3\4 no", "xlsx")):
        answer = client.post(
            "/api/v1/roster",
            params={"format": form, "store": True},
            content=body,
            headers=table,
        )
        assert answer.status_code in (400, 422), (form, answer.text)
    large = client.post("/api/v1/roster", content=b"x" * 2_000_001, headers=table)
    assert large.status_code == 413
    assert stored(engine) == before
    assert client.put("/api/v1/teams/510000000000", json={"preset": "changle"}).status_code == 404
    assert client.put(f"/api/v1/teams/{C}", json={"preset": "../../etc/passwd"}).status_code == 422
    assert client.put(f"/api/v1/teams/{C}", json={"preset": "changle"}).status_code == 204
    told = client.get(f"/api/v1/teams/{C}").json()
    assert (told["team"]["name"], told["set_in"]) == ("changle", C)
    assert client.get(f"/api/v1/vacancies/{C}").json()["gap"] > 0
    assert client.delete(f"/api/v1/teams/{C}").status_code == 204
    assert client.get(f"/api/v1/teams/{C}").json()["team"] is None


def test_a_roster_that_takes_too_long_to_compare_is_given_up_in_words(engine: sa.Engine) -> None:
    rows = [f"s{k},{C}001,,,,,s-{k},甲{k},,2026-11-01" for k in range(2_000)]
    body = "\n".join((HEAD, *rows)).encode()
    before = stored(engine)
    with pytest.raises(InputError, match="in parts"):
        read_roster(engine, OPERATOR, body, "csv", Wanted(True, False), "en", longest_s=0.001)
    assert stored(engine) == before
