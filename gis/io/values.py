"""From cells as written to canonical values: keys, texts, choices, flags, dates, counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis.contracts import Field, Layer
from gis.io.columns import ColumnMapping, folded
from gis.io.findings import Findings
from gis.io.numbers import CountState, read_counts

_YES = ("是", "有", "true", "yes", "y", "t", "1", "1.0", "对", "真", "√", "✓", "已")
_NO = ("否", "无", "没有", "false", "no", "n", "f", "0", "0.0", "假", "×", "✗", "未", "非")
_UNKNOWN = ("不详", "未知", "unknown", "-", "/")
_MAX_TEXT = 2_000
_TOLD_COUNTS: tuple[CountState, ...] = (
    "not-number",
    "negative",
    "fractional",
    "too-large",
    "reread",
    "estimated",
)

Objects = npt.NDArray[np.object_]


def canonical_columns(
    raw: pd.DataFrame,
    used: Mapping[str, str],
    layer: Layer,
    mapping: ColumnMapping,
    findings: Findings,
) -> pd.DataFrame:
    """
    Type every column of a layer, noting what was wrong or read differently.

    Parameters
    ----------
    raw
        Cells as read, index 0..n-1.
    used
        Canonical column to heading (`gis.io.columns.map_headings`).

    Returns
    -------
    columns
        All canonical columns of the layer in the contract's order, index as `raw`. Keys,
        references, texts and choices are text (missing: NaN), required counts int64, others
        Int64, measures float64, flags bool (``boolean`` without a default), dates datetime64.
    """
    columns: dict[str, pd.Series] = {}
    for field in layer.fields:
        cells = raw[used[field.name]] if field.name in used else None
        if cells is None:
            columns[field.name] = _absent(field, raw.index)
        else:
            columns[field.name] = _READERS[field.kind](cells, field, mapping, findings)
    frame = pd.DataFrame(columns, index=raw.index)
    _note_estimates(raw, used, layer, frame)
    _imply(used, mapping, frame)
    return frame


def texts(cells: pd.Series) -> pd.Series:
    """Cells as trimmed text; 12.0 becomes 12, blank becomes missing."""
    if pd.api.types.infer_dtype(cells, skipna=True) == "string":
        plain = cells.astype("str").str.replace("\x00", "", regex=False).str.strip()
        plain = plain.str.slice(0, _MAX_TEXT)
        return plain.mask(plain == "").astype("str")
    codes, distinct = pd.factorize(cells.astype(object), use_na_sentinel=True)
    table = np.array([*(_text(value) for value in distinct), None], dtype=object)
    return pd.Series(table[codes], index=cells.index, dtype="str")


def _text(value: object) -> str | None:
    if isinstance(value, float | np.floating) and math.isfinite(value) and value == int(value):
        value = int(value)
    plain = str(value).replace("\x00", "").strip()
    return plain[:_MAX_TEXT] or None


def _absent(field: Field, index: pd.Index) -> pd.Series:
    if field.kind in ("count",):
        return pd.Series(pd.NA, index=index, dtype="Int64")
    if field.kind == "measure":
        return pd.Series(_filling(field), index=index, dtype="float64")
    if field.kind == "date":
        return pd.Series(pd.NaT, index=index, dtype="datetime64[s]")
    if field.kind == "flag":
        if field.default is None:
            return pd.Series(pd.NA, index=index, dtype="boolean")
        return pd.Series(bool(field.default), index=index, dtype="bool")
    return pd.Series(field.default, index=index, dtype="str")


def _read_text(
    cells: pd.Series, field: Field, mapping: ColumnMapping, findings: Findings
) -> pd.Series:
    # Known words are brought to one spelling; any other text stays as it is.
    read = texts(cells).replace(dict(mapping.values.get(field.name, {})))
    if field.default is not None:
        read = read.fillna(str(field.default))
    if field.required and field.kind != "key":
        findings.rows("value-missing", read.isna().to_numpy(), field=field.name, details=field.zh)
    return read


def _by_distinct(
    cells: pd.Series, read: Callable[[str], object]
) -> tuple[Objects, Objects, npt.NDArray[np.bool_]]:
    """Read distinct texts once: (value per row or None, text per row, missing per row)."""
    spelled = texts(cells)
    codes, distinct = pd.factorize(spelled, use_na_sentinel=True)
    table = np.array([*(read(folded(str(t))) for t in distinct), None], dtype=object)
    written = np.array([*distinct, None], dtype=object)
    return table[codes], written[codes], np.asarray(codes == -1, dtype=bool)


def _read_choice(
    cells: pd.Series, field: Field, mapping: ColumnMapping, findings: Findings
) -> pd.Series:
    spelled = {c: c for c in field.choices} | dict(mapping.values.get(field.name, {}))
    allowed = set(field.choices)
    value, written, missing = _by_distinct(cells, spelled.get)
    unknown = np.array([v not in allowed for v in value], dtype=bool) & ~missing
    findings.rows(
        "choice-unknown",
        unknown,
        field=field.name,
        values=written,
        details=", ".join(field.choices),
    )
    if field.required:
        findings.rows("value-missing", missing, field=field.name, details=field.zh)
    read = pd.Series(value, index=cells.index, dtype="str").mask(unknown)
    return read if field.default is None else read.fillna(str(field.default))


def _flag(text: str) -> bool | None:
    if text in _YES:
        return True
    return False if text in _NO else None


def _read_flag(
    cells: pd.Series, field: Field, _mapping: ColumnMapping, findings: Findings
) -> pd.Series:
    value, written, missing = _by_distinct(cells, _flag)
    unsaid = missing | np.isin(written.astype("U20"), _UNKNOWN)
    unknown = np.array([v is None for v in value], dtype=bool) & ~unsaid
    findings.rows("flag-unknown", unknown, field=field.name, values=written)
    read = pd.Series(value, index=cells.index, dtype="boolean")
    return read if field.default is None else read.fillna(bool(field.default)).astype("bool")


def _read_count(
    cells: pd.Series, field: Field, _mapping: ColumnMapping, findings: Findings
) -> pd.Series:
    counts = read_counts(cells, field.highest or math.inf)
    written = cells.astype(object).to_numpy()
    for state in _TOLD_COUNTS:
        findings.rows(
            f"count-{state}",
            counts.where(state),
            field=field.name,
            values=written,
            details=f"{field.name} ({field.zh})",
        )
    if field.required:
        findings.rows("value-missing", counts.where("missing"), field=field.name, details=field.zh)
    return pd.Series(counts.values, index=cells.index).astype("Int64")


def _filling(field: Field) -> float:
    """What stands where nothing is written."""
    return math.nan if field.default is None else float(field.default)


def _read_measure(
    cells: pd.Series, field: Field, _mapping: ColumnMapping, findings: Findings
) -> pd.Series:
    spelled = texts(cells)
    numbers = pd.to_numeric(
        spelled.str.normalize("NFKC").str.replace(r"[,\s]|㎡|m2|平方米|平米", "", regex=True),
        errors="coerce",
    ).astype("float64")
    written = spelled.astype(object).to_numpy()
    given = spelled.notna().to_numpy()
    finite = np.isfinite(numbers.to_numpy())
    low = field.lowest if field.lowest is not None else -math.inf
    high = field.highest if field.highest is not None else math.inf
    detail = f"{field.name} ({field.zh})"
    for code, rows in (
        ("count-not-number", given & ~finite),
        ("count-negative", finite & (numbers < low).to_numpy()),
        ("count-too-large", finite & (numbers > high).to_numpy()),
    ):
        findings.rows(code, rows, field=field.name, values=written, details=detail)
    read = numbers.where(pd.Series(finite, index=numbers.index))
    return read.fillna(_filling(field))


def _read_date(
    cells: pd.Series, field: Field, _mapping: ColumnMapping, findings: Findings
) -> pd.Series:
    spelled = texts(cells)
    plain = spelled.str.normalize("NFKC").str.replace(r"[年月./]", "-", regex=True)
    plain = plain.str.replace("日", "", regex=False)
    days = plain.str.extract(r"^(\d{4})-?(\d{1,2})-?(\d{1,2})(?:[T ].*)?$")
    joined = days[0] + "-" + days[1].str.zfill(2) + "-" + days[2].str.zfill(2)
    read = pd.to_datetime(joined, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    wrong = (read.isna() & spelled.notna()).to_numpy()
    findings.rows("date-unknown", wrong, field=field.name, values=spelled.astype(object).to_numpy())
    return read


_Reader = Callable[[pd.Series, Field, ColumnMapping, Findings], pd.Series]
_READERS: dict[str, _Reader] = {
    "key": _read_text,
    "reference": _read_text,
    "text": _read_text,
    "choice": _read_choice,
    "flag": _read_flag,
    "count": _read_count,
    "measure": _read_measure,
    "date": _read_date,
}


def _note_estimates(
    raw: pd.DataFrame, used: Mapping[str, str], layer: Layer, frame: pd.DataFrame
) -> None:
    """约300户 is an estimate, whatever the column of estimates says."""
    if "households_estimated" not in layer.columns or "households" not in used:
        return
    estimated = read_counts(raw[used["households"]]).where("estimated")
    frame["households_estimated"] = frame["households_estimated"] | estimated


def _imply(used: Mapping[str, str], mapping: ColumnMapping, frame: pd.DataFrame) -> None:
    """A heading may say more than its column: 常住户数 counts resident households."""
    for column, by_heading in mapping.implied.items():
        if column in used or column not in frame:
            continue
        said = {by_heading.get(folded(heading)) for heading in used.values()} - {None}
        if len(said) == 1:
            frame[column] = pd.Series(said.pop(), index=frame.index, dtype="str")
