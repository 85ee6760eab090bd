"""Whatever is done to a sealed batch is told, with the batch and the row."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.principal import OPERATOR
from api.services import audit, sealing
from api.services.audit_chain import head_of, row_digest
from api.services.audit_reading import exported, head, prune, verify
from gis.errors import NotFound
from gis.store import audit as store
from gis.store.tables import audit_seal

ROWS = 5


def add_rows(engine: sa.Engine, count: int = ROWS) -> None:
    for number in range(count):
        audit.record_alone(
            engine,
            OPERATOR,
            "layer.import",
            ("layer", f"甲{number}"),
            detail={"run": number, "share": 0.5},
        )


def seal(engine: sa.Engine) -> None:
    assert sealing.seal_now(engine, wait_s=20) is not None


@pytest.fixture
def trail(engine: sa.Engine) -> sa.Engine:
    """Three sealed batches of five rows, and two rows that are not sealed."""
    for _ in range(3):
        add_rows(engine)
        seal(engine)
    add_rows(engine, 2)
    return engine


def forged(engine: sa.Engine, *statements: str) -> None:
    """Do what only a superuser who puts the triggers aside can do."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def made_anew(engine: sa.Engine, *, through: int) -> None:
    """Seal the rows of the second batch anew, and batches after it up to `through`."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        seals = store.seals_after(connection, 0, 10)
        before = seals[0]
        for seal in seals[1:through]:
            rows = store.events_between(connection, before["last_id"], seal["last_id"], 100)
            new = {
                **seal,
                "ids": [row["id"] for row in rows],
                "digests": b"".join(map(row_digest, rows)),
                "previous": bytes(before["head"]),
            }
            before = {**new, "head": head_of(new)}
            this = audit_seal.c.number == seal["number"]
            connection.execute(sa.update(audit_seal).where(this).values(dict(before)))


def test_an_untouched_trail_holds_and_says_how_much_of_it(trail: sa.Engine) -> None:
    found = verify(trail)
    assert (found.batches, found.rows, found.unsealed, found.broken) == (3, 15, 2, None)
    assert found.head == head(trail)
    assert verify(trail, kept=head(trail)).broken is None


TAMPERINGS: list[tuple[str, int, int | None]] = [
    ("UPDATE audit_event SET who = 'x' WHERE id = 7", 2, 7),
    ("UPDATE audit_event SET at = at - interval '1 day' WHERE id = 6", 2, 6),
    ("UPDATE audit_event SET detail = '{}' WHERE id = 15", 3, 15),
    ("DELETE FROM audit_event WHERE id = 8", 2, 8),
    ("DELETE FROM audit_event WHERE id BETWEEN 6 AND 10", 2, 6),
    (
        "DELETE FROM audit_event WHERE id = 8; INSERT INTO audit_event (id, at, who, action)"
        " OVERRIDING SYSTEM VALUE VALUES (8, now(), 'x', 'a.b')",
        2,
        8,
    ),
    ("DELETE FROM audit_seal WHERE number = 1", 1, None),
    ("DELETE FROM audit_seal WHERE number = 2", 2, None),
    ("UPDATE audit_seal SET sealed_at = now() WHERE number = 2", 2, None),
]
KEEP = "CREATE TABLE kept_event AS TABLE audit_event", "CREATE TABLE kept_seal AS TABLE audit_seal"
PUT_BACK = (
    "TRUNCATE audit_event, audit_seal",
    "INSERT INTO audit_event OVERRIDING SYSTEM VALUE TABLE kept_event",
    "INSERT INTO audit_seal TABLE kept_seal",
)


def test_tampering_is_told_by_batch_and_row(trail: sa.Engine) -> None:
    forged(trail, *KEEP)
    for tampering, batch, row in TAMPERINGS:
        forged(trail, tampering)
        broken = verify(trail).broken
        assert broken is not None, tampering
        assert (broken.batch, broken.row) == (batch, row), tampering
        forged(trail, *PUT_BACK)
        assert verify(trail).broken is None


def test_a_row_put_into_a_sealed_batch_is_told(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        audit.record(connection, OPERATOR, "layer.import")
        connection.rollback()  # its number stays a gap
    add_rows(engine)
    seal(engine)
    assert verify(engine).broken is None
    forged(
        engine,
        "INSERT INTO audit_event (id, at, who, action) OVERRIDING SYSTEM VALUE"
        " VALUES (1, now(), 'x', 'a.b')",
    )
    broken = verify(engine).broken
    assert broken is not None
    assert (broken.batch, broken.row) == (1, 1)


def test_who_makes_a_seal_anew_is_told_by_the_next_one_and_by_a_head_kept(
    trail: sa.Engine,
) -> None:
    kept = head(trail)
    forged(trail, "UPDATE audit_event SET who = 'x' WHERE id = 7")
    made_anew(trail, through=2)
    broken = verify(trail).broken
    assert broken is not None
    assert (broken.batch, broken.row) == (3, None)
    made_anew(trail, through=3)
    assert verify(trail).broken is None
    broken = verify(trail, kept=kept).broken
    assert broken is not None
    assert broken.batch == 3


def test_a_chain_cut_off_is_told_by_a_head_kept(trail: sa.Engine) -> None:
    kept = head(trail)
    forged(
        trail,
        "DELETE FROM audit_event WHERE id > 10",
        "DELETE FROM audit_seal WHERE number = 3",
    )
    assert verify(trail).broken is None
    broken = verify(trail, kept=kept).broken
    assert broken is not None
    assert broken.batch == 3


def test_nothing_is_sealed_while_a_lower_number_may_still_come(engine: sa.Engine) -> None:
    with engine.connect() as slow:
        audit.record(slow, OPERATOR, "layer.import", ("layer", "slow"))
        add_rows(engine, 2)
        assert sealing.seal_now(engine, wait_s=0) is None
        slow.commit()
    seal(engine)
    found = verify(engine)
    assert (found.batches, found.rows, found.unsealed) == (1, 3, 0)


def test_a_trail_is_sealed_by_the_service_itself(database_url: str, engine: sa.Engine) -> None:
    add_rows(engine)
    sealer = sealing.Sealer(database_url, every_s=0.05)
    sealer.start()
    until = datetime.now(UTC) + timedelta(seconds=60)
    while not verify(engine).batches and datetime.now(UTC) < until:
        pass
    sealer.stop()
    assert verify(engine).rows == ROWS


def test_retention_takes_whole_old_batches_and_the_chain_still_holds(trail: sa.Engine) -> None:
    kept = head(trail)
    now = datetime.now(UTC)
    assert prune(trail, OPERATOR, days=1, now=now) == 0
    assert prune(trail, OPERATOR, days=1, now=now + timedelta(days=2)) == 10
    assert prune(trail, OPERATOR, days=1, now=now + timedelta(days=2)) == 0
    found = verify(trail, kept=kept)
    assert (found.batches, found.pruned, found.rows, found.broken) == (3, 2, 5, None)
    forged(trail, "DELETE FROM audit_event WHERE id BETWEEN 11 AND 15")
    broken = verify(trail).broken
    assert broken is not None
    assert (broken.batch, broken.row) == (3, 11)


def test_no_half_batch_can_be_pruned(trail: sa.Engine) -> None:
    allow = sa.text("SELECT set_config('wangge.audit_prune', :upto, true)")
    for upto in ("", "7", "10"):
        with trail.connect() as connection:
            connection.execute(allow, {"upto": upto})
            with pytest.raises(sa.exc.ProgrammingError, match="whole sealed batches"):
                connection.exec_driver_sql("DELETE FROM audit_event WHERE id <= 7")


def test_an_export_can_be_checked_by_the_script_of_the_guide(
    trail: sa.Engine, tmp_path: Path
) -> None:
    guide = (Path(__file__).parents[3] / "docs/audit.md").read_text(encoding="utf-8")
    script = guide.split("```python\n")[1].split("```")[0]
    file = tmp_path / "trail.jsonl"
    lines = list(exported(trail, "jsonl"))
    file.write_bytes(b"".join(lines))
    check = [sys.executable, "-c", script, str(file)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.stdout == f"holds {head(trail)[1]}\n", done.stderr
    file.write_bytes(b"".join(line.replace("甲3".encode(), "甲9".encode()) for line in lines))
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1
    table = list(csv.DictReader(io.StringIO(b"".join(exported(trail, "csv")).decode("utf-8-sig"))))
    assert [row["batch"] for row in table] == [*"1" * 5, *"2" * 5, *"3" * 5, "", ""]
    assert table[1]["code"] == "甲1"


def test_a_head_cannot_be_had_before_anything_is_sealed(engine: sa.Engine) -> None:
    with pytest.raises(NotFound, match="audit seal"):
        head(engine)
