"""`wangge db` as a person uses it: a real process, a private database in a folder of its own."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gis.store.cluster_home import server_user


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Folder that the cluster's user can reach, which pytest's own folder need not be."""
    with tempfile.TemporaryDirectory(prefix="wangge-db-") as name:
        if os.geteuid() == 0:
            os.chown(name, pwd.getpwnam(server_user()).pw_uid, -1)
        yield Path(name)


def _wangge(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    env = keep | {"WANGGE_DATA_DIR": str(data_dir), "WANGGE_LANG": "en"} | settings
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "db", *arguments],
        capture_output=True,
        text=True,
        env=env,
        check=False,
        timeout=60,
    )


def test_a_private_database_from_nothing_to_nothing(data_dir: Path) -> None:
    assert _wangge(data_dir, "status").returncode == 1
    url = _wangge(data_dir, "url").stdout
    assert not (data_dir / "data").exists(), "asking for the address starts nothing"
    started = _wangge(data_dir, "start")
    assert (started.returncode, started.stdout) == (0, url)
    asked = _wangge(data_dir, "psql", "-Atc", "SELECT count(*) FROM pg_extension WHERE "
                    "extname IN ('postgis', 'btree_gist')")  # fmt: skip
    assert asked.stdout == "2\n"
    assert "running" in _wangge(data_dir, "status").stdout
    assert _wangge(data_dir, "stop").returncode == 0
    reset = _wangge(data_dir, "reset", "--yes")
    assert reset.returncode == 0
    assert f"MB in {data_dir}: no rows yet" in reset.stderr
    assert not (data_dir / "data").exists()


def test_reset_deletes_nothing_when_the_answer_is_no(data_dir: Path) -> None:
    _wangge(data_dir, "start")
    asked = _wangge(data_dir, "reset")  # standard input is empty: nobody says yes
    assert asked.returncode == 1
    assert (data_dir / "data").exists()
    assert _wangge(data_dir, "reset", "--yes").returncode == 0


@pytest.mark.parametrize("verb", ["stop", "reset", "psql"])
def test_verbs_of_the_private_database_leave_another_one_alone(data_dir: Path, verb: str) -> None:
    refused = _wangge(data_dir, verb, WANGGE_DATABASE_URL="postgresql://u@127.0.0.1:1/x")
    assert refused.returncode == 1
    assert "WANGGE_DATABASE_URL is set" in refused.stderr
    assert "Traceback" not in refused.stderr
