"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys


def test_help_lists_the_verbs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "--help"], capture_output=True, text=True, check=True
    )
    assert "divide" in done.stdout
