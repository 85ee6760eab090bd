"""A backup is known to come back; what is damaged or in the way is told before anything changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.principal import OPERATOR
from api.services import audit, sealing
from api.services.audit_reading import verify
from api.services.backups import back_up, bring_back, manifest_file
from gis.errors import Conflict, UnreadableFile
from gis.store.engine import as_role, open_engine
from gis.store.service_role import SERVICE_ROLE
from tests.api.services.conftest import Town

TOOLS = Path(__file__).parents[3] / ".wangge"


def nobody(_en: str, _zh: str) -> None:
    pass


def names(url: str) -> list[str]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = (
            connection.exec_driver_sql("SELECT name FROM building ORDER BY code").scalars().all()
        )
    engine.dispose()
    return list(found)


def test_a_backup_comes_back_in_the_place_of_what_was_there(town: Town, tmp_path: Path) -> None:
    database_url = town.engine.url.render_as_string(hide_password=False)
    audit.record_alone(town.engine, OPERATOR, "layer.import")
    sealing.seal_now(town.engine, wait_s=20)
    file = tmp_path / "town.dump"
    made = back_up(database_url, file, tools_dir=TOOLS, check=True, tell=nobody)
    assert made.rows["building"] == 24
    assert made.audit_head is not None
    assert file.stat().st_mode & 0o077 == 0
    before = names(database_url)
    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE building SET name = 'lost'")

    with pytest.raises(Conflict, match="not empty"):
        bring_back(database_url, file, tools_dir=TOOLS, replace=False, tell=nobody)
    with town.engine.connect(), pytest.raises(Conflict, match="in use"):
        bring_back(database_url, file, tools_dir=TOOLS, replace=True, tell=nobody)
    assert set(names(database_url)) == {"lost"}

    town.engine.dispose()
    kept = bring_back(database_url, file, tools_dir=TOOLS, replace=True, tell=nobody)
    assert names(database_url) == before
    assert verify(town.engine, kept=made.audit_head).broken is None
    service = open_engine(as_role(database_url, SERVICE_ROLE))
    with service.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM building").scalar_one() == 24
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_event").scalar_one() == 0
    service.dispose()
    assert kept is not None
    town.engine.dispose()
    with town.engine.connect() as connection:
        drop = connection.execution_options(isolation_level="AUTOCOMMIT")
        drop.exec_driver_sql(f'DROP DATABASE "{kept}"')
        left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'wangge\\_check\\_%%'"
        assert drop.exec_driver_sql(left).scalar_one() == 0


def test_a_damaged_or_forged_backup_changes_nothing(
    town: Town, bare_database: str, tmp_path: Path
) -> None:
    database_url = town.engine.url.render_as_string(hide_password=False)
    file = tmp_path / "town.dump"
    back_up(database_url, file, tools_dir=TOOLS, check=False, tell=nobody)
    whole = file.read_bytes()

    def refused(words: str) -> None:
        with pytest.raises(UnreadableFile, match=words):
            bring_back(bare_database, file, tools_dir=TOOLS, replace=False, tell=nobody)
        engine = open_engine(bare_database)
        assert not sa.inspect(engine).has_table("building")
        engine.dispose()

    file.write_bytes(whole[: len(whole) // 2])
    refused("changed or damaged")
    beside = manifest_file(file)
    told = json.loads(beside.read_text(encoding="utf-8"))
    beside.unlink()
    refused("nothing of it was")
    file.write_bytes(whole)
    told["rows"]["building"] = 25
    beside.write_text(json.dumps(told), encoding="utf-8")
    refused(r"building \(24 / 25\)")
    beside.unlink()
    assert bring_back(bare_database, file, tools_dir=TOOLS, replace=False, tell=nobody) is None
    assert len(names(bare_database)) == 24
