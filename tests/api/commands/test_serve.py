"""`wangge serve` as an operator runs it: a real process, told to stop by signals."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest


def _environment(url: str, **settings: str) -> dict[str, str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    told = {"WANGGE_DATABASE_URL": url, "WANGGE_LANG": "en", "WANGGE_READERS": "anyone"}
    return keep | told | settings


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "api.cli", "serve", *arguments]


def _refused(url: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        _command(*arguments),
        env=_environment(url, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done


@contextmanager
def _serving(url: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        _command("--port", "0"),
        env=_environment(url, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            line = re.fullmatch(r"Wangge is ready: (http://\S+/)\n", process.stdout.readline())
            assert line
            yield process, line[1]
        finally:
            process.kill()


def test_it_says_so_when_it_answers_and_not_before_and_where_under_a_sub_path(
    database_url: str,
) -> None:
    with _serving(database_url, WANGGE_BASE_PATH="/wangge") as (_, address):
        assert address.endswith("/wangge/")
        assert httpx2.get(f"{address}readyz").status_code == 200


@pytest.mark.parametrize(
    "signs",
    [[signal.SIGINT, signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP]],
    ids=["Ctrl-C twice", "terminated", "hung up"],
)
def test_a_signal_ends_it_in_peace(database_url: str, signs: list[signal.Signals]) -> None:
    with _serving(database_url) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        for sign in signs:
            process.send_signal(sign)
        _has_ended_in_peace(process)


def test_open_event_streams_do_not_hold_up_its_end_by_ctrl_c(database_url: str) -> None:
    with _serving(database_url) as (process, address):
        host, port = address.split("/")[2].split(":")
        with socket.create_connection((host, int(port))) as stream:
            stream.sendall(b"GET /api/v1/changes HTTP/1.1\r\nHost: x\r\n\r\n")
            assert stream.recv(100).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGINT)
            logged = _has_ended_in_peace(process)
        assert "graceful shutdown exceeded" not in logged


def _has_ended_in_peace(process: subprocess.Popen[str]) -> str:
    """See the end of a service that was told to stop; what it logged."""
    said, logged = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said == ""
    assert "Traceback" not in logged
    return logged


def test_a_taken_port_is_named(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _refused(database_url, "--port", str(port))
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_database_without_our_tables_is_refused_at_once(bare_database: str) -> None:
    done = _refused(bare_database, "--port", "0")
    assert done.returncode == 1
    assert "run `wangge migrate`" in done.stderr


def test_a_service_open_to_writers_listens_on_this_machine_only(database_url: str) -> None:
    done = _refused(database_url, "--host", "0.0.0.0", WANGGE_OPEN="1")  # noqa: S104
    assert done.returncode == 2
    assert "WANGGE_OPEN" in done.stderr
