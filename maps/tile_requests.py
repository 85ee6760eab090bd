"""What may be asked for as a tile: checked against the layer contract, in one spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from gis.errors import InputError, NotFound
from gis.store.sight import Scope
from gis.store.tile_rows import Walk
from maps.layers import TILE_LAYERS, Filter, MapLayer, map_layers


@dataclass(frozen=True, slots=True)
class TileRequest:
    """
    One tile asked for, checked and in one spelling: equal requests draw equal bytes.

    Attributes
    ----------
    layers
        Names in the order of the contract; layers without this zoom are not among them.
    z, x, y
        Zoom, column from the west, row from the north, in the Web Mercator square.
    at
        Day that is shown; None where nothing asked for depends on it.
    plan_id
        Draft or plan whose grids or cells are drawn.
    tier
        Which published grids.
    walk
        Which walk; None without a layer of that scope.
    community
        Code of the area that narrows the layers, None for all.
    kind
        Kind that narrows the layers that know it, None for all.
    scope
        Whose eyes see it; None: those that see everything.
    """

    layers: tuple[str, ...]
    z: int
    x: int
    y: int
    at: date | None
    plan_id: int | None = None
    tier: Literal["base", "micro"] = "base"
    walk: Walk | None = None
    community: str | None = None
    kind: str | None = None
    scope: Scope | None = None

    def seen_in(self, scope: Scope | None, at: date) -> TileRequest:
        """Return the same tile as it is seen in a scope; what lies there depends on the day."""
        return self if scope is None else replace(self, scope=scope, at=at)

    @property
    def placed(self) -> bool:
        """Whether the area tree tells what is drawn."""
        return self.community is not None or self.scope is not None

    @property
    def tables(self) -> frozenset[str]:
        """The tables whose rows draw this tile; of their changes only it needs to know."""
        drawn = {table for name in self.layers for table in TILE_LAYERS[name].depends_on}
        return frozenset(drawn | {"area"} if self.placed else drawn)


def tile_request(
    layers: str,
    z: int | str,
    x: int | str,
    y: int | str,
    *,
    at: date,
    plan_id: int | None = None,
    tier: Literal["base", "micro"] = "base",
    walk: Walk | None = None,
    community: str | None = None,
    kind: str | None = None,
) -> TileRequest:
    """
    Check a request for a tile against the layer contract.

    Parameters
    ----------
    layers
        Names joined with commas.
    z, x, y
        As they stand in the address.
    walk
        Walk to draw where a layer is one of a walk; not looked at otherwise.
    kind
        Narrows the layers that have such a kind; the others stay whole.

    Raises
    ------
    NotFound
        No such layer, no tile there, or something asked for that no layer knows: a plan, a
        kind, an area; or a plan or walk is needed and none is named.
    InputError
        `community` is no code of an area.
    """
    known = map_layers(layers)
    zoom, column, row = _address(known, layers, (z, x, y))
    drawn = tuple(layer for layer in known if layer.zooms[0] <= zoom <= layer.zooms[1])
    plan_id = _plan(known, plan_id)
    _check_kind(known, kind, walk)
    _check_community(community)
    walked = any(layer.scope == "walk" for layer in drawn)
    dated = any(_dated(layer, plan_id) for layer in drawn) or community is not None
    return TileRequest(
        tuple(layer.name for layer in drawn),
        zoom,
        column,
        row,
        at if dated else None,
        plan_id,
        tier
        if plan_id is None and any(layer.scope == "day_or_plan" for layer in drawn)
        else "base",
        walk if walked else None,
        community,
        kind,
    )


# Twenty digits are more than any zoom needs; more would be read for nothing.
_WHOLE = re.compile("[0-9]{1,20}")


def _address(
    layers: tuple[MapLayer, ...], names: str, address: tuple[int | str, ...]
) -> tuple[int, int, int]:
    lowest = min(layer.zooms[0] for layer in layers)
    highest = max(layer.zooms[1] for layer in layers)
    if all(_WHOLE.fullmatch(str(number)) for number in address):
        z, x, y = (int(number) for number in address)
        there = any(layer.zooms[0] <= z <= layer.zooms[1] for layer in layers)
        if there and x < 2**z and y < 2**z:
            return z, x, y
    asked = "/".join(str(number)[:24] for number in address)
    raise NotFound(
        f"There is no tile {asked} of {names}; it has zooms {lowest} to {highest}.",
        f"图层 {names} 没有瓦片 {asked}；其级别为 {lowest} 至 {highest}。",
    )


def _dated(layer: MapLayer, plan_id: int | None) -> bool:
    return layer.dated and not (layer.scope == "day_or_plan" and plan_id is not None)


def _plan(layers: tuple[MapLayer, ...], plan_id: int | None) -> int | None:
    names = ",".join(layer.name for layer in layers)
    if plan_id is None and any(layer.scope == "plan" for layer in layers):
        raise NotFound(
            f"The layer {names} is one of a plan: add plan=ID.",
            f"图层 {names} 属于方案：请加 plan=编号。",
        )
    if plan_id is not None and not any("plan" in layer.scope for layer in layers):
        raise NotFound(
            f"The layer {names} does not depend on a plan: leave plan out.",
            f"图层 {names} 与方案无关：请去掉 plan 参数。",
        )
    return plan_id


def _check_kind(layers: tuple[MapLayer, ...], kind: str | None, walk: Walk | None) -> None:
    names = ",".join(layer.name for layer in layers)
    walked = any(layer.scope == "walk" for layer in layers)
    if walked and walk is None:
        raise NotFound(
            f"The layer {names} shows the walk to a facility kind: add kind=medical, say.",
            f"图层 {names} 显示到某类设施的步行情况：请加 kind=类别，如 kind=medical。",
        )
    narrowed = _filtered(layers, "kind")
    if kind is None or walked or any(kind in layer.kinds for layer in narrowed):
        return
    if not narrowed:
        raise NotFound(
            f"The layer {names} does not depend on a kind: leave kind out.",
            f"图层 {names} 与类别无关：请去掉 kind 参数。",
        )
    kinds = ", ".join(dict.fromkeys(one for layer in narrowed for one in layer.kinds))
    raise NotFound(
        f"The layer {names} has no kind {kind}; there are {kinds}.",
        f"图层 {names} 没有类别 {kind}；可用的有 {kinds}。",
    )


def _filtered(layers: tuple[MapLayer, ...], by: Filter) -> tuple[MapLayer, ...]:
    return tuple(layer for layer in layers if by in layer.filters)


_AREA_CODE = re.compile("[0-9]{12}")


def _check_community(community: str | None) -> None:
    if community is None:
        return
    if not _AREA_CODE.fullmatch(community):
        raise InputError(
            f"community={community[:24]} is no code of an area: it has 12 digits.",
            f"community={community[:24]} 不是区划代码：区划代码为 12 位数字。",
        )
