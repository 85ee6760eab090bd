"""`wangge demo` from an empty database to a page that answers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import get_args

import httpx2

from api.principal import Role


def test_the_demo_serves_published_grids_and_stops_on_ctrl_c(bare_database: str) -> None:
    keep = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    settings = {"WANGGE_DATABASE_URL": bare_database, "WANGGE_PORT": "0", "WANGGE_LANG": "en"}
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "demo"],
        env=keep | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            told = []
            for line in process.stdout:
                told.append(line)
                if line.startswith("Wangge is ready"):
                    break
            ready = re.fullmatch(r"Wangge is ready: (http://127\.0\.0\.1:\d+/)\n", told[-1])
            assert ready, told
            assert any(line.startswith("start page") for line in told)
            assert httpx2.get(f"{ready[1]}readyz").status_code == 200
            assert httpx2.get(f"{ready[1]}api/v1/grids").json()["items"]
            # Nobody has to sign in, and every role can be tried.
            tried = [line.split() for line in told if line.strip().startswith("demo-")]
            assert [name for name, *_ in tried] == [f"demo-{role}" for role in get_args(Role)]
            name, password = next(one for one in tried if one[0] == "demo-worker")[:2]
            login = {"name": name, "password": password}
            answer = httpx2.post(f"{ready[1]}api/v1/session", json=login).json()
            assert (answer["role"], answer["everywhere"]) == ("worker", False)
            assert answer["worker_code"]
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()
