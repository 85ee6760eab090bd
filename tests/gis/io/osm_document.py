"""Tiny OpenStreetMap documents for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

Position = tuple[float, float]


@dataclass
class OsmDocument:
    """An .osm file in the making; every call returns the id it gave."""

    nodes: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)

    def node(self, at: Position, **tags: str) -> int:
        number = len(self.nodes) + 1
        head = f'<node id="{number}" version="1" lat="{at[1]:.7f}" lon="{at[0]:.7f}">'
        self.nodes.append(f"{head}{_tags(tags)}</node>")
        return number

    def way(self, line: Sequence[Position], extra: Sequence[int] = (), /, **tags: str) -> int:
        """A way through new nodes, then `extra` ones; closed when it ends where it began."""
        closed = len(line) > 2 and line[0] == line[-1]
        ids = [self.node(at) for at in (line[:-1] if closed else line)]
        ids += [ids[0]] if closed else []
        number = len(self.ways) + 1
        refs = "".join(f'<nd ref="{i}"/>' for i in (*ids, *extra))
        self.ways.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
        return number

    def multipolygon(self, outer: Sequence[int], inner: Sequence[int] = (), **tags: str) -> int:
        number = len(self.relations) + 1
        members = "".join(
            f'<member type="way" ref="{way}" role="{role}"/>'
            for role, ways in (("outer", outer), ("inner", inner))
            for way in ways
        )
        words = _tags({"type": "multipolygon", **tags})
        self.relations.append(f'<relation id="{number}" version="1">{members}{words}</relation>')
        return number

    def text(self) -> str:
        body = "".join((*self.nodes, *self.ways, *self.relations))
        return f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{body}</osm>'

    def save(self, folder: Path, name: str = "town.osm") -> Path:
        path = folder / name
        path.write_text(self.text(), encoding="utf-8")
        return path


def _tags(tags: dict[str, str]) -> str:
    """Tags; a double underscore in a name stands for a colon."""
    return "".join(
        f"<tag k={quoteattr(k.replace('__', ':'))} v={quoteattr(v)}/>" for k, v in tags.items()
    )


def ring(lon: float, lat: float, width: float = 0.0005, height: float = 0.0003) -> list[Position]:
    """Corners of a box, the first again at the end."""
    east, north = lon + width, lat + height
    return [(lon, lat), (east, lat), (east, north), (lon, north), (lon, lat)]
