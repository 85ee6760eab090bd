"""Packages that keep every promise."""

from __future__ import annotations

from pathlib import Path

from gis.verify import verify_package
from tests.gis.verify.lattice import district


def broken(path: Path) -> list[str]:
    return [finding.promise for finding in verify_package(path) if not finding.holds]


def test_a_package_written_by_hand_from_the_specification_holds(tmp_path: Path) -> None:
    assert broken(district().write(tmp_path / "plan.gpkg")) == []
