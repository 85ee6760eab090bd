"""Tiles kept in memory, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import date

from api.encodings import Encoding
from api.services.changes import News
from api.services.tile_places import TilePlaces
from gis.store.sight import Scope
from maps.tiles import TileRequest

Header = tuple[bytes, bytes]
Spelling = tuple[str, bytes, Scope | None]

# What an entry weighs besides its encodings, as tracemalloc tells: key, places in the indexes.
_ENTRY_BYTES = 1_700
# What an encoding weighs besides its body: tag and headers.
_ENCODED_BYTES = 900
_SPELLING_BYTES = 400
_SPELLINGS = 8


@dataclass(frozen=True, slots=True)
class EncodedTile:
    """One representation of a tile: its body, its tag, and the headers of 200 and 304."""

    body: bytes
    etag: bytes
    headers: tuple[Header, ...]
    still_good: tuple[Header, ...]


@dataclass(slots=True, eq=False)
class Tile:
    """
    A drawn tile in the encodings that were asked for.

    Attributes
    ----------
    public
        Whether anybody may see it; False for the tile of a draft.
    """

    request: TileRequest
    public: bool
    encoded: dict[Encoding, EncodedTile]
    spellings: deque[Spelling] = field(default_factory=deque)
    used: bool = False

    @property
    def weight(self) -> int:
        """Bytes of memory, about."""
        encoded = sum(_ENCODED_BYTES + len(one.body) for one in self.encoded.values())
        return encoded + _ENTRY_BYTES + _SPELLING_BYTES * len(self.spellings)


class TileCache:
    """
    The tiles last used, up to so many bytes; lives in the event loop.

    A tile is found by its request, and once it was served also by the very address it was asked
    for, which costs no parsing. Addresses that mean "today" are good for that day.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._tiles: OrderedDict[TileRequest, Tile] = OrderedDict()
        self._spelled: dict[Spelling, tuple[Tile, date | None]] = {}
        self._places = TilePlaces()

    def __len__(self) -> int:
        return len(self._tiles)

    def by_request(self, request: TileRequest) -> Tile | None:
        """Find a tile by what it shows."""
        tile = self._tiles.get(request)
        if tile is not None:
            tile.used = True
        return tile

    def by_address(self, spelling: Spelling, today: date) -> Tile | None:
        """Find a tile by path and query as they came in, and by whose eyes see it."""
        tile, day = self._spelled.get(spelling, (None, None))
        if tile is None or (day is not None and day != today):
            return None
        tile.used = True
        return tile

    def keep(self, tile: Tile) -> None:
        """Keep a tile, in the place of an older one; what was not used lately goes."""
        self._drop(tile.request)
        self._tiles[tile.request] = tile
        self._places.add(tile.request)
        self.bytes += tile.weight
        self._shrink()

    def add_encoding(self, tile: Tile, encoding: Encoding, encoded: EncodedTile) -> None:
        """Add a representation to a tile, kept or not."""
        if encoding in tile.encoded:
            return
        self._weigh(tile, _ENCODED_BYTES + len(encoded.body))
        tile.encoded[encoding] = encoded
        self._shrink()

    def spell(self, tile: Tile, spelling: Spelling, day: date | None) -> None:
        """
        Remember an address of a kept tile; `day` is the one that "today" meant in it.

        Only of what everybody in its scope may see.

        Long ones are not kept: they would not weigh what is counted for them.
        """
        if self._tiles.get(tile.request) is not tile or not _is_for_all(tile):
            return
        if len(spelling[0]) + len(spelling[1]) > _SPELLING_BYTES:
            return
        known = self._spelled.get(spelling)
        if known is None or known[0] is not tile:
            tile.spellings.append(spelling)
            self._weigh(tile, _SPELLING_BYTES)
        self._spelled[spelling] = (tile, day)
        if len(tile.spellings) > _SPELLINGS:
            self._unspell(tile, tile.spellings.popleft())
            self._weigh(tile, -_SPELLING_BYTES)
        self._shrink()

    def forget(self, news: News) -> None:
        """Drop the tiles that the news touch."""
        for request in self._places.touched(news):
            self._drop(request)

    def _weigh(self, tile: Tile, more: int) -> None:
        if self._tiles.get(tile.request) is tile:
            self.bytes += more

    def _shrink(self) -> None:
        while self.bytes > self.most_bytes and self._tiles:
            request, tile = next(iter(self._tiles.items()))
            if tile.used and tile.weight <= self.most_bytes:
                # A second chance: used since it last came to the front.
                tile.used = False
                self._tiles.move_to_end(request)
            else:
                self._drop(request)

    def _drop(self, request: TileRequest) -> None:
        tile = self._tiles.pop(request, None)
        if tile is None:
            return
        self.bytes -= tile.weight
        self._places.discard(request)
        for spelling in tile.spellings:
            self._unspell(tile, spelling)

    def _unspell(self, tile: Tile, spelling: Spelling) -> None:
        known = self._spelled.get(spelling)
        if known is not None and known[0] is tile:
            del self._spelled[spelling]


def _is_for_all(tile: Tile) -> bool:
    return tile.public and "sites" not in tile.request.layers
