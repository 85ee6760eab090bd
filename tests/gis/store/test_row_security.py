"""A service is told nothing of people and drafts until it says for whom it asks; then, theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest
import sqlalchemy as sa

from gis.store.asker import Asker, as_account, for_asker, presenting
from gis.store.bulk import copy_checked
from gis.store.engine import as_role, open_engine
from gis.store.service_role import SERVICE_ROLE
from tests.conftest import own_database

HERE, THERE, OFFICE = "511599001001", "511599002001", "511599001000"
SEEN_BY_SOME = (
    "account", "session", "api_token", "worker", "post", "plan", "edit", "assignment",
    "audit_event", "visit", "handover_receipt",
)  # fmt: skip
STOCK = """
INSERT INTO area (code, name, level, parent_code, geom)
SELECT code, code, level, parent, ST_Multi(ST_MakeEnvelope(104, 28, 104.01, 28.01, 4326))
FROM (VALUES ('511599001000', 'subdistrict', NULL), ('511599001001', 'community', '511599001000'),
    ('511599002001', 'community', NULL)) AS one (code, level, parent);
INSERT INTO building (code, households, households_kind, community_code, geom)
VALUES ('B1', 1, 'registered', '511599001001',
    ST_Multi(ST_MakeEnvelope(104, 28, 104.001, 28.001, 4326)));
INSERT INTO ground (community_code, version, srid, fingerprint)
VALUES ('511599001001', 1, 4544, 'x'), ('511599002001', 1, 4544, 'x');
INSERT INTO unit (ground_id, unit_no, unit_id, kind, households, geom)
SELECT id, 0, 'g', 'ground', 0, ST_MakeEnvelope(104, 28, 104.001, 28.001, 4326) FROM ground;
INSERT INTO plan (community_code, ground_id, name, rules, created_by, state)
SELECT community_code, id, state, '{}', 'x', state
FROM ground, (VALUES ('draft'), ('published')) AS s (state);
INSERT INTO edit (plan_id, seq, made_by, action, moves)
SELECT id, 1, 'x', 'divide', '[]' FROM plan;
INSERT INTO assignment (plan_id, unit_no, ground_id) SELECT id, 0, ground_id FROM plan;
INSERT INTO grid (code, community_code, kind)
VALUES ('511599001001001', '511599001001', 'base'), ('511599002001001', '511599002001', 'base');
INSERT INTO worker (code, name, phone)
SELECT code, code, '13800001234'
FROM (VALUES ('511599001001'), ('511599002001'), ('idle')) AS w (code);
INSERT INTO post (code, grid_id, role, worker_id, valid)
SELECT grid.code, grid.id, 'worker', worker.id, '[2026-01-01,)'
FROM grid JOIN worker ON worker.code = grid.community_code;
INSERT INTO visit (
    client, building_code, grid_id, worker_id, made_by, day, outcome, households, marked_at)
SELECT gen_random_uuid(), 'B1', grid_id, worker_id, 'x', '2026-02-01', 'absent', 0, now() FROM post;
INSERT INTO publication (community_code, tier, plan_id, valid, published_by)
SELECT community_code, tier, id, '[2026-01-01,)', 'x' FROM plan WHERE state = 'published';
INSERT INTO handover_receipt (publication_id, worker_id, confirmed_by)
SELECT publication.id, worker.id, 'x' FROM publication JOIN worker ON worker.code = community_code;
INSERT INTO account (name, name_key, role, everywhere, password_hash, must_change, made_by)
VALUES ('root', 'root', 'admin', true, 'h0', false, 'x'),
    ('here', 'here', 'admin', false, 'h1', false, 'x'),
    ('clerk', 'clerk', 'worker', false, 'h2', false, 'x'),
    ('there', 'there', 'worker', false, 'h3', false, 'x');
INSERT INTO account_scope (account_id, area_code)
SELECT id, CASE name
    WHEN 'there' THEN '511599002001' WHEN 'here' THEN '511599001000' ELSE '511599001001' END
FROM account WHERE NOT everywhere;
INSERT INTO session (digest, account_id, used_at, expires_at)
SELECT sha256(name::bytea), id, now(), now() + interval '1 day' FROM account;
INSERT INTO api_token (digest, account_id, name, writing, expires_at)
SELECT sha256(('t' || name)::bytea), id, name, false, now() + interval '1 day' FROM account;
INSERT INTO audit_event (who, action, community)
VALUES ('x', 'plan.divide', '511599001001'), ('x', 'plan.divide', '511599002001'),
    ('x', 'layer.import', NULL);
