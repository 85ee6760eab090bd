"""The table of rights: what holds between roles."""

from __future__ import annotations

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
