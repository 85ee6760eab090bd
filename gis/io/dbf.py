"""The attribute table of a Shapefile: is it whole, and in which encoding is its text."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis.io.table import unreadable

_LANGUAGE_BYTES = {0x4D: "gb18030", 0x4F: "big5", 0x7A: "gb18030", 0x79: "big5", 0x78: "big5"}
_CODE_PAGES = {
    "936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "950": "big5",
    "big5": "big5",
    "65001": "utf-8",
    "utf8": "utf-8",
}
_CANDIDATES = ("utf-8", "gb18030", "big5")
_SAMPLE_CELLS = 20_000
_HEADER = 32


@dataclass(frozen=True, slots=True)
class DbfHeader:
    """Rows, sizes in bytes, language byte and the text columns as (offset in row, width)."""

    rows: int
    header_bytes: int
    row_bytes: int
    language: int
    text_columns: tuple[tuple[int, int], ...]
    headings: tuple[bytes, ...]


def dbf_header(path: Path, file: str) -> DbfHeader:
    """
    Read and check the header of a dbf.

    Raises
    ------
    UnreadableFile
        Cut off, or the header contradicts itself or the file's length.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEADER)
        header_bytes = int.from_bytes(head[8:10], "little")
        fields = stream.read(max(header_bytes - _HEADER, 0))
    rows = int.from_bytes(head[4:8], "little")
    row_bytes = int.from_bytes(head[10:12], "little")
    needed = header_bytes + rows * row_bytes
    if len(head) < _HEADER or not row_bytes or path.stat().st_size < needed - 1:
        raise unreadable(
            file,
            f"the attribute table (.dbf) is cut off: {rows} rows need {needed} bytes.",
            f"属性表（.dbf）不完整：{rows} 行需要 {needed} 字节。",
        )
    columns, headings, offset = [], [], 1
    for start in range(0, len(fields) - 31, 32):
        field = fields[start : start + 32]
        if field[0] == 0x0D:
            break
        width = field[16]
        headings.append(field[:11].split(b"\x00")[0])
        if field[11:12] == b"C":
            width += field[17] * 256
            columns.append((offset, width))
        offset += width
    if offset > row_bytes:
        raise unreadable(
            file, "the attribute table (.dbf) contradicts itself.", "属性表（.dbf）自相矛盾。"
        )
    return DbfHeader(rows, header_bytes, row_bytes, head[29], tuple(columns), tuple(headings))


def encoding_of(dbf: Path, file: str, override: str | None = None) -> tuple[str, str]:
    """
    Tell the encoding of a dbf's text, and how it was told.

    In this order, each only if the text really decodes with it: the ``.cpg`` beside it, the
    language byte of the header, then UTF-8, GB18030 and Big5 by trial. GBK and GB2312 are
    read as GB18030, which contains both.

    Returns
    -------
    encoding, source
        A Python codec name and one of ``option``, ``cpg``, ``header``, ``content``, ``ascii``.

    Raises
    ------
    UnreadableFile
        The override is unknown, or nothing decodes the text.
    """
    if override is not None:
        return _codec(override, file), "option"
    header = dbf_header(dbf, file)
    cells = _text_cells(dbf, header)
    declared = (
        (_from_cpg(dbf), "cpg"),
        (_LANGUAGE_BYTES.get(header.language), "header"),
    )
    if not cells:
        return next((e for e, _ in declared if e), "utf-8"), "ascii"
    for encoding, source in declared:
        if encoding and _share_decoded(cells, encoding) == 1:
            return encoding, source
    shares = {encoding: _share_decoded(cells, encoding) for encoding in _CANDIDATES}
    best = max(_CANDIDATES, key=lambda e: (shares[e], _commonness(cells, e)))
    if shares[best] < 0.5:
        raise unreadable(
            file,
            "the text is neither UTF-8, GB18030 nor Big5; say --encoding.",
            "文字既不是 UTF-8、GB18030 也不是 Big5，请用 --encoding 指明。",
        )
    return best, "content"


def _codec(name: str, file: str) -> str:
    plain = name.strip().lower().replace("-", "").replace("_", "").removeprefix("cp")
    try:
        return codecs.lookup(_CODE_PAGES.get(plain, name)).name
    except (LookupError, ValueError) as error:
        raise unreadable(
            file, f"no such encoding: {name!r}.", f"没有名为 {name!r} 的编码。"
        ) from error


def _from_cpg(dbf: Path) -> str | None:
    for suffix in (".cpg", ".CPG", ".cst"):
        beside = dbf.with_suffix(suffix)
        if not beside.is_file():
            continue
        said = beside.read_bytes()[:40].decode("ascii", "ignore").strip().lower()
        plain = said.replace("-", "").replace("_", "").replace("ansi ", "").removeprefix("cp")
        if plain in _CODE_PAGES:
            return _CODE_PAGES[plain]
        try:
            return codecs.lookup(said).name
        except (LookupError, ValueError):
            return None
    return None


def _text_cells(dbf: Path, header: DbfHeader) -> list[bytes]:
    """Distinct text cells (and headings) that are not plain ASCII, the first 20,000 at most."""
    data = np.fromfile(dbf, dtype=np.uint8, offset=header.header_bytes)
    rows = min(header.rows, len(data) // header.row_bytes)
    table = data[: rows * header.row_bytes].reshape(rows, header.row_bytes)
    cells = {h for h in header.headings if not h.isascii()}
    for offset, width in header.text_columns:
        if width == 0:
            continue
        column = table[:, offset : offset + width]
        foreign = column[(column > 127).any(axis=1)][:_SAMPLE_CELLS]
        cells.update(bytes(cell).rstrip(b" \x00") for cell in foreign)
    return sorted(cells)[:_SAMPLE_CELLS]


def decoded(cell: bytes, encoding: str) -> str:
    """
    Decode one cell, forgiving a last character cut by the column's width.

    Raises
    ------
    UnicodeDecodeError
        Something before the last three bytes does not decode.
    """
    try:
        return cell.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(cell) - 3:
            raise
        return cell[: error.start].decode(encoding)


def _share_decoded(cells: list[bytes], encoding: str) -> float:
    good = 0
    for cell in cells:
        try:
            decoded(cell, encoding)
        except UnicodeDecodeError:
            continue
        good += 1
    return good / len(cells)


def _commonness(cells: list[bytes], encoding: str) -> float:
    """Share of common characters; the wrong one of GBK and Big5 yields rare ones."""
    text = b"".join(cells[:2000]).decode(encoding, "ignore")
    target = "big5" if encoding == "big5" else "gb2312"
    foreign = [c for c in text if ord(c) > 127]
    if not foreign:
        return 0.0
    return sum(_first_level(c, target) for c in foreign) / len(foreign)


def _first_level(character: str, charset: str) -> bool:
    """True for the frequent characters: GB2312 rows 16-55, Big5 A440-C67E."""
    try:
        code = character.encode(charset)
    except UnicodeEncodeError:
        return False
    low, high = (0xA4, 0xC6) if charset == "big5" else (0xB0, 0xD7)
    return len(code) == 2 and low <= code[0] <= high
