"""``wangge daily``: a night's work, done once and safe to do again."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from api.commands.daily import daily
from tests.api.services.conftest import Town

GONE_AND_HERE = """
INSERT INTO worker (code, name, phone) VALUES ('W1', '李', '13812345678'), ('W2', '赵', '66123');
INSERT INTO post (code, role, subject_kind, subject_code, area_code, worker_id, valid)
SELECT code, 'building_head', 'building', 'B00', '511525001001', id,
    CASE code WHEN 'W1' THEN daterange('2020-01-01', NULL) ELSE '[2020-01-01,2021-01-01)' END
FROM worker;
INSERT INTO account (name, name_key, role, everywhere, password_hash, must_change, made_by)
VALUES ('x', 'x', 'viewer', true, 'h', false, 'x');
INSERT INTO session (digest, account_id, used_at, expires_at)
SELECT sha256(CAST(days AS text)::bytea), account.id, now(), now() + days * interval '1 day'
FROM account, (VALUES (-1), (1)) AS ended (days);
"""


def run(folder: Path) -> Result:
    arguments = ["--backups", str(folder), "--by", "nightly"]
    return CliRunner().invoke(daily, arguments, catch_exceptions=False)


def test_a_night_backs_up_forgets_who_is_gone_and_seals_that_it_did(
    town: Town, tmp_path: Path
) -> None:
    with town.engine.begin() as connection:
        connection.exec_driver_sql(GONE_AND_HERE)
    done = run(tmp_path)
    assert done.exit_code == 0
    told = "1 batches sealed, 0 rows of the trail pruned, 1 workers forgotten, 0 rows"
    assert told in done.output
    [backup] = tmp_path.glob("[1-7].dump")
    assert backup.stat().st_size > 0
    heads = (tmp_path / "audit-heads.txt").read_text(encoding="utf-8").split()
    assert [head.split(":")[0] for head in heads] == ["1"]
    with town.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name, phone FROM worker ORDER BY code").all()
        assert [tuple(row) for row in names] == [("李", "13812345678"), ("", None)]
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 1
        who = connection.exec_driver_sql("SELECT action, who FROM audit_event").all()
    assert ("staff.forget", "nightly") in [tuple(row) for row in who]
    assert "0 workers forgotten" in run(tmp_path).output
