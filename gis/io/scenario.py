"""Scenario documents, read from TOML or JSON and checked against their schema."""

from __future__ import annotations

import difflib
import json
import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from gis.contracts import FACILITY_KINDS
from gis.coverage.scenario import Change, Scenario
from gis.crs import bd09_to_wgs84, gcj02_to_wgs84
from gis.errors import InvalidScenario, UnreadableFile

_TO_WGS84 = {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}
_OWN = ("do", "facility_id", "gate_id", "lon", "lat")


def load_scenario(path: Path) -> Scenario:
    """
    Read a scenario from a file: JSON where it begins with ``{``, TOML otherwise.

    Raises
    ------
    UnreadableFile
        The file is missing or not UTF-8 text.
    InvalidScenario
        Neither TOML nor JSON, or a document that breaks its schema.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise UnreadableFile(
            f"{path.name}: no such file.", f"{path.name}：没有这个文件。"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path.name} cannot be read as UTF-8 text: give a TOML or JSON file.",
            f"{path.name} 不是可读的 UTF-8 文本：请给出 TOML 或 JSON 文件。",
        ) from error
    try:
        json_text = text.lstrip().startswith("{")
        document = json.loads(text) if json_text else tomllib.loads(text)
    except ValueError as error:
        raise InvalidScenario(
            f"{path.name} is neither TOML nor JSON: {error}.",
            f"{path.name} 不是有效的 TOML 或 JSON：{error}。",
        ) from error
    return scenario_of(document)


def scenario_of(document: Mapping[str, Any]) -> Scenario:
    """
    Turn plain values (of TOML, JSON or a request) into a checked scenario.

    Raises
    ------
    InvalidScenario
        The document breaks its schema or names an unknown kind; the message says where.

    Examples
    --------
    >>> change = {"do": "close_gate", "gate_id": "G1"}
    >>> scenario_of({"name": "north gate shut", "changes": [change]}).changes[0].key
    'G1'
    """
    fault = best_match(_validator().iter_errors(document))
    if fault is not None:
        where, what = fault.json_path, fault.message[:200]
        raise InvalidScenario(
            f"The scenario breaks its schema at {where}: {what}.",
            f"情景文件在 {where} 处不合规范：{what}。",
        )
    coord = document.get("coord", "wgs84")
    changes = tuple(_change(n, c, coord) for n, c in enumerate(document["changes"], 1))
    return Scenario(document["name"], changes)


def _change(number: int, said: Mapping[str, Any], coord: str) -> Change:
    kind = said.get("kind")
    if kind is not None and kind not in FACILITY_KINDS:
        near = difflib.get_close_matches(kind, FACILITY_KINDS, 1)
        hint = near[0] if near else ", ".join(FACILITY_KINDS)
        raise InvalidScenario(
            f"Change {number}: {kind!r} is no kind of facility; did you mean {hint}?",
            f"第 {number} 项变更：没有设施类别“{kind}”，可用：{hint}。",
        )
    columns = {name: value for name, value in said.items() if name not in _OWN}
    key = said.get("facility_id") or said["gate_id"]
    return Change(said["do"], key, _place(number, said, coord), columns)


def _place(number: int, said: Mapping[str, Any], coord: str) -> tuple[float, float] | None:
    if "lon" not in said:
        return None
    lon, lat = float(said["lon"]), float(said["lat"])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        # JSON and TOML know nan, which the bounds of a schema let pass.
        raise InvalidScenario(
            f"Change {number}: lon {lon}, lat {lat} is no place: give degrees.",
            f"第 {number} 项变更：lon {lon}、lat {lat} 不是有效位置：请给出度数。",
        )
    if coord in _TO_WGS84:
        x, y = _TO_WGS84[coord]([lon], [lat])
        lon, lat = float(x[0]), float(y[0])
    return lon, lat


@cache
def _validator() -> Draft202012Validator:
    schema = resources.files("gis.io") / "schemas" / "scenario.schema.json"
    return Draft202012Validator(json.loads(schema.read_text("utf-8")))
