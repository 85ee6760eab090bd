"""The table of the real extracts."""

from __future__ import annotations

from pathlib import Path

from bench.real import EXTRACTS, TABLE, markdown, measured
from tests.gis.io.osm_document import OsmDocument, ring


def test_an_extract_is_measured_through_every_stage(tmp_path: Path) -> None:
    town = OsmDocument()
    town.way(ring(116.33, 40), building="apartments", building__levels="6")
    row = measured(town.save(tmp_path))
    assert row["extract"] == "town.osm"
    assert (row["buildings"], row["households (estimated)"]) == ("1", "95")
    assert int(row["peak MB"]) > 10


def test_a_stage_that_some_extracts_lack_leaves_an_empty_figure() -> None:
    table = markdown([{"extract": "a", "grids": "7"}, {"extract": "b"}])
    assert table.splitlines()[-2:] == ["| a | 7 |", "| b |  |"]


def test_every_extract_stands_in_the_recorded_table() -> None:
    recorded = TABLE.read_text(encoding="utf-8")
    assert all(f"| {name} |" in recorded for name in EXTRACTS)
