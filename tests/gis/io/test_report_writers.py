"""The report names file, row, field, fault and remedy in every form."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from gis.io.read import read_layer
from gis.io.report import Fault
from gis.io.report_writers import report_document, report_text, write_report
from tests.gis.io.test_read import houses


@pytest.fixture
def faults(tmp_path: Path) -> tuple[Fault, ...]:
    houses(3).assign(户数=["30", "-4", "约20户"], 备注="x").to_file(tmp_path / "h.geojson")
    return read_layer(tmp_path / "h.geojson", "buildings").faults


def test_the_document_counts_errors_notes_and_rows(faults: tuple[Fault, ...]) -> None:
    document = report_document(faults)
    assert (document["errors"], document["notes"], document["rows_at_fault"]) == (1, 2, 1)
    assert document["codes"] == {
        "column-unmapped": 1,
        "count-estimated": 1,
        "count-negative": 1,
    }
    assert {"file", "row", "field", "en", "zh", "value"} <= set(document["faults"][0])


def test_the_text_puts_errors_first_and_speaks_both_languages(faults: tuple[Fault, ...]) -> None:
    zh = report_text(faults, "zh").splitlines()
    assert "户数" in zh[2]
    assert "请改正" in zh[2]
    assert "negative" in report_text(faults, "en")
    assert "2 more" in report_text(faults, "en", limit=1)


def test_no_control_character_reaches_the_terminal() -> None:
    evil = Fault("f", 1, "name", "x", "error", "\x1b[31mred", "\x1b]0;t\x07", "")
    assert "\x1b" not in report_text([evil], "en") + report_text([evil], "zh")


def test_the_workbook_has_one_row_per_fault_and_no_formula(
    tmp_path: Path, faults: tuple[Fault, ...]
) -> None:
    evil = Fault("f", 1, "=1+1", "x", "error", "=2", "=3", "=4")
    path = write_report([*faults, evil], tmp_path / "r.xlsx", language="zh")
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows())
    assert len(rows) == len(faults) + 2
    assert not any(c.data_type == "f" for row in rows for c in row)


def test_the_json_file_is_the_document(tmp_path: Path, faults: tuple[Fault, ...]) -> None:
    path = write_report(faults, tmp_path / "r.json")
    assert json.loads(path.read_text(encoding="utf-8")) == report_document(faults)
