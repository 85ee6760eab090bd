"""`wangge db` as a person uses it: a private database in a folder of its own."""

from __future__ import annotations

import io
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from gis.store.cluster_home import server_user


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Folder that the cluster's user can reach, which pytest's own folder need not be."""
    with tempfile.TemporaryDirectory(prefix="wangge-db-") as name:
        if os.geteuid() == 0:
            os.chown(name, pwd.getpwnam(server_user()).pw_uid, -1)
        yield Path(name)


@dataclass(frozen=True)
class Done:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


Wangge = Callable[..., Done]


@pytest.fixture
def wangge(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Wangge:
    """Say ``wangge db ...`` in this process; standard input is empty: nobody says yes."""
    for name in [name for name in os.environ if name.startswith("WANGGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_DATA_DIR", str(data_dir))
    monkeypatch.setenv("WANGGE_LANG", "en")
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: str) -> Done:
        with pytest.raises(SystemExit) as over:
            main(["db", *arguments])
        said = capsys.readouterr()
        code = over.value.code
        assert isinstance(code, int)
        return Done(code, said.out, said.err)

    return run


def _process(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Say it in a process of its own, whose end the database has to outlive."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "db", *arguments],
        capture_output=True,
        text=True,
        env=keep | {"WANGGE_DATA_DIR": str(data_dir), "WANGGE_LANG": "en"},
        check=False,
        timeout=60,
    )


def test_a_private_database_from_nothing_to_nothing(data_dir: Path, wangge: Wangge) -> None:
    assert wangge("status").returncode == 1
    url = wangge("url").stdout
    assert not (data_dir / "data").exists(), "asking for the address starts nothing"
    started = _process(data_dir, "start")
    assert (started.returncode, started.stdout) == (0, url)
    asked = _process(data_dir, "psql", "-Atc", "SELECT count(*) FROM pg_extension WHERE "
                    "extname IN ('postgis', 'btree_gist')")  # fmt: skip
    assert asked.stdout == "2\n"
    assert "running" in wangge("status").stdout
    assert wangge("stop").returncode == 0
    reset = wangge("reset", "--yes")
    assert reset.returncode == 0
    assert f"MB in {data_dir}: no rows yet" in reset.stderr
    assert not (data_dir / "data").exists()


def test_reset_deletes_nothing_when_the_answer_is_no(data_dir: Path, wangge: Wangge) -> None:
    wangge("start")
    asked = wangge("reset")
    assert asked.returncode == 1
    assert (data_dir / "data").exists()
    assert wangge("reset", "--yes").returncode == 0


@pytest.mark.parametrize("verb", ["stop", "reset", "psql"])
def test_verbs_of_the_private_database_leave_another_one_alone(
    wangge: Wangge, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql://u@127.0.0.1:1/x")
    refused = wangge(verb)
    assert refused.returncode == 1
    assert "WANGGE_DATABASE_URL is set" in refused.stderr
