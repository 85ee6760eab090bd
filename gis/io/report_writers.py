"""The report of an import for people and machines: text, JSON and XLSX from the same rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import TypedDict

import pandas as pd

from gis.errors import Language
from gis.io.report import Fault
from gis.io.spreadsheet import write_xlsx

_HEADINGS: dict[Language, tuple[str, ...]] = {
    "en": ("file", "row", "field", "severity", "fault and remedy", "value", "code"),
    "zh": ("文件", "行", "字段", "程度", "问题与处理", "原值", "代码"),
}
_SEVERITIES: dict[Language, dict[str, str]] = {
    "en": {"error": "error", "note": "note"},
    "zh": {"error": "错误", "note": "提示"},
}
_WHOLE: dict[Language, str] = {"en": "file", "zh": "整个文件"}


class FaultDocument(TypedDict):
    """One fault in the JSON report; ``row`` 0 speaks of the whole file."""

    file: str
    row: int
    field: str
    code: str
    severity: str
    en: str
    zh: str
    value: str


class ReportDocument(TypedDict):
    """The JSON report: totals, how often each code occurs, and every fault by row."""

    errors: int
    notes: int
    rows_at_fault: int
    codes: dict[str, int]
    faults: list[FaultDocument]


def report_document(faults: Sequence[Fault]) -> ReportDocument:
    """
    Build the JSON report of an import.

    >>> report_document([])["errors"]
    0
    """
    errors = [f for f in faults if f.severity == "error"]
    return {
        "errors": len(errors),
        "notes": len(faults) - len(errors),
        "rows_at_fault": len({(f.file, f.row) for f in errors if f.row}),
        "codes": dict(sorted(Counter(f.code for f in faults).items())),
        "faults": [
            {
                "file": f.file,
                "row": f.row,
                "field": f.field,
                "code": f.code,
                "severity": f.severity,
                "en": f.en,
                "zh": f.zh,
                "value": f.value,
            }
            for f in faults
        ],
    }


def report_text(
    faults: Sequence[Fault], language: Language = "en", *, limit: int = 50, width: int = 120
) -> str:
    """
    Lay the report out as a table for a terminal, errors before notes.

    At most `limit` rows are shown; a last line says how many more there are.
    """
    from rich.console import Console
    from rich.table import Table

    ordered = sorted(faults, key=lambda f: (f.severity != "error", f.row))
    table = Table(show_edge=False)
    for heading in _HEADINGS[language][:5]:
        table.add_column(heading, overflow="fold")
    for fault in ordered[:limit]:
        table.add_row(*(_plain(c) for c in _cells(fault, language)[:5]))
    out = StringIO()
    Console(file=out, width=width, color_system=None, markup=False).print(table)
    rest = len(ordered) - limit
    if rest > 0:
        out.write(f"… {rest} more\n" if language == "en" else f"…… 另有 {rest} 条\n")
    return out.getvalue()


def _plain(text: str) -> str:
    """Control characters of a damaged file must not reach the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _cells(fault: Fault, language: Language) -> tuple[str, ...]:
    return (
        fault.file,
        str(fault.row) if fault.row else _WHOLE[language],
        fault.field,
        _SEVERITIES[language][fault.severity],
        fault.zh if language == "zh" else fault.en,
        fault.value,
        fault.code,
    )


def write_report(faults: Sequence[Fault], path: str | Path, *, language: Language = "en") -> Path:
    """
    Write the report; ``.json`` and ``.xlsx`` by extension, text otherwise.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() == ".json":
        text = json.dumps(report_document(faults), ensure_ascii=False, indent=1)
        target.write_text(text + "\n", encoding="utf-8")
    elif target.suffix.lower() == ".xlsx":
        rows = [_cells(fault, language) for fault in faults]
        headings = list(_HEADINGS[language])
        table = pd.DataFrame(rows, columns=headings, dtype="str")
        write_xlsx({"导入报告" if language == "zh" else "import report": table}, target)
    else:
        text = report_text(faults, language, limit=len(faults) or 1)
        target.write_text(text, encoding="utf-8")
    return target
