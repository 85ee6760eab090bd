"""``wangge doctor`` names what wants mending, and nothing else."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from api.commands.doctor import doctor
from api.principal import OPERATOR
from api.services import audit, sealing
from tests.api.services.conftest import Town


def states() -> tuple[int, dict[str, set[str]]]:
    done = CliRunner().invoke(doctor, ["--json"])
    found: dict[str, set[str]] = {}
    for one in json.loads(done.stdout):
        found.setdefault(one["name"], set()).add(one["state"])
    return done.exit_code, found


def test_what_is_broken_is_found_and_what_is_sound_is_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = states()
    assert code == 0
    assert set().union(*found.values()) == {"ok"}

    monkeypatch.setenv("WANGGE_READERS", "accounts")
    monkeypatch.setenv("WANGGE_TILE_CACHE_CONTROL", "public, max-age=60")
    monkeypatch.setenv("WANGGE_PUBLIC_URL", "http://map.example.cn/x")
    audit.record_alone(town.engine, OPERATOR, "layer.import")
    sealing.seal_now(town.engine, wait_s=20)
    with town.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE worker DISABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql("ALTER TABLE building DISABLE TRIGGER change_update")
        connection.exec_driver_sql("GRANT TRUNCATE ON building TO wangge_service")
        connection.exec_driver_sql(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_building_geom'::regclass"
        )
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit_event SET who = 'x'")
    code, found = states()
    assert code == 1
    assert {name for name, told in found.items() if "bad" in told} == {
        "settings",
        "guards",
        "indexes",
        "audit",
    }
    assert found["settings"] == {"bad", "warn"}
    told = CliRunner().invoke(doctor).output
    assert "worker" in told
    assert "building.change_update" in told
    assert "ix_building_geom" in told

    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert "wangge migrate" in CliRunner().invoke(doctor).output
    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql://wangge@127.0.0.1:1/none")
    assert states()[1]["database"] == {"bad"}
