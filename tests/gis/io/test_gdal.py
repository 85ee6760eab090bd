"""What GDAL says of a file is heard, and nothing that is said elsewhere meanwhile."""

from __future__ import annotations

import threading
import warnings
from pathlib import Path

import pytest

from gis.io.gdal import complaints
from gis.io.read import read_layer
from tests.gis.io.test_read import houses


def _written(path: Path) -> Path:
    houses().rename(columns={"楼栋编号": "bldg_id", "楼栋名称": "name"}).to_file(path)
    return path


def _rows_while_another_thread_warns(path: Path) -> list[int]:
    done = threading.Event()

    def warn() -> None:
        while not done.is_set():
            warnings.warn("elsewhere", UserWarning, stacklevel=1)

    thread = threading.Thread(target=warn)
    thread.start()
    try:
        return [len(read_layer(path, "buildings").frame) for _ in range(5)]
    finally:
        done.set()
        thread.join()


def _complaints_while_a_handle_is_collected() -> list[str]:
    with complaints() as said:
        warnings.warn("unclosed file", ResourceWarning, stacklevel=1)
    return said


def test_an_unclosed_handle_is_told_of_and_is_no_complaint_of_gdal() -> None:
    with pytest.warns(ResourceWarning, match="unclosed"):
        said = _complaints_while_a_handle_is_collected()
    assert said == []


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".fgb"])
def test_a_thread_that_warns_does_not_damage_a_file(tmp_path: Path, suffix: str) -> None:
    path = _written(tmp_path / f"houses{suffix}")
    with pytest.warns(UserWarning, match="elsewhere"):
        rows = _rows_while_another_thread_warns(path)
    assert rows == [len(houses())] * 5
