"""`wangge db` as a person uses it: a private database in a folder of its own."""

from __future__ import annotations

import io
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis.store.cluster_home import server_user
from tests.command_line import wangge


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Folder that the cluster's user can reach, which pytest's own folder need not be."""
    with tempfile.TemporaryDirectory(prefix="wangge-db-") as name:
        if os.geteuid() == 0:
            os.chown(name, pwd.getpwnam(server_user()).pw_uid, -1)
        yield Path(name)


@pytest.fixture(autouse=True)
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder alone; standard input is empty: nobody says yes."""
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(data_dir))
    monkeypatch.setenv("WANGGE_LANG", "en")
    monkeypatch.setattr("sys.stdin", io.StringIO())


def _process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Say it in a process of its own, whose end the database has to outlive."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "db", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_private_database_from_nothing_to_nothing(data_dir: Path) -> None:
    assert wangge("db", "status").returncode == 1
    url = wangge("db", "url").stdout
    assert not (data_dir / "data").exists(), "asking for the address starts nothing"
    started = _process("start")
    assert (started.returncode, started.stdout) == (0, url)
    asked = _process("psql", "-Atc", "SELECT count(*) FROM pg_extension WHERE "
                    "extname IN ('postgis', 'btree_gist')")  # fmt: skip
    assert asked.stdout == "2\n"
    assert "running" in wangge("db", "status").stdout
    assert wangge("db", "stop").returncode == 0
    reset = wangge("db", "reset", "--yes")
    assert reset.returncode == 0
    assert f"MB in {data_dir}: no rows yet" in reset.stderr
    assert not (data_dir / "data").exists()


def test_reset_deletes_nothing_when_the_answer_is_no(data_dir: Path) -> None:
    wangge("db", "start")
    asked = wangge("db", "reset")
    assert asked.returncode == 1
    assert (data_dir / "data").exists()
    assert wangge("db", "reset", "--yes").returncode == 0


@pytest.mark.parametrize("verb", ["stop", "reset", "psql"])
def test_verbs_of_the_private_database_leave_another_one_alone(
    monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql://u@127.0.0.1:1/x")
    refused = wangge("db", verb)
    assert refused.returncode == 1
    assert "WANGGE_DATABASE_URL is set" in refused.stderr
