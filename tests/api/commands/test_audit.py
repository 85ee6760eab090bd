"""``wangge audit``: what an operator keeps of the trail, and how they check it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from api.commands.audit import audit
from api.services.embed_keys import NewKey, make_key
from api.services.sights import ALL_SEEING
from tests.api.services.conftest import COMMUNITY, Town


def test_an_operator_seals_keeps_a_head_exports_and_is_told_of_tampering(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = CliRunner()
    make_key(town.engine, ALL_SEEING, NewKey(COMMUNITY), made_by="张三", now=datetime.now(UTC))
    assert run.invoke(audit, ["seal"]).output == "1 batches sealed.\n"
    head = run.invoke(audit, ["head"]).output.strip()
    assert head.startswith("1:")
    held = run.invoke(audit, ["verify", "--head", head])
    assert (held.exit_code, held.output.startswith("The audit trail holds: 1 rows")) == (0, True)
    assert run.invoke(audit, ["verify", "--head", "1:zz"]).exit_code == 2
    file = tmp_path / "trail.jsonl"
    assert run.invoke(audit, ["export", "-o", str(file)]).exit_code == 0
    event, seal = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (event["action"], event["who"]) == ("embed.add", "张三")
    assert f"{seal['seal']['number']}:{seal['head']}" == head
    with town.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit_event SET who = '李四'")
    with pytest.raises(SystemExit) as ended:
        main(["audit", "verify"])
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert told == "The audit trail does not hold. Batch 1: row 1 was changed.\n"
