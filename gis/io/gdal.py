"""The one place where GDAL opens a file: after it was checked, and with every complaint heard."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from gis.io.table import FormatName, RawTable, unique_headings, unreadable

_HARMLESS = ("Measured (M)", "non conformant", "organizePolygons", "Self-intersection", "winding")
_PYOGRIO = r"pyogrio\."
_ONE_AT_A_TIME = Lock()


@contextmanager
def complaints(*ignored: str) -> Iterator[list[str]]:
    """
    Hear what GDAL complains of, and nothing that is said elsewhere in the process meanwhile.

    Python's list of warnings belongs to the whole process: a handle that the collector closes,
    or another thread, may warn while a file is read. Such a warning goes the way it would have
    gone, and is no damage of this file.

    Parameters
    ----------
    ignored
        Beginnings of complaints that are to be dropped.

    Returns
    -------
    said
        Complaints in their order; filled when the context is left.
    """
    said: list[str] = []
    # Two threads that catch warnings at once leave each other's filters behind.
    with _ONE_AT_A_TIME:
        with warnings.catch_warnings(record=True) as heard:
            warnings.filterwarnings("always", category=RuntimeWarning, module=_PYOGRIO)
            for beginning in ignored:
                warnings.filterwarnings("ignore", message=beginning)
            yield said
        for warning in heard:
            if _is_gdal(warning):
                said.append(str(warning.message))
            else:
                warnings.showwarning(
                    warning.message, warning.category, warning.filename, warning.lineno
                )


def read_with_gdal(
    path: Path,
    format_name: FormatName,
    *,
    file: str | None = None,
    layer: str | None = None,
    **options: str,
) -> RawTable:
    """
    Read one layer of a file that has passed its own format's checks.

    Geometries that GEOS cannot build become None and are listed as broken rows.

    Raises
    ------
    UnreadableFile
        GDAL cannot read it; its words are in the message.
    """
    try:
        with complaints() as said:
            frame = pyogrio.read_dataframe(
                path,
                layer=layer,
                force_2d=True,
                on_invalid="ignore",
                datetime_as_string=True,
                **options,
            )
    except (
        DataSourceError,
        DataLayerError,
        FieldError,
        GeometryError,
        ValueError,
        OverflowError,
        MemoryError,
        RuntimeError,
        IndexError,
        UnboundLocalError,  # pyogrio 0.13, on some damaged .prj
        shapely.errors.ShapelyError,
    ) as error:
        raise _refused(file or path.name, format_name, str(error)) from error
    damage = [words for words in said if not _is_harmless(words)]
    if damage:
        raise _refused(file or path.name, format_name, damage[0])
    return _table(file or path.name, format_name, frame)


def _is_gdal(warning: warnings.WarningMessage) -> bool:
    # What the collector closes is reported at the line that happens to run: by category, then.
    folder = f"{os.sep}pyogrio{os.sep}"
    return issubclass(warning.category, RuntimeWarning) and folder in warning.filename


def _is_harmless(words: str) -> bool:
    return any(known in words for known in _HARMLESS)


def _refused(file: str, format_name: str, words: str) -> Exception:
    said = " ".join(words.replace("\x00", "").split())[:200]
    return unreadable(
        file,
        f"damaged or unusual {format_name} ({said}).",
        f"{format_name} 文件损坏或异常（{said}）。",
    )


def _table(file: str, format_name: FormatName, frame: pd.DataFrame) -> RawTable:
    frame = frame.reset_index(drop=True)
    if not isinstance(frame, gpd.GeoDataFrame):
        frame.columns = pd.Index(unique_headings(list(frame.columns)), dtype=object)
        return RawTable(file, format_name, frame, None)
    geometry = np.asarray(frame.geometry.array, dtype=object)
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns.columns = pd.Index(unique_headings(list(columns.columns)), dtype=object)
    crs = None if frame.crs is None else frame.crs.to_wkt()
    return RawTable(file, format_name, columns, geometry, crs)
