"""Division problems (instances) and their answers as JSON files, plain or gzipped."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from pathlib import Path

from gis.errors import UnreadableFile
from gis.partition.instance import Instance, instance_of

LARGEST = 512 * 1024 * 1024


def read_instance(path: str | Path) -> Instance:
    """
    Read and check a division problem from a .json or .json.gz file (docs/solve.md).

    Raises
    ------
    UnreadableFile
        The file is missing, damaged, not JSON, or unpacks to more than 512 MB.
    InputError
        What it holds is not a division problem.
    """
    source = Path(path)
    try:
        with source.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(source) if packed else source.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise UnreadableFile(
                f"{source.name} holds more than 512 MB: divide it into smaller problems.",
                f"{source.name} 解压后超过 512 MB：请拆成较小的问题。",
            )
        document = json.loads(content.decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise UnreadableFile(
            f"There is no file {source.name}.", f"没有文件 {source.name}。"
        ) from error
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"{source.name} cannot be read as JSON or gzipped JSON ({error}): fetch it again.",
            f"{source.name} 不是可读的 JSON 或 gzip 压缩 JSON（{error}）：请重新获取。",
        ) from error
    return instance_of(document)


def write_answer(path: str | Path, document: dict[str, object]) -> None:
    """
    Write an answer as JSON, whole or not at all.

    Raises
    ------
    UnreadableFile
        The file cannot be written there.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(beside, target)  # noqa: PTH105 - atomic on every system
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UnreadableFile(
            f"{target.name} cannot be written: {error.strerror}.",
            f"无法写入 {target.name}：{error.strerror}。",
        ) from error