"""
EVERYTHING = frozenset(
    ("map", "drafts", "staff", "roster", "accounts", "audit", "mark", "progress")
)
ADMIN_HERE = Asker(2, "here", "admin", EVERYTHING, (OFFICE,))
ADMIN = Asker(1, "root", "admin", EVERYTHING, None)
WORKER_HERE = Asker(
    3, "clerk", "worker", frozenset(("map", "staff", "mark")), (), (f"{HERE}001",), HERE
)
POSTED_THERE = replace(WORKER_HERE, worker=THERE)


@pytest.fixture(scope="module")
def service(server_url: str, migrated_template: str) -> Iterator[sa.Engine]:
    """Two communities with people, plans and accounts, opened by the service role."""
    with own_database(server_url, migrated_template) as url:
        owner = open_engine(url)
        with owner.begin() as connection:
            connection.exec_driver_sql(STOCK.replace("%", "%%"))
        owner.dispose()
        engine = open_engine(as_role(url, SERVICE_ROLE))
        yield engine
        engine.dispose()


def counts(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(sa.table(name))
            ).scalar_one()
            for name in SEEN_BY_SOME
        }


def test_without_anybody_it_finds_published_plans_and_nothing_else(service: sa.Engine) -> None:
    published = {"plan": 2, "edit": 2, "assignment": 2}
    assert counts(service) == dict.fromkeys(SEEN_BY_SOME, 0) | published


@pytest.mark.parametrize(
    ("asker", "found"),
    [
        (ADMIN, (4, 4, 4, 3, 2, 4, 4, 4, 3, 2, 2)),
        # Two accounts lie within the office, two drafts and publications: one of each is there.
        (ADMIN_HERE, (2, 2, 2, 1, 1, 3, 3, 3, 1, 1, 1)),
        # Whose posts lie beyond the account's scope finds them, their marks and receipts.
        (POSTED_THERE, (1, 1, 1, 2, 2, 2, 2, 2, 0, 2, 1)),
        (WORKER_HERE, (1, 1, 1, 1, 1, 2, 2, 2, 0, 1, 1)),
        # With what the scope covers handed over they find the same; what is handed over counts.
        (replace(ADMIN_HERE, codes=(OFFICE, HERE)), (2, 2, 2, 1, 1, 3, 3, 3, 1, 1, 1)),
        (replace(ADMIN_HERE, codes=(OFFICE,)), (1, 1, 1, 0, 0, 2, 2, 2, 0, 0, 0)),
        (replace(WORKER_HERE, codes=(HERE,)), (1, 1, 1, 1, 1, 2, 2, 2, 0, 1, 1)),
    ],
)
def test_everybody_finds_what_is_of_their_scope(
    service: sa.Engine, asker: Asker, found: tuple[int, ...]
) -> None:
    assert tuple(counts(for_asker(service, asker)).values()) == found


def test_who_presents_a_digest_or_a_name_finds_just_that(service: sa.Engine) -> None:
    shown = presenting(service, hashlib.sha256(b"clerk").hexdigest())
    assert {name: n for name, n in counts(shown).items() if n and name in SEEN_BY_SOME[:3]} == {
        "account": 1,
        "session": 1,
    }
    with presenting(service, "clerk").connect() as connection:
        hashes = sa.text("SELECT password_hash FROM presented_password()")
        assert connection.execute(hashes).scalars().all() == ["h2"]
    assert counts(presenting(service, "nobody"))["account"] == 0
    assert counts(as_account(service, 4))["session"] == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password_hash FROM account",
        "SELECT * FROM account",
        "TRUNCATE building",
        "DROP TABLE worker",
        "ALTER TABLE worker DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE worker ADD COLUMN x int",
        "DROP POLICY plan_drafts ON plan",
        "CREATE TABLE mine (x int)",
        "UPDATE area SET name = 'x'",
        "INSERT INTO audit_event (at, who, action) VALUES (now(), 'x', 'a.b')",
        "UPDATE audit_event SET who = 'x'",
        "DELETE FROM audit_event",
        "DELETE FROM account",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
def test_it_can_neither_change_the_house_nor_look_behind_it(
    service: sa.Engine, statement: str
) -> None:
    with (
        for_asker(service, ADMIN).connect() as connection,
        pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.exec_driver_sql(statement)


def test_row_security_cannot_be_put_aside(service: sa.Engine) -> None:
    with service.connect() as connection:
        connection.exec_driver_sql("SET LOCAL row_security = off")
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            connection.exec_driver_sql("SELECT * FROM worker")


def test_what_somebody_asks_ends_with_their_transaction(service: sa.Engine) -> None:
    assert counts(for_asker(service, ADMIN))["account"] == 4
    assert counts(service)["account"] == 0


def test_many_rows_are_stored_and_checked_like_one(service: sa.Engine) -> None:
    rows = sa.text(
        "SELECT p.id, p.ground_id FROM plan AS p WHERE state = 'draft' AND community_code = :there"
    )
    with for_asker(service, ADMIN).connect() as connection:
        plan, ground = connection.execute(rows, {"there": THERE}).one()
        connection.exec_driver_sql("DELETE FROM assignment WHERE plan_id = %s", (plan,))
        frame = pd.DataFrame({"plan_id": [plan], "unit_no": [0], "ground_id": [ground]})
        copy_checked(connection, "assignment", frame)
        connection.rollback()
    with (
        for_asker(service, ADMIN_HERE).connect() as connection,
        pytest.raises(sa.exc.ProgrammingError, match="row-level security"),
    ):
        copy_checked(connection, "assignment", frame.assign(unit_no=[1]))
