"""The command line as a shell sees it, without the seconds that a process of its own takes."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

from api.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def wangge(*arguments: str) -> Done:
    """Say ``wangge ...``; settings are those of this process's environment."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as over:
        main(arguments)
    code = over.value.code
    assert isinstance(code, int)
    return Done(code, out.getvalue(), err.getvalue())
