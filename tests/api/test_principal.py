"""The table of rights: what holds between roles."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from api.principal import NOBODY, OPERATOR, RIGHTS, Principal, Right, Role


def test_every_role_has_its_row_and_sees_the_map() -> None:
    assert set(RIGHTS) == set(get_args(Role))
    assert all("map" in rights for rights in RIGHTS.values())


@pytest.mark.parametrize("right", get_args(Right))
def test_the_operator_may_all_and_nobody_nothing(right: Right) -> None:
    assert OPERATOR.may(right)
    assert not NOBODY.may(right)


def test_nobody_both_draws_and_approves_but_the_administrator() -> None:
    both = {role for role, rights in RIGHTS.items() if {"draw", "approve"} <= rights}
    assert both == {"admin"}


def test_a_scope_without_areas_is_not_everywhere() -> None:
    worker = Principal(7, "王", "worker", areas=(), grids=("510000000001001",))
    assert not worker.everywhere
    assert OPERATOR.everywhere


def test_the_documented_table_is_the_one_in_force() -> None:
    page = (Path(__file__).parents[2] / "docs/rights.md").read_text(encoding="utf-8")
    rows = [row.strip("|").split("|") for row in page.splitlines() if row.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows]
    head = next(row for row in cells if row[0] == "role")
    told = {
        row[0]: {right for right, cell in zip(head, row, strict=True) if cell == "yes"}
        for row in cells
        if row[0] in RIGHTS
    }
    assert head[1:] == list(get_args(Right))
    assert told == {role: set(rights) for role, rights in RIGHTS.items()}
