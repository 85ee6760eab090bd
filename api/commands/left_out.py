"""Rows of files that were left out, told on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from api.language import field_name, language

if TYPE_CHECKING:
    from gis.io.report import LayerRead

_SHOWN = 3


def tell_faults(read: LayerRead) -> None:
    """Say how many rows of one file were left out, and why the first ones were."""
    errors = [fault for fault in read.faults if fault.severity == "error"]
    if not errors:
        return
    chinese = language() == "zh"
    rows = len(read.waiting)
    head = (
        f"{read.file}：{rows} 行有误，已略过" if chinese else f"{read.file}: {rows} rows left out"
    )
    click.echo(head, err=True)
    for fault in errors[:_SHOWN]:
        where = (
            f"  第 {fault.row} 行 {field_name(fault.field, read.layer, 'zh')}："
            if chinese
            else f"  row {fault.row}, {fault.field}: "
        )
        click.echo(where + (fault.zh if chinese else fault.en), err=True)
