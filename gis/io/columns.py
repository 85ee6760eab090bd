"""Which heading is which column, and which spelling is which value."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gis.contracts import LAYERS, Layer, LayerName
from gis.errors import WrongColumns

_PRESETS = Path(__file__).parent / "presets"
_CUT_BYTES = 10

# Canonical names over ten bytes as they stand in the Shapefiles Wangge writes; all of them
# are headings of the preset too, so that such a file is read back without a mapping.
_SHORT = {
    "parent_code": "parent",
    "community_code": "comm_code",
    "courtyard_id": "yard_id",
    "building_id": "bldg_id",
    "households_kind": "hh_kind",
    "households_estimated": "hh_est",
    "stairwell_id": "stair_id",
    "street_class": "class",
    "facility_id": "fac_id",
    "floor_area_m2": "area_m2",
    "opening_hours": "hours",
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """
    Headings and value spellings of one layer.

    Attributes
    ----------
    columns
        Canonical column to the headings that mean it, likeliest first.
    values
        Canonical column to a table from spelling to canonical value.
    implied
        Canonical column to a table from a heading to the value that heading implies
        (常住户数 says ``households_kind`` = resident).
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    implied: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def short_heading(column: str) -> str:
    """Name of a canonical column in a Shapefile, at most ten bytes."""
    return _SHORT.get(column, column)


@dataclass(frozen=True, slots=True)
class Mapped:
    """
    What each heading of a file became.

    ``used`` maps a canonical column to its heading, ``cut`` names those told by their first
    ten bytes only, ``unused`` lists the headings that mean nothing here.
    """

    used: Mapping[str, str]
    cut: tuple[str, ...]
    unused: tuple[str, ...]


