"""Opening OpenStreetMap extracts: format by content, damage told, tagged features handed over."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, cast

import osmium
import shapely

from gis.io.formats import local_file
from gis.io.osm_tags import AREA_KEYS, LINE_KEYS, LINE_TAGS, NODE_KEYS
from gis.io.table import unreadable

EXTENSIONS = {".osm": "osm", ".osm.gz": "osm.gz", ".osm.bz2": "osm.bz2", ".pbf": "pbf"}
_MAGIC = ((b"\x1f\x8b", "osm.gz"), (b"BZh", "osm.bz2"))
_MOST_UNPACKED_BYTES = 16 * 1024**3
_MOST_RATIO = 200
_RATIO_COUNTS_FROM_BYTES = 64 * 1024**2
_CHUNK = 1024**2
_DAMAGE = (
    RuntimeError,
    ValueError,
    OSError,
    MemoryError,
    OverflowError,
    osmium.InvalidLocationError,
)

# The index of node positions knows no negative ids; such ways would silently vanish.
_UNSAVED = "it has negative ids, an editor's file not yet uploaded: run `osmium renumber` on it"

Shape = Literal["point", "line", "area"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One tagged thing: ``node/1``, ``way/2`` or ``relation/3``, its shape as hex WKB.

    A line carries the tags that say something of lines (`gis.io.osm_tags.LINE_TAGS`) only.
    """

    osm_id: str
    shape: Shape
    wkb: str
    tags: dict[str, str]


def features(path: str | Path) -> Iterator[Feature]:
    """
    Stream the nodes, ways and areas (closed ways, multipolygons) that may matter to us.

    A closed way comes twice: as a line and as an area. What is deleted (``visible=false``) or
    has no position (a way whose nodes were cut off, a broken multipolygon) is left out, a way
    with some nodes missing goes through the others. Memory grows with the number of nodes (16
    bytes each), not of tags.

    Raises
    ------
    UnreadableFile
        Missing, empty, damaged, cut short, a bomb, not OSM, of another format than its name
        says, with histories, or with the negative ids of an editor.
    """
    found = local_file(path)
    kind = _format(found)
    if kind in ("osm.gz", "osm.bz2"):
        _refuse_damaged_or_bomb(found, kind)
    try:
        yield from _features(_wanted(osmium.FileProcessor(osmium.io.File(str(found), kind))))
    except _DAMAGE as error:
        detail = " ".join(str(error).split())[:200]
        raise unreadable(
            found.name,
            f"damaged or cut short ({detail}); fetch it again.",
            f"文件损坏或不完整（{detail}），请重新获取。",
        ) from error


def _wanted(processor: Any) -> Any:
    """Leave to Python only what may matter: it costs more than everything that is left out."""
    node, way, area = osmium.osm.NODE, osmium.osm.WAY, osmium.osm.AREA
    processor = processor.with_areas(osmium.filter.KeyFilter(*AREA_KEYS))
    processor = processor.with_filter(osmium.filter.EntityFilter(node | way | area))
    # Ways that only matter as areas come too, for their ids.
    for kind, keys in ((node, NODE_KEYS), (way, (*LINE_KEYS, *AREA_KEYS)), (area, AREA_KEYS)):
        one = osmium.filter.KeyFilter(*keys)
        one.enable_for(kind)
        processor = processor.with_filter(one)
    return processor


def _format(path: Path) -> str:
    """Format by content; the extension must agree."""
    lower = path.name.lower()
    named = next((kind for end, kind in EXTENSIONS.items() if lower.endswith(end)), None)
    content = None if path.is_dir() else _by_content(path)
    if named is not None and named == content:
        return named
    readable = "*.osm, *.osm.gz, *.osm.bz2, *.osm.pbf"
    if content is None:
        raise unreadable(
            path.name,
            f"its content is no OpenStreetMap extract; give one of {readable}.",
            f"内容不是 OpenStreetMap 数据，请提供 {readable} 之一。",
        )
    raise unreadable(
        path.name,
        f"its content is {content}, its name says otherwise; rename it to *.{content}.",
        f"内容是 {content}，与扩展名不符，请改名为 *.{content}。",
    )


def _by_content(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(512)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if b"OSMHeader" in head[:32]:
        return "pbf"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "osm" if text.startswith((b"<?xml", b"<osm", b"<!--")) else None


def _refuse_damaged_or_bomb(path: Path, kind: str) -> None:
    """Unpack once without keeping anything: the parser itself forgives a missing end."""
    packed, unpacked = path.stat().st_size, 0
    try:
        with _unpacking(path, kind) as opened:
            while chunk := opened.read(_CHUNK):
                unpacked += len(chunk)
                if _is_bomb(packed, unpacked):
                    break
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise unreadable(
            path.name,
            f"damaged or cut short ({error}); fetch it again.",
            f"文件损坏或不完整（{error}），请重新获取。",
        ) from error
    if _is_bomb(packed, unpacked):
        raise unreadable(
            path.name,
            "it unpacks to far more than an extract holds; unpack it yourself if it is right.",
            "解压后远大于正常数据；如确认无误，请自行解压后再读。",
        )


def _unpacking(path: Path, kind: str) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path) if kind == "osm.gz" else bz2.open(path))


def _is_bomb(packed: int, unpacked: int) -> bool:
    over = unpacked > _RATIO_COUNTS_FROM_BYTES and unpacked > _MOST_RATIO * packed
    return over or unpacked > _MOST_UNPACKED_BYTES


def _features(stream: Any) -> Iterator[Feature]:
    factory = osmium.geom.WKBFactory()
    for thing in stream:
        kind = thing.type_str()
        if thing.id < 0:
            raise ValueError(_UNSAVED)
        if not thing.visible:
            continue
        tags = _line_tags(thing) if kind == "w" else dict(thing.tags)
        wkb = _wkb(factory, thing, kind) if tags else None
        if wkb is None:
            continue
        if kind == "n":
            yield Feature(f"node/{thing.id}", "point", wkb, tags)
        elif kind == "w":
            yield Feature(f"way/{thing.id}", "line", wkb, tags)
        else:
            origin = "way" if thing.from_way() else "relation"
            yield Feature(f"{origin}/{thing.orig_id()}", "area", wkb, tags)


def _line_tags(way: Any) -> dict[str, str]:
    """Tags that matter of a way as a line; none when it matters as an area only."""
    value = way.tags.get
    if not any(map(value, LINE_KEYS)):
        return {}
    return {key: found for key in LINE_TAGS if (found := value(key)) is not None}


def _wkb(factory: Any, thing: Any, kind: str) -> str | None:
    try:
        if kind == "n":
            return str(factory.create_point(thing))
        if kind == "a":
            return str(factory.create_multipolygon(thing))
        return str(factory.create_linestring(thing))
    except (RuntimeError, osmium.InvalidLocationError):
        return _patched(thing) if kind == "w" else None


def _patched(way: Any) -> str | None:
    """A way at the edge of an extract, through those of its nodes that are in the file."""
    points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    distinct = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
    if len(distinct) < 2:
        return None
    return str(shapely.to_wkb(shapely.LineString(distinct), hex=True))
