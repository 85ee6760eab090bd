"""Which tiles a map asks for: layers, and the filters that are handed on to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlencode

from gis.store.tile_rows import Walk
from maps.layers import MapLayer
from maps.tiles import tile_request

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class MapFilters:
    """
    What a map is narrowed to; None: not asked for, so that the tiles' own default holds.

    A map without `at` shows each day's state on that day. `kind` is a kind of the layers that
    know it, and for layers of a walk the facility kind; `minutes` and `speed` in metres a second
    say which walk. `key` is an embed key.
    """

    at: date | None = None
    plan: int | None = None
    tier: Literal["base", "micro"] | None = None
    kind: str | None = None
    minutes: float | None = None
    speed: float | None = None
    profile: str | None = None
    facility: str | None = None
    community: str | None = None
    key: str | None = None

    def query(self, layers: tuple[MapLayer, ...]) -> str:
        """
        Return the query for the tiles of some layers, with what they understand; "" for none.

        >>> from maps.layers import map_layers
        >>> asked = MapFilters(plan=3, kind="medical", community="510000000001")
        >>> asked.query(map_layers("grids")), asked.query(map_layers("streets"))
        ('plan=3&kind=medical&community=510000000001', 'community=510000000001')
        """
        known = {name for layer in layers for name in _understood(layer)}
        given = {name: getattr(self, name) for name in self.__slots__}
        told = {n: _spelt(v) for n, v in given.items() if v is not None and n in known}
        return urlencode(told)

    def check(self, layers: tuple[MapLayer, ...], today: date) -> None:
        """
        Check the filters as the tiles will.

        Raises
        ------
        NotFound
            A plan or walk is missing, or a plan or kind is asked for that no layer has.
        InputError
            `community` is no code of an area.
        """
        tile_request(
            ",".join(layer.name for layer in layers),
            min(layer.zooms[0] for layer in layers),
            0,
            0,
            at=self.at or today,
            plan_id=self.plan,
            walk=self._walk(),
            community=self.community,
            kind=self.kind,
        )

    def _walk(self) -> Walk | None:
        return None if self.kind is None else Walk(self.kind)


def tiles_address(service: str, layers: tuple[MapLayer, ...], filters: MapFilters) -> str:
    """
    Return the absolute address of tiles that carry the layers.

    >>> from maps.layers import map_layers
    >>> tiles_address("https://a.example/w", map_layers("grids"), MapFilters(plan=3))
    'https://a.example/w/tiles/grids/{z}/{x}/{y}.mvt?plan=3'
    """
    names = ",".join(layer.name for layer in layers)
    query = filters.query(layers)
    return f"{service}/tiles/{names}/{{z}}/{{x}}/{{y}}.mvt{'?' if query else ''}{query}"


def _understood(layer: MapLayer) -> set[str]:
    known = {"key", *layer.filters}
    if layer.dated:
        known.add("at")
    if "plan" in layer.scope:
        known.add("plan")
    if layer.scope == "day_or_plan":
        known.add("tier")
    if layer.scope == "walk":
        known |= {"kind", "minutes", "speed", "profile", "facility"}
    return known


def _spelt(value: object) -> str:
    # 15.0 and 15 are one address, so that caches keep one tile.
    return f"{value:g}" if isinstance(value, float) else str(value)
