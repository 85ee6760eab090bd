"""Breeding file number n: the same number always gives the same file."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

from tests.fuzz.crafted import CRAFTED
from tests.fuzz.mutations import damaged
from tests.fuzz.seeds import SHAPEFILE_PARTS, SUFFIXES

_ANY_SUFFIX = (*SUFFIXES, ".shp", ".xls", ".kml", ".txt")


def breed(number: int, seeds: dict[str, bytes], folder: Path) -> Path:
    """Write damaged file `number` into `folder` (empty) and return the path to read."""
    rng = random.Random(number)  # noqa: S311
    kind = rng.randrange(10)
    if kind < 3:
        suffix, data = rng.choice(CRAFTED)(rng)
    elif kind < 4:
        return _damaged_shapefile(seeds, rng, folder)
    elif kind < 5:
        suffix, data = rng.choice((".zip", ".xlsx")), b""
        data = _damaged_inside(seeds[suffix], rng)
    else:
        suffix = rng.choice(SUFFIXES)
        data = damaged(seeds[suffix], rng)
    if rng.random() < 0.05:
        suffix = rng.choice(_ANY_SUFFIX)
    path = folder / f"f{number}{suffix}"
    path.write_bytes(data)
    return path


def _damaged_shapefile(seeds: dict[str, bytes], rng: random.Random, folder: Path) -> Path:
    spoiled = rng.sample(SHAPEFILE_PARTS, rng.choice((1, 1, 2)))
    for part in SHAPEFILE_PARTS:
        if part in spoiled and rng.random() < 0.1:
            continue
        data = damaged(seeds[part], rng) if part in spoiled else seeds[part]
        (folder / f"s{part}").write_bytes(data)
    return folder / "s.shp" if rng.random() < 0.7 else folder


def _damaged_inside(archive: bytes, rng: random.Random) -> bytes:
    """Damage one entry and pack again, so that the damage gets past the checksum."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        names = old.namelist()
        victim = rng.choice(names)
        for name in names:
            data = old.read(name)
            new.writestr(name, damaged(data, rng) if name == victim and data else data)
    return buffer.getvalue()
