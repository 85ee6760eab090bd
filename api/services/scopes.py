"""Whether one scope lies within another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from api.principal import Principal
from gis.errors import InputError
from gis.store.accounts import areas_above, communities_of_grids, known_areas
from gis.store.asker import past_row_security
from gis.store.staff import standing_places


@dataclass(frozen=True, slots=True)
class AreaTree:
    """What lies above some areas and grids: enough to tell whether a scope holds them."""

    above: dict[str, frozenset[str]]
    communities: dict[str, str]

    @classmethod
    def of(cls, connection: sa.Connection, areas: Iterable[str], grids: Iterable[str]) -> AreaTree:
        """Read it for these codes, in two queries."""
        communities = communities_of_grids(connection, sorted(set(grids)))
        codes = sorted({*areas, *communities.values()})
        return cls(areas_above(connection, codes), communities)

    def holds_area(self, who: Principal, code: str) -> bool:
        """Tell whether an area lies in a scope."""
        if who.areas is None:
            return True
        return not self.above.get(code, frozenset((code,))).isdisjoint(who.areas)

    def holds_grid(self, who: Principal, code: str) -> bool:
        """Tell whether a grid lies in a scope."""
        if who.everywhere or code in who.grids:
            return True
        community = self.communities.get(code)
        return community is not None and self.holds_area(who, community)

    def holds(self, who: Principal, areas: Collection[str] | None, grids: Collection[str]) -> bool:
        """Tell whether a whole scope (None: everywhere) lies in another; an empty one in none."""
        if areas is None or who.everywhere:
            return who.everywhere
        if not areas and not grids:
            return False
        return all(self.holds_area(who, code) for code in areas) and all(
            self.holds_grid(who, code) for code in grids
        )


def narrowed(
    connection: sa.Connection, who: Principal, areas: Collection[str], grids: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Return areas and grids that lie both in a scope and in a narrower one that was asked for.

    Also where the scope has shrunk since: an area asked for that is wider than it gives it.
    """
    own = who.areas or ()
    tree = AreaTree.of(connection, [*areas, *own], [*grids, *who.grids])
    asked = Principal(None, "", who.role, tuple(areas), tuple(grids))
    both = {code for code in areas if tree.holds_area(who, code)}
    both |= {code for code in own if tree.holds_area(asked, code)}
    single = {code for code in grids if tree.holds_grid(who, code)}
    single |= {code for code in who.grids if tree.holds_grid(asked, code)}
    return tuple(sorted(both)), tuple(sorted(single))


def require_within(
    connection: sa.Connection, who: Principal, areas: Collection[str] | None, grids: Collection[str]
) -> None:
    """
    Raise InputError unless a scope lies within that of who asks, and all of it exists.

    What exists outside reads as what does not exist.
    """
    tree = AreaTree.of(connection, areas or (), grids)
    strange = [code for code in areas or () if not tree.holds_area(who, code)]
    strange += [code for code in grids if not tree.holds_grid(who, code)]
    strange += _unknown(connection, areas or (), grids, tree)
    if strange:
        raise InputError(
            f"In your own scope there is no {strange[0]}: give codes of areas (12 digits) or "
            "grids (15 digits) that lie in it.",
            f"您的管辖范围内没有 {strange[0]}："
            "请给出范围内的区划代码（12 位）或网格代码（15 位）。",
        )
    if not tree.holds(who, areas, grids):
        raise InputError(
            "The scope is empty or wider than your own: name areas or grids that lie in yours.",
            "范围为空或超出您自己的范围：请指定您范围内的区划或网格。",
        )


def looks_after(engine: sa.Engine, who: Principal, worker: str, day: date) -> bool:
    """
    Tell whether all posts of a worker that have not ended lie within a scope, one begun at least.

    Row security hides from `who` the posts beyond, so they are looked up past it.
    """
    if who.everywhere:
        return True
    with past_row_security(engine).connect() as connection:
        places = standing_places(connection, worker, day)
        areas = {area for area, _, _ in places}
        tree = AreaTree.of(connection, areas, [grid for _, grid, _ in places if grid])
    return any(begun for _, _, begun in places) and all(
        tree.holds_area(who, area) or (grid is not None and tree.holds_grid(who, grid))
        for area, grid, _ in places
    )


def _unknown(
    connection: sa.Connection, areas: Collection[str], grids: Collection[str], tree: AreaTree
) -> list[str]:
    known = known_areas(connection, areas)
    return [c for c in areas if c not in known] + [c for c in grids if c not in tree.communities]
