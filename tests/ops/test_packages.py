"""What the set-up would do on a machine, given what it found there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ops.debian import wanted_packages
from ops.packages import Decision, Facts, advice, decide, newest_with_postgis, package_names

FRESH = Facts(
    postgis=False,
    server_major=None,
    chromium=False,
    chinese_font=False,
    apt=True,
    distribution="debian",
    may_install=True,
    external_database=False,
)
READY = replace(FRESH, postgis=True, server_major=15, chromium=True, chinese_font=True)


@pytest.mark.parametrize("tests", [True, False])
def test_nothing_is_installed_where_nothing_is_missing(tests: bool) -> None:
    assert decide(READY, tests=tests) == Decision("nothing")


def test_chromium_and_a_font_are_for_the_tests_only() -> None:
    assert decide(FRESH, tests=False) == Decision("install", postgis=True)
    assert decide(FRESH, tests=True) == Decision("install", postgis=True, chromium=True, font=True)


def test_without_root_packages_are_unpacked() -> None:
    assert decide(replace(FRESH, may_install=False), tests=False) == Decision("unpack", True)


def test_a_database_of_ones_own_makes_postgis_needless_but_not_for_the_tests() -> None:
    facts = replace(FRESH, external_database=True)
    assert decide(facts, tests=False) == Decision("nothing")
    assert decide(facts, tests=True).postgis


def test_a_system_without_apt_is_told_its_own_command() -> None:
    facts = replace(FRESH, apt=False, distribution="fedora")
    decision = decide(facts, tests=False)
    assert decision.road == "tell"
    told = advice(decision, "fedora")
    assert "sudo dnf install postgresql-server postgis" in told
    assert "WANGGE_DATABASE_URL" in told
    assert "chromium" not in told


def test_a_system_nobody_knows_is_told_of_the_other_way() -> None:
    told = advice(decide(replace(FRESH, apt=False), tests=False), "plan9")
    assert "WANGGE_DATABASE_URL" in told
    assert "Run:" not in told


def test_ubuntus_chromium_is_a_snap_and_left_to_the_user() -> None:
    ubuntu = replace(FRESH, distribution="ubuntu")
    assert decide(ubuntu, tests=False).road == "install"
    decision = decide(ubuntu, tests=True)
    assert decision.road == "tell"
    told = advice(decision, "ubuntu")
    assert "postgresql-16-postgis-3 fonts-noto-cjk" in told
    assert "WANGGE_CHROMIUM" in told


def test_packages_follow_the_server_that_is_there() -> None:
    decision = Decision("install", postgis=True, font=True)
    names = ["postgresql-15", "postgresql-15-postgis-3", "fonts-noto-cjk"]
    assert package_names(decision, 15) == names


def test_the_newest_server_with_postgis_is_taken() -> None:
    names = ["postgresql-9.6", "postgresql-15-postgis-3", "postgresql-16-postgis-3"]
    assert newest_with_postgis([*names, "postgresql-17", "postgresql-15-postgis-3-scripts"]) == 16
    assert newest_with_postgis(["postgresql-15"]) is None


def test_only_new_packages_are_unpacked_and_none_for_installation_scripts() -> None:
    plan = (
        "Inst libpq5 (15.18 Debian:12 [amd64])\n"
        "Inst postgresql-common (248 Debian:12 [all])\n"
        "Inst libgdal32 [3.6.0] (3.6.2 Debian:12 [amd64])\n"
        "Conf libpq5 (15.18 Debian:12 [amd64])\n"
    )
    assert wanted_packages(plan) == ["libpq5", "libgdal32"]
