"""Writing CSV and XLSX so that a spreadsheet shows every text and runs none."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from pandas.api.types import is_string_dtype

from gis.errors import InputError

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 5_000
_XLSX_CELL = 32_767
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"


def harmless(text: str) -> str:
    """
    Put an apostrophe before a text that a spreadsheet would take for a formula.

    >>> harmless("=1+1"), harmless("3幢"), harmless("'=a")
    ("'=1+1", '3幢', "''=a")
    """
    return f"'{text}" if text.lstrip("'").startswith(_STARTS) else text


def as_written(text: str) -> str:
    """
    Undo `harmless`.

    >>> as_written("'=1+1"), as_written("'quoted'")
    ('=1+1', "'quoted'")
    """
    rest = text.lstrip("'")
    return text[1:] if rest != text and rest.startswith(_STARTS) else text


def write_csv(table: pd.DataFrame, path: Path, *, encoding: str = "UTF-8") -> None:
    """
    Write comma-separated text; UTF-8 gets the mark that makes Excel read it as UTF-8.

    Raises
    ------
    InputError
        A character does not exist in `encoding`, or there is no such encoding.
    """
    try:
        name = codecs.lookup(encoding).name
        _neutral(table).to_csv(path, index=False, encoding="utf-8-sig" if name == "utf-8" else name)
    except (UnicodeEncodeError, LookupError) as error:
        raise InputError(
            f"{path.name}: cannot be written in {encoding} ({error}); use UTF-8 or GB18030.",
            f"{path.name}：无法用 {encoding} 编码写出，请用 UTF-8 或 GB18030。",
        ) from error


def write_xlsx(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """
    Write one sheet per table: bold heading, frozen, no cell ever a formula.

    Raises
    ------
    InputError
        A text is longer than the 32,767 characters a cell holds.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = openpyxl.Workbook(write_only=True)
    for title, table in sheets.items():
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        heading = []
        for name in table.columns:
            cell = WriteOnlyCell(page, value=str(name))
            cell.font = Font(bold=True)
            heading.append(cell)
        page.append(heading)
        for start in range(0, len(table), _AT_ONCE):
            # Rows as Python's own objects weigh many times what the table does.
            part = _neutral(table.iloc[start : start + _AT_ONCE], path.name)
            for row in part.astype(object).where(part.notna(), None).itertuples(index=False):
                page.append(row)
    book.save(path)


def _neutral(table: pd.DataFrame, xlsx: str | None = None) -> pd.DataFrame:
    """Texts made harmless; XLSX also has no control characters and a longest cell."""
    made = {}
    for name in table.columns:
        column = table[name]
        if not is_string_dtype(column):
            continue
        plain = column.astype("str")
        if xlsx is not None:
            _refuse_long(xlsx, str(name), plain)
            plain = plain.str.replace(_CONTROL, "", regex=True)
        made[str(name)] = plain.map(harmless, na_action="ignore")
    return table.assign(**made)


def _refuse_long(file: str, column: str, texts: pd.Series) -> None:
    longest = texts.str.len().max()
    if longest > _XLSX_CELL:
        raise InputError(
            f"{file}: a text in column {column} has {int(longest)} characters, a cell of XLSX"
            " holds 32,767; use CSV or GeoPackage.",
            f"{file}：列 {column} 有 {int(longest)} 个字符，XLSX 单元格最多 32,767 个，"
            "请用 CSV 或 GeoPackage。",
        )
