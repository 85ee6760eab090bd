"""A thousand damaged files: each loads or is refused by name, in bounded time and memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gis.errors import InputError
from gis.io.read import read_layer
from tests.fuzz.breed import breed
from tests.fuzz.campaign import GOOD, Outcome, run
from tests.fuzz.seeds import write_seeds

FILES = 1_000
SLOWEST_S = 15.0


def test_a_thousand_damaged_files_load_or_are_refused_by_name() -> None:
    outcomes = list(run(iter(range(FILES))))
    assert [o for o in outcomes if o.verdict not in GOOD] == []
    assert len(outcomes) == FILES
    _damage_is_neither_harmless_nor_total(outcomes)
    _every_format_was_bred(outcomes)
    slowest = max(outcomes, key=lambda o: o.seconds)
    assert slowest.seconds < SLOWEST_S, slowest


def _damage_is_neither_harmless_nor_total(outcomes: list[Outcome]) -> None:
    tally = Counter(o.verdict for o in outcomes)
    assert min(tally[verdict] for verdict in GOOD) > FILES / 10


def _every_format_was_bred(outcomes: list[Outcome]) -> None:
    bred = {Path(o.file).suffix for o in outcomes}
    assert {".geojson", ".gpkg", ".shp", ".zip", ".fgb", ".parquet", ".csv", ".xlsx"} <= bred


@pytest.mark.parametrize("number", [6228, 6407])
def test_what_once_escaped_is_refused_by_name(tmp_path: Path, number: int) -> None:
    (tmp_path / "seeds").mkdir()
    seeds = write_seeds(tmp_path / "seeds")
    folder = tmp_path / "damaged"
    folder.mkdir()
    path = breed(number, seeds, folder)
    with pytest.raises(InputError, match=path.name.replace(".", r"\.")):
        read_layer(path, "buildings")


def test_the_same_number_breeds_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    seeds = write_seeds(tmp_path / "seeds")
    bred = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        breed(15, seeds, folder)
        bred.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert bred[0] == bred[1]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".zip", ".fgb", ".csv", ".xlsx"])
def test_the_stock_is_sound_before_it_is_damaged(tmp_path: Path, suffix: str) -> None:
    write_seeds(tmp_path)
    read = read_layer(tmp_path / f"seed{suffix}", "buildings")
    assert len(read.frame) == 40
    assert read.waiting.empty
