"""Answers that are single HTML files: nothing may be fetched, scripts are those of the file."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import HTMLResponse, Response

from maps.assets import script_hash

ONE_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "One HTML file that asks the network for nothing."}
}


def file_answer(page: str) -> Response:
    """Answer with a single file, under a policy that allows what is in it and nothing else."""
    return HTMLResponse(page, headers={"Content-Security-Policy": _policy(page)})


def _policy(page: str) -> str:
    """Scripts are those of the file, by their hashes; nothing may be fetched."""
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = " ".join(f"'{script_hash(s)}'" for s in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
