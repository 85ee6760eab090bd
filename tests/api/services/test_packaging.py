"""Stored plans leave as grid packages that the verifier accepts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyogrio
import pytest

from api.services.packaging import package_plan
from api.services.plans import adopt_grids, divide_community
from api.services.publishing import publish_plan
from api.services.redraw import split_plan
from gis.errors import Conflict, NotFound
from gis.partition.rules import load_rules
from gis.store import plans as store
from gis.store.sight import EVERYWHERE, PUBLISHED
from gis.verify import verify_package
from tests.api.services.conftest import Town, half_grids

RULES = load_rules("gaoxian-2020")
DAY = date(2026, 3, 2)


def packaged(town: Town, plan_id: int, folder: Path) -> Path:
    """Write the package of a plan."""
    path = folder / f"{plan_id}.gpkg"
    with town.engine.connect() as connection:
        package_plan(connection, EVERYWHERE, plan_id, path)
    return path


def broken(path: Path) -> list[str]:
    """Promises that a package does not keep."""
    return [finding.en for finding in verify_package(path) if not finding.holds]


def test_a_division_keeps_its_certificate_and_is_verified(town: Town, tmp_path: Path) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="t")
    path = packaged(town, plan_id, tmp_path)
    assert broken(path) == []
    with town.engine.connect() as connection:
        said = store.read_plan(connection, plan_id).certificate
    assert said is not None
    text = pyogrio.read_dataframe(path, layer="certificate")["document"].iloc[0]
    assert f'"lower_bound": {said["lower_bound"]}' in text


def test_a_redrawn_plan_is_certified_anew_and_verified(town: Town, tmp_path: Path) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="t")
    split_plan(town.engine, plan_id, 0, 2, made_by="t")
    path = packaged(town, plan_id, tmp_path)
    assert broken(path) == []
    grids = pyogrio.read_dataframe(path, layer="grids")
    with town.engine.connect() as connection:
        stored = store.read_grids(connection, plan_id)
    assert grids["households"].sum() == stored["households"].sum()
    assert set(grids["name"]) == set(stored["name"])


def test_a_published_plan_carries_codes_and_lineage(town: Town, tmp_path: Path) -> None:
    first = divide_community(town.engine, town.community, RULES, made_by="t")
    publish_plan(
        town.engine, first, valid_from=date(2026, 1, 1), published_by="t", today=date(2026, 1, 1)
    )
    second = divide_community(town.engine, town.community, RULES, made_by="t", seed=7)
    parts = split_plan(town.engine, second, 0, 2, made_by="t")
    assert parts.moves
    publish_plan(town.engine, second, valid_from=DAY, published_by="t", today=date(2026, 2, 1))
    path = packaged(town, second, tmp_path)
    assert broken(path) == []
    grids = pyogrio.read_dataframe(path, layer="grids")
    assert grids["code"].str.fullmatch(rf"{town.community}\d{{3}}").all()
    lineage = pyogrio.read_dataframe(path, layer="lineage")
    assert lineage["households"].sum() == grids["households"].sum()


def test_what_an_adopted_plan_breaks_is_found_by_the_verifier(town: Town, tmp_path: Path) -> None:
    plan_id, _ = adopt_grids(town.engine, town.community, half_grids(), RULES, made_by="t")
    assert any("within the cap" in promise for promise in broken(packaged(town, plan_id, tmp_path)))


def test_an_unfinished_plan_and_a_hidden_draft_are_not_packaged(town: Town, tmp_path: Path) -> None:
    plan_id = divide_community(town.engine, town.community, RULES, made_by="t")
    with town.engine.begin() as connection:
        labels = store.read_labels(connection, plan_id)
        store.apply_moves(connection, plan_id, [store.Move(0, int(labels[0]), None)])
    with pytest.raises(Conflict, match=r"1 units .* in no grid"):
        packaged(town, plan_id, tmp_path)
    with town.engine.connect() as connection, pytest.raises(NotFound):
        package_plan(connection, PUBLISHED, plan_id, tmp_path / "hidden.gpkg")
    assert list(tmp_path.iterdir()) == []
