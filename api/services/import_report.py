"""What imports found, for people and machines: text, JSON and XLSX."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from api.language import field_name
from api.services.importing import ImportResult
from gis.contracts import LAYERS, LayerName
from gis.errors import InputError, Language
from gis.io.report import Fault
from gis.io.spreadsheet import write_xlsx

_SHOWN = 20


def summary(result: ImportResult, language: Language) -> str:
    """Say in one line what an import did to a layer."""
    counts, share = result.counts, result.placed_share
    if language == "zh":
        told = (
            f"{result.file} {LAYERS[result.layer].zh}：{result.rows} 行，新增 {counts.added}，"
            f"变更 {counts.changed}，未变 {counts.unchanged}，缺失 {counts.gone}"
        )
        told += f"（停用 {counts.retired}）" if counts.retired else ""
        told += f"，待处理 {result.waiting}"
        told += "" if share is None else f"，上图率 {share:.1%}"
        return told + (
            "。未存入任何内容。" if result.run_id is None else f"。批次 {result.run_id}。"
        )
    told = (
        f"{result.file} {result.layer}: {result.rows} rows, {counts.added} added, "
        f"{counts.changed} changed, {counts.unchanged} unchanged, {counts.gone} gone"
    )
    told += f" ({counts.retired} retired)" if counts.retired else ""
    told += f", {result.waiting} wait"
    told += "" if share is None else f", {share:.1%} placed on the map"
    return told + (". Nothing was stored." if result.run_id is None else f". Run {result.run_id}.")


def fault_lines(
    faults: Sequence[Fault], layer: LayerName, language: Language, limit: int = _SHOWN
) -> list[str]:
    """Say the first faults, one line each, errors before notes; the last line counts the rest."""
    ranked = sorted(faults, key=lambda fault: fault.severity != "error")
    lines = [_line(fault, layer, language) for fault in ranked[:limit]]
    rest = len(ranked) - limit
    if rest > 0:
        lines.append(
            f"……另有 {rest} 条，见 --report。"
            if language == "zh"
            else f"... {rest} more: --report."
        )
    return lines


def _line(fault: Fault, layer: LayerName, language: Language) -> str:
    said = fault.zh if language == "zh" else fault.en
    if not fault.row:
        return f"{fault.file}: {said}"
    row = f"第 {fault.row} 行" if language == "zh" else f"row {fault.row}"
    colon = "：" if language == "zh" else ": "
    return f"{fault.file} {row} {field_name(fault.field, layer, language)}{colon}{said}"


def write_report(results: Sequence[ImportResult], path: Path, language: Language) -> None:
    """
    Write every fault to a file: ``.json``, ``.xlsx``, else text.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    try:
        if path.suffix.lower() == ".json":
            text = json.dumps([as_json(r) for r in results], ensure_ascii=False, indent=1)
            path.write_text(text + "\n", encoding="utf-8")
        elif path.suffix.lower() == ".xlsx":
            write_xlsx(_sheets(results), path)
        else:
            lines = []
            for result in results:
                lines += [summary(result, language)]
                lines += fault_lines(result.faults, result.layer, language, len(result.faults))
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{path.name}: the report cannot be written ({error.strerror}).",
            f"{path.name}：无法写入报告（{error.strerror}）。",
        ) from error


def as_json(result: ImportResult) -> dict[str, Any]:
    """Return a result as JSON-serialisable values."""
    return asdict(result)


def _sheets(results: Sequence[ImportResult]) -> dict[str, pd.DataFrame]:
    faults = [asdict(f) | {"layer": r.layer} for r in results for f in r.faults]
    columns = ["layer", "file", "row", "field", "code", "severity", "value", "en", "zh"]
    rows = [
        {
            "layer": r.layer,
            "file": r.file,
            "rows": r.rows,
            **asdict(r.counts),
            "waiting": r.waiting,
            "placed_share": r.placed_share,
            "run": r.run_id,
        }
        for r in results
    ]
    return {"summary": pd.DataFrame(rows), "faults": pd.DataFrame(faults, columns=columns)}
