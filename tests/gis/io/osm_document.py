"""Tiny OpenStreetMap documents for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

Position = tuple[float, float]
LON, LAT = 116.33, 40.0


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


def at(east: float, north: float) -> Position:
    """Place that many thousandths of a degree from LON, LAT."""
    return LON + east / 1000, LAT + north / 1000


def walled_town() -> OsmDocument:
    """A walled estate with a slab and a tower, a street over a river, a clinic."""
    town = OsmDocument()
    town.way(
        ring(LON, LAT, 0.004, 0.003),
        landuse="residential", name="清河苑", barrier="wall", start_date="1986-05",
    )  # fmt: skip
    town.way(ring(*at(0.5, 0.5)), building="apartments", building__levels="6", name="1号楼")
    town.way(ring(*at(0.5, 1.5)), building="apartments", building__flats="120")
    town.way(ring(*at(2.5, 0.5)), building="yes", addr__street="清河路", addr__housenumber="8号")
    town.way(ring(*at(6, 0.5)), building="yes")
    town.way(ring(*at(7, 0.5)), building="school", amenity="school", name="清河小学")
    town.node(at(2, 0), barrier="gate", name="南门")
    town.node(at(9, 9), barrier="gate")
    town.node(at(2, 0.1), barrier="bollard")
    town.way([at(-1, -1), at(8, -1)], highway="secondary", name="清河路", bridge="yes")
    town.way([at(-1, -2), at(8, -2)], waterway="river", name="清河")
    town.way([at(1, 0), at(1, 3)], highway="footway", tunnel="yes")
    town.node(at(3, 2), amenity="clinic", name="社区医院", opening_hours="Mo-Fr 08:00-17:00")
    return town
