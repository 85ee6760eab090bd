"""A server in a process of its own, for clients that hold this one still while they read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def served(database_url: str, **changes: str) -> Iterator[str]:
    """Serve a database with other settings; gives the address without a slash at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
        env=os.environ
        | {"WANGGE_DATABASE_URL": database_url, "WANGGE_LANG": "en"}
        | {f"WANGGE_{name.upper()}": value for name, value in changes.items()},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            line = re.fullmatch(r"Wangge is ready: (http://\S+)/\n", process.stdout.readline())
            assert line
            yield line[1]
        finally:
            process.terminate()
