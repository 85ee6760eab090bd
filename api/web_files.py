"""The files of pages as they are sent: packed once, and kept."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path
from typing import ClassVar, Self

from starlette.concurrency import run_in_threadpool

from gis.errors import Unavailable
from maps.assets import assets

# Bytes below which a file is sent as it is.
_WORTH_PACKING = 1000


class WebFiles:
    """
    Files out of memory, for a page asks for eighty: some hundred in all, 1 MB when packed.

    A thread packs them when a service starts, the largest first, so that the first visitor waits
    for none; one that is asked for earlier is packed then. Addresses change with their files, so
    all services of a process share what was packed. Who takes nothing packed waits for unpacking.
    """

    _sent: ClassVar[dict[Path, bytes]] = {}

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pack_all, name="pages", daemon=True)

    def __enter__(self) -> Self:
        """Begin to pack."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End when the file at hand is packed."""
        self._over.set()
        self._thread.join()

    async def body(self, path: Path, *, packed: bool) -> tuple[bytes, bool]:
        """Return what to send for a file, and whether it is packed; small ones never are."""
        sent = self._sent.get(path)
        if sent is None:
            sent = await run_in_threadpool(self._pack, path)
        is_packed = sent.startswith(_GZIP)
        if is_packed and not packed:
            return await run_in_threadpool(gzip.decompress, sent), False
        return sent, is_packed

    def _pack_all(self) -> None:
        try:
            files = assets().files.values()
        except Unavailable:
            # Without the front-end packages there are no pages, but tiles and API serve.
            return
        for path in sorted(set(files) - self._sent.keys(), key=lambda file: -file.stat().st_size):
            if self._over.is_set():
                return
            self._pack(path)

    def _pack(self, path: Path) -> bytes:
        plain = path.read_bytes()
        sent = plain if len(plain) < _WORTH_PACKING else gzip.compress(plain, mtime=0)
        return self._sent.setdefault(path, sent)


# No file of a page begins so by itself.
_GZIP = b"\x1f\x8b"
