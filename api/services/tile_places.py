"""Where tiles lie, so that a change finds those it touches without asking all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from api.services.changes import News
from gis.store.changes import Change
from maps.layers import TILE_LAYERS
from maps.tile_requests import TileRequest
from maps.touched import draws, tile_ranges

_Place = tuple[int, int]


class TilePlaces:
    """Requests for tiles by zoom, column and row."""

    def __init__(self) -> None:
        self._zooms: dict[int, dict[_Place, set[TileRequest]]] = {}

    def add(self, request: TileRequest) -> None:
        """Put a request where its tile is."""
        zoom = self._zooms.setdefault(request.z, {})
        zoom.setdefault((request.x, request.y), set()).add(request)

    def discard(self, request: TileRequest) -> None:
        """Take a request away, where it is there."""
        zoom, place = self._zooms.get(request.z, {}), (request.x, request.y)
        there = zoom.get(place, set())
        there.discard(request)
        if not there:
            zoom.pop(place, None)

    def touched(self, news: News) -> set[TileRequest]:
        """Return the requests whose tiles may be other ones after the news."""
        if news.anew:
            return set(self._all())
        return {
            request
            for change in news.changes
            for request in self._near(change)
            if _concerns(change, request)
        }

    def _all(self) -> Iterator[TileRequest]:
        for zoom in self._zooms.values():
            for there in zoom.values():
                yield from there

    def _near(self, change: Change) -> Iterator[TileRequest]:
        # What is seen is told by the area tree and by grids, so that may change anywhere.
        if change.boxes is None or change.source in _ANYWHERE:
            yield from self._all()
            return
        for z, places in self._zooms.items():
            for west, north, east, south in tile_ranges(change.boxes, z).tolist():
                for place in _within(places, west, north, east, south):
                    yield from places[place]


def _within(
    places: dict[_Place, set[TileRequest]], west: int, north: int, east: int, south: int
) -> Iterable[_Place]:
    tiles = (east - west + 1) * (south - north + 1)
    if tiles < len(places):
        every = product(range(west, east + 1), range(north, south + 1))
        return [place for place in every if place in places]
    return [(x, y) for x, y in places if west <= x <= east and north <= y <= south]


def _concerns(change: Change, request: TileRequest) -> bool:
    narrowed = request.placed and change.source == "area"
    if change.source in _OF_GRIDS and request.scope is not None and request.scope.grids:
        # A grid brings its community into sight, once it is there.
        return True
    if change.source in _ANYWHERE and not narrowed and not _meets(change, request):
        return False
    if not narrowed and not _drawn(request.layers, request.z, change.source, change.through):
        return False
    if change.plan_id is None or change.plan_id == request.plan_id:
        return True
    return request.plan_id is None and change.public


_OF_GRIDS = frozenset(("grid", "grid_period", "publication"))
_ANYWHERE = _OF_GRIDS | {"area"}


def _meets(change: Change, request: TileRequest) -> bool:
    if change.boxes is None:
        return True
    ranges = tile_ranges(change.boxes, request.z)
    across = (ranges[:, 0] <= request.x) & (request.x <= ranges[:, 2])
    return bool((across & (ranges[:, 1] <= request.y) & (request.y <= ranges[:, 3])).any())


@lru_cache(maxsize=4096)
def _drawn(layers: tuple[str, ...], z: int, source: str, through: str | None) -> bool:
    return any(draws(TILE_LAYERS[name], z, source, through) for name in layers)
