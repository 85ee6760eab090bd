"""The set-up as a whole, as far as it goes without a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from ops.chromium import FLAGS, find_chromium
from ops.debian import link_extensions
from ops.stamp import fingerprint, is_current, leave
from ops.throwaway import sweep

PROJECT = Path(__file__).resolve().parents[2]


def test_the_set_up_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.path.insert(0, '.');"
        "import ops.bootstrap, ops.system_packages, ops.python_packages, ops.web_packages"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=PROJECT, check=True)


def test_a_stamp_holds_while_the_inputs_are_what_they_were(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock", tmp_path / "stamp"
    lock.write_text("a==1\n")
    assert not is_current(stamp, fingerprint([lock], "3.11"))
    leave(stamp, fingerprint([lock], "3.11"))
    assert is_current(stamp, fingerprint([lock], "3.11"))
    assert not is_current(stamp, fingerprint([lock], "3.12"))
    lock.write_text("a==2\n")
    assert not is_current(stamp, fingerprint([lock], "3.11"))


def test_unpacked_postgis_gets_the_links_an_installation_would_have_made(tmp_path: Path) -> None:
    folder = tmp_path / "usr/share/postgresql/15/extension"
    folder.mkdir(parents=True)
    (folder / "postgis-3.control").write_text("comment = 'PostGIS'\n")
    link_extensions(tmp_path)
    link_extensions(tmp_path)
    assert (folder / "postgis.control").read_text() == "comment = 'PostGIS'\n"


def test_ubuntus_placeholder_for_a_snap_is_no_browser(tmp_path: Path) -> None:
    placeholder = tmp_path / "chromium-browser"
    placeholder.write_text("#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then exit 1; fi\n")
    placeholder.chmod(0o755)
    assert find_chromium(tmp_path, {"PATH": str(tmp_path)}) is None
    real = tmp_path / "google-chrome"
    real.write_bytes(b"\x7fELF")
    real.chmod(0o755)
    assert find_chromium(tmp_path, {"PATH": str(tmp_path)}) == real
    assert find_chromium(tmp_path, {"WANGGE_CHROMIUM": str(placeholder)}) == placeholder
    assert "--disable-background-networking" in FLAGS


def test_what_a_killed_test_run_left_behind_is_swept() -> None:
    code = (
        "import sys, ops.throwaway as t\n"
        "with t.throwaway_cluster() as url:\n"
        "    print(url, flush=True); sys.stdin.read()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stdout is not None
        query = sa.make_url(run.stdout.readline().strip()).query
        home = Path(str(query["host"])).parent
        assert home not in sweep(), "a cluster whose maker lives is left alone"
        assert home.exists()
        run.kill()
        run.wait()
        sweep()
        assert not home.exists()