def folded(text: str) -> str:
    """
    Fold the spelling of a heading or a value: width, case, spaces, brackets behind it.

    >>> folded(" 户数（户） "), folded("Ｈouseholds")
    ('户数', 'households')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(plain.split()).strip("*:：_")
    head, bracket, _ = plain.partition("(")
    return head if bracket and head else plain


@cache
def preset_names() -> tuple[str, ...]:
    """Names of the mapping presets that come with Wangge."""
    return tuple(sorted(p.stem for p in _PRESETS.glob("*.toml")))


@cache
def preset(name: str, layer: LayerName) -> ColumnMapping:
    """Return a shipped preset for one layer; KeyError when there is none of that name."""
    if name not in preset_names():
        raise KeyError(name)
    document = tomllib.loads((_PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
    return _for_layer(f"{name}.toml", document, layer)


def mapping_file(path: str | Path, layer: LayerName) -> ColumnMapping:
    """
    Read a mapping file for one layer.

    ``[columns]`` and ``[values.<column>]`` hold for any layer, ``[buildings.columns]`` and so
    on for one. A name without a folder or ``.toml`` is looked up among the presets.

    Raises
    ------
    WrongColumns
        No such file or preset, not TOML, or it maps to a column the layer does not have.
    """
    if str(path) in preset_names():
        return preset(str(path), layer)
    name = Path(path).name
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError) as error:
        raise WrongColumns(
            f"{name}: not a usable mapping file ({error}); presets: {', '.join(preset_names())}.",
            f"{name}：映射文件不可用（{error}）；预设有 {'、'.join(preset_names())}。",
        ) from error
    return _for_layer(name, document, layer)


def _for_layer(file: str, document: dict[str, Any], layer: LayerName) -> ColumnMapping:
    own = document.get(layer, {})
    shared = document.get("common", {})
    known = LAYERS[layer].columns
    columns: dict[str, tuple[str, ...]] = {}
    values: dict[str, dict[str, str]] = {}
    implied: dict[str, dict[str, str]] = {}
    try:
        for part in (own, document, shared):
            for column, headings in part.get("columns", {}).items():
                texts = [headings] if isinstance(headings, str) else list(headings)
                columns[column] = columns.get(column, ()) + tuple(str(t) for t in texts)
            for target, source in ((values, "values"), (implied, "implied")):
                for column, table in part.get(source, {}).items():
                    spelled = {folded(str(k)): str(v) for k, v in table.items()}
                    target[column] = {**spelled, **target.get(column, {})}
    except (AttributeError, TypeError) as error:
        raise WrongColumns(
            f"{file}: [columns] and [values.<column>] must be tables of texts.",
            f"{file}：[columns] 与 [values.列名] 须为文字表。",
        ) from error
    for column in shared.get("columns", {}):
        if column not in known:
            columns.pop(column, None)
    _refuse_unknown(file, LAYERS[layer], {*columns, *values, *implied})
    return ColumnMapping(columns, values, implied)


def _refuse_unknown(file: str, layer: Layer, columns: set[str]) -> None:
    strange = sorted(columns - set(layer.columns))
    if strange:
        raise WrongColumns(
            f"{file}: {', '.join(strange)}: no such column of {layer.name};"
            f" it has {', '.join(layer.columns)}.",
            f"{file}：{layer.zh}没有列 {'、'.join(strange)}；可用列为 {'、'.join(layer.columns)}。",
        )


def combined(first: ColumnMapping | None, second: ColumnMapping) -> ColumnMapping:
    """Put one mapping before another: its headings are tried first, its values win."""
    if first is None:
        return second
    columns = {
        name: (*first.columns.get(name, ()), *second.columns.get(name, ()))
        for name in {**first.columns, **second.columns}
    }
    return ColumnMapping(
        columns, _merged(first.values, second.values), _merged(first.implied, second.implied)
    )


def _merged(
    first: Mapping[str, Mapping[str, str]], second: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    return {n: {**second.get(n, {}), **first.get(n, {})} for n in {**first, **second}}


def map_headings(
    headings: list[str],
    layer: Layer,
    mapping: ColumnMapping,
    own: ColumnMapping | None = None,
    *,
    cut: bool = False,
) -> Mapped:
    """
    Tell which heading is which canonical column.

    Tried in this order: the user's own mapping, the canonical name, the Chinese name of the
    layer's contract, the preset's variants, and with `cut` (Shapefiles) any of these cut to
    ten bytes in UTF-8 or GBK, where only one column can be meant.
    """
    free = {folded(h): h for h in reversed(headings)}
    used: dict[str, str] = {}
    for known in _trials(layer, mapping, own):
        for column, names in known.items():
            heading = next((free[n] for n in names if n in free), None)
            if heading is not None and column not in used:
                used[column] = heading
                del free[folded(heading)]
    by_prefix = _cut_columns(free, layer, mapping, used) if cut else {}
    used |= by_prefix
    taken = set(used.values())
    return Mapped(used, tuple(by_prefix), tuple(h for h in headings if h not in taken))


def _trials(
    layer: Layer, mapping: ColumnMapping, own: ColumnMapping | None
) -> list[dict[str, list[str]]]:
    mine = own.columns if own else {}
    return [
        {c: [folded(h) for h in mine.get(c, ())] for c in layer.columns},
        {c: [c] for c in layer.columns},
        {f.name: [folded(f.zh)] for f in layer.fields},
        {c: [folded(h) for h in mapping.columns.get(c, ())] for c in layer.columns},
    ]


def _cut_columns(
    free: dict[str, str], layer: Layer, mapping: ColumnMapping, used: dict[str, str]
) -> dict[str, str]:
    meant: dict[str, set[str]] = {}
    for column in layer.fields:
        if column.name in used:
            continue
        for name in (column.name, column.zh, *mapping.columns.get(column.name, ())):
            for encoding in ("utf-8", "gb18030"):
                raw = name.encode(encoding)
                if len(raw) > _CUT_BYTES:
                    short = raw[:_CUT_BYTES].decode(encoding, "ignore")
                    meant.setdefault(folded(short), set()).add(column.name)
    found: dict[str, str] = {}
    for short, columns in meant.items():
        if short in free and len(columns) == 1:
            found.setdefault(next(iter(columns)), free[short])
    return found
