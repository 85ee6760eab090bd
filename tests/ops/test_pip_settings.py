"""The user's pip settings reach uv."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ops.pip_settings import PipSettings, pip_settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Home folder with a pip.conf."""
    (tmp_path / ".config/pip").mkdir(parents=True)
    (tmp_path / ".config/pip/pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example/simple/\n"
        "extra_index_url =\n  https://one.example/simple\n  https://two.example/simple\n"
        "[install]\ntrusted-host = mirror.example\nfind-links = /nowhere\n"
    )
    return tmp_path


def test_the_file_is_read_as_pip_reads_it(home: Path) -> None:
    found = pip_settings({"HOME": str(home)})
    assert found.index_url == "https://mirror.example/simple"
    assert found.extra_index_urls == ("https://one.example/simple", "https://two.example/simple")
    assert found.trusted_hosts == ("mirror.example",)


def test_variables_win_over_files(home: Path) -> None:
    found = pip_settings({"HOME": str(home), "PIP_INDEX_URL": "https://other.example/simple"})
    assert found.index_url == "https://other.example/simple"


def test_a_named_file_wins_over_the_usual_ones_and_devnull_hides_all(home: Path) -> None:
    named = home / "named.conf"
    named.write_text("[global]\nindex-url = https://named.example/simple\n")
    found = pip_settings({"HOME": str(home), "PIP_CONFIG_FILE": str(named)})
    assert found.index_url == "https://named.example/simple"
    assert pip_settings({"HOME": str(home), "PIP_CONFIG_FILE": os.devnull}).index_url == ""


def test_a_damaged_file_is_passed_over(home: Path) -> None:
    (home / ".config/pip/pip.conf").write_text("index-url = no section\n")
    assert PIP_DEFAULT.index_url == pip_settings({"HOME": str(home)}).index_url


PIP_DEFAULT = PipSettings()


def test_uv_is_told_where_pip_looks_and_what_the_user_told_uv_stands(home: Path) -> None:
    found = pip_settings({"HOME": str(home)})
    told = found.uv_environment({})
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert told["UV_INSECURE_HOST"] == "mirror.example"
    assert "UV_FIND_LINKS" not in told, "a folder that is not there is no source"
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        assert "UV_DEFAULT_INDEX" not in found.uv_environment({name: "https://mine.example"})


def test_an_index_may_be_forbidden() -> None:
    found = pip_settings({"HOME": "/nonexistent", "PIP_NO_INDEX": "1"})
    assert found.indexes == ()
