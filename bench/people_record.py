"""The record of what people do, ``people.md``: run a bench on a server, put its section there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from ops.throwaway import throwaway_cluster

RECORD = Path(__file__).with_name("people.md")
_HEAD = "# People, measured\n"


def run(heading: str, measured: Callable[[str], str]) -> None:
    """
    Measure on ``WANGGE_TEST_DATABASE_URL``, else on a throw-away cluster; print what came of it.

    With ``--write`` the section takes the place of the one of this heading in the record.
    """
    server = os.environ.get("WANGGE_TEST_DATABASE_URL")
    with nullcontext(server) if server else throwaway_cluster() as address:
        section = f"{heading}\n\n{measured(address)}"
    print(section)
    if "--write" in sys.argv:
        record(section)


def record(section: str) -> None:
    """Put a section in the place of the one of its heading, or at the end of the record."""
    text = RECORD.read_text(encoding="utf-8") if RECORD.exists() else _HEAD
    heading = section.partition("\n")[0]
    RECORD.write_text(with_section(text, heading, section), encoding="utf-8")


def with_section(text: str, heading: str, section: str) -> str:
    """Return a record with a section in the place of the one of its heading, or at the end."""
    parts = re.split(r"(?m)^(?=## )", text)
    places = [at for at, part in enumerate(parts) if part.startswith(f"{heading}\n")]
    at = places[0] if places else len(parts)
    parts[at : at + 1] = [section]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Return what was measured beside what must be reached, as a Markdown table."""
    lines = [f"| {what} | {took} | {reach} |" for what, took, reach in rows]
    return "\n".join(["| what | measured | reach |", "|---|---|---|", *lines])
