"""Where Chromium is, installed or unpacked, and how the tests start it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
"""Flags that give WebGL without a graphics card and keep the browser off the network."""

UNPACKED = Path("chromium")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{root}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{root}/fontcache</cachedir>
  <include ignore_missing="yes">{root}/etc/fonts/conf.d</include>
</fontconfig>
"""

_START = """#!/bin/sh
export LD_LIBRARY_PATH='{libraries}' FONTCONFIG_FILE='{root}/fonts.conf'
exec '{root}/usr/lib/chromium/chromium' "$@"
"""


def find_chromium(tools_dir: Path, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Find the program: the one that WANGGE_CHROMIUM names, an installed or the unpacked one."""
    named = environ.get("WANGGE_CHROMIUM", "")
    if named:
        return Path(named) if Path(named).exists() else None
    for name in _NAMES:
        found = shutil.which(name, path=environ.get("PATH"))
        if found and not _is_snap(Path(found)):
            return Path(found)
    unpacked = tools_dir / UNPACKED / "start"
    return unpacked if unpacked.exists() else None


def has_chinese_font(tools_dir: Path) -> bool:
    """Tell whether some font can show Chinese."""
    if any((tools_dir / UNPACKED).glob("usr/share/fonts/**/*CJK*")):
        return True
    if any(Path("/usr/share/fonts").glob("**/*CJK*")):
        return True
    asked = shutil.which("fc-list")
    if asked is None:
        return False
    listed = subprocess.run([asked, ":lang=zh-cn"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def write_starter(root: Path, libraries: list[Path]) -> None:
    """Write the script that starts an unpacked Chromium with its own libraries and fonts."""
    (root / "fonts.conf").write_text(_FONTS.format(root=root))
    start = root / "start"
    start.write_text(_START.format(root=root, libraries=":".join(map(str, libraries))))
    start.chmod(0o755)


def _is_snap(program: Path) -> bool:
    """Ubuntu's chromium-browser is a script that asks for a snap."""
    if str(program.resolve()).startswith("/snap/") or program.resolve().name == "snap":
        return True
    with program.open("rb") as file:
        return b"/snap/" in file.read(4096)


def awaited(page: Page, promise: str, *, seconds: float = 30) -> None:
    """
    Wait until a promise, made anew ten times a second, is fulfilled with something true.

    Playwright's own `wait_for_function` takes the promise itself for true and waits for nothing.
    """
    page.evaluate(
        f"""async () => {{
          for (const end = performance.now() + {seconds * 1000}; !(await ({promise})); )
            if (performance.now() < end) await new Promise(next => setTimeout(next, 100));
            else throw new Error({json.dumps(f"not within {seconds} s: {promise}")});
        }}"""
    )
