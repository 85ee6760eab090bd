"""Opening zip archives without falling for them: no bombs, no path tricks, own names only."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from gis.errors import UnreadableFile
from gis.io.table import unreadable

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 10 * 1024**2
_ENCRYPTED = 0x1
_UTF8_NAMES = 0x800
_CHUNK = 1024**2
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    MemoryError,
)


def checked_entries(path: Path) -> list[zipfile.ZipInfo]:
    """
    List the files in a zip archive after looking for every known trick.

    Raises
    ------
    UnreadableFile
        Damaged or encrypted; over 2,000 entries; unpacks to over 2 GB or to over 200 times
        its size; an entry with an absolute path, a drive, ``..`` or a symbolic link.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except _DAMAGE as error:
        raise _damaged(path.name, error) from error
    if len(entries) > MAX_ENTRIES:
        raise unreadable(
            path.name, f"the archive holds {len(entries)} entries.", "压缩包内文件过多。"
        )
    for entry in entries:
        _refuse_tricks(path.name, entry)
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    bomb = unpacked > RATIO_COUNTS_FROM_BYTES and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED_BYTES:
        raise unreadable(
            path.name,
            f"the archive would unpack to {unpacked / 1e6:.0f} MB from {packed / 1e6:.1f} MB;"
            " refused as a bomb.",
            f"压缩包解压后将达 {unpacked / 1e6:.0f} MB，疑似压缩炸弹，已拒绝。",
        )
    return [entry for entry in entries if not entry.is_dir()]


def _refuse_tricks(file: str, entry: zipfile.ZipInfo) -> None:
    name = entry.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if (
        not name
        or name.startswith("/")
        or ".." in parts
        or (len(name) > 1 and name[1] == ":")
        or is_link
    ):
        raise unreadable(
            file,
            f"the archive holds an unsafe path ({name[:80]!r}).",
            f"压缩包内有不安全的路径（{name[:80]!r}）。",
        )
    if entry.flag_bits & _ENCRYPTED:
        raise unreadable(
            file, "the archive has a password; unpack it first.", "压缩包有密码，请先解压。"
        )


def entry_name(entry: zipfile.ZipInfo) -> str:
    """
    Name of an entry as its maker wrote it.

    Chinese Windows writes names in GBK without saying so; zip then reads them as CP437.
    """
    name = entry.filename.replace("\\", "/")
    if entry.flag_bits & _UTF8_NAMES:
        return name
    raw = name.encode("cp437", "ignore")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def extract_entry(path: Path, entry: zipfile.ZipInfo, target: Path) -> None:
    """
    Unpack one entry to `target`, never more bytes than the archive promised.

    Raises
    ------
    UnreadableFile
        The entry is damaged or longer than it says.
    """
    written = 0
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(entry) as source,
            target.open("wb") as sink,
        ):
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > entry.file_size:
                    raise zipfile.BadZipFile("an entry is longer than it says")
                sink.write(chunk)
    except _DAMAGE as error:
        raise _damaged(path.name, error) from error


def _damaged(file: str, error: BaseException) -> UnreadableFile:
    said = " ".join(str(error).split())[:160] or type(error).__name__
    return unreadable(file, f"damaged archive ({said}).", f"压缩包已损坏（{said}）。")
