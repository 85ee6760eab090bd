"""Run a module in node, with the packages of the pages at hand."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from maps.assets import WEB
from ops.web_packages import node_program

_HERE = Path(__file__).parent
_TOOLS = _HERE.parents[1] / ".wangge"


def run_node(module: str, given: Path) -> Any:
    """
    Return what a module of this folder prints as JSON, given a file.

    The module is read from standard input, so that it finds packages where node runs.
    """
    program = (_HERE / module).read_text(encoding="utf-8")
    done = subprocess.run(
        [node_program(_TOOLS), "--input-type=module", "-", str(given)],
        input=program,
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
