"""Lists in the cells of a roster: several grids, buildings or tags in one cell."""

from __future__ import annotations

import re
from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from gis.io.columns import folded, preset

LISTS = ("grid_code", "subject_code", "covers", "tags")
_BETWEEN = re.compile(r"[,，、;；|\n]+")


def with_lists(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Write the lists of canonical posts in one way: between commas, without blanks, each once.

    Lists may be written with Chinese or western commas, semicolons, bars or line breaks. Known
    tags (`presets/zh.toml`) are brought to one word each; any other stays as it is. A tag counts
    without its blanks. The frame is not modified.

    Notes
    -----
    Each distinct text is read once.
    """
    tags = {folded(k): v for k, v in preset("zh", "posts").values.get("tags", {}).items()}
    words: dict[str, Mapping[str, str]] = {"tags": tags}
    return frame.assign(**{name: _list(frame[name], words.get(name, {})) for name in LISTS})


def _list(cells: pd.Series, words: Mapping[str, str]) -> pd.Series:
    codes, distinct = pd.factorize(cells, use_na_sentinel=True)
    read = [_one_list(str(text), words) for text in distinct]
    table = pd.Series([*read, None], dtype="str")
    return pd.Series(table.to_numpy()[codes], index=cells.index, dtype="str")


def _one_list(text: str, words: Mapping[str, str]) -> str | None:
    parts = _BETWEEN.split(text)
    known = [words.get(folded(part), part.strip()) for part in parts if part.strip()]
    return ",".join(dict.fromkeys(known)) or None
