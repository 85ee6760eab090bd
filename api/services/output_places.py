"""Where a result may be written: found out before the work, not after it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gis.errors import InputError, UnreadableFile


def refuse_unusable(output: Path, inputs: Iterable[Path], *, suffix: str) -> None:
    """
    Raise unless a file can be written at `output` without harm.

    Writing replaces what is there. As root that would even turn a device such as
    ``/dev/null`` into a file.

    Raises
    ------
    InputError
        It is one of `inputs`, something else than a file, or does not end in `suffix`.
    UnreadableFile
        Its folder is missing or cannot be written.
    """
    if output.suffix.lower() != suffix:
        raise InputError(
            f"{output} does not end in {suffix}: name the result so.",
            f"{output} 不以 {suffix} 结尾：请按此命名结果文件。",
        )
    if output.exists() and not output.is_file():
        raise InputError(
            f"{output} is there and is no file: choose another name.",
            f"{output} 已存在且不是文件：请换一个名称。",
        )
    if any(given.exists() and output.exists() and given.samefile(output) for given in inputs):
        raise InputError(
            f"{output} is also an input and would be overwritten: choose another name.",
            f"{output} 同时是输入文件，会被覆盖：请换一个名称。",
        )
    if not (output.parent.is_dir() and os.access(output.parent, os.W_OK | os.X_OK)):
        raise UnreadableFile(
            f"{output} cannot be written: choose a folder that exists and is yours.",
            f"无法写入 {output}：请选择已存在且可写的文件夹。",
        )
