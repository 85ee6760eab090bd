"""MapLibre styles, made of the layer contract, the tokens and the texts, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from gis.errors import Language, NotFound
from maps.attribution import Attribution
from maps.facility_signs import kind_name
from maps.layers import MapLayer, map_layers
from maps.legend import Legend
from maps.look import Look
from maps.sources import Bounds, MapFilters, tiles_address
from maps.style_grids import Colouring, by_kind, by_load, by_worker, grid_labels, grid_layers
from maps.style_ground import (
    GROUND,
    Layer,
    community_border,
    community_names,
    ground,
    ground_labels,
    ground_legend,
)
from maps.style_walks import (
    facility_layers,
    facility_legend,
    reached_facilities,
    walk_layers,
    walk_legend,
)

Sources = dict[str, tuple[str, ...]]
Drawn = Callable[[Look, MapFilters], list[Layer]]

DEFAULT_MINUTES = 15.0


@dataclass(frozen=True, slots=True)
class StyleKind:
    """
    One style.

    Attributes
    ----------
    subject
        Source -> the layers its tiles carry; the ground lies under all.
    shapes, labels
        Layers over the ground, and those over all of these.
    legend
        What the colours mean.
    """

    name: str
    en: str
    zh: str
    subject: Sources
    shapes: Drawn
    labels: Drawn
    legend: Callable[[Look, MapFilters], Legend]

    @property
    def layers(self) -> tuple[MapLayer, ...]:
        """The layers that filters are checked against."""
        named = [name for names in self.subject.values() for name in names]
        # Areas know a community and a day, and no plan or kind: nor does the bare ground.
        return map_layers(",".join(named or ["communities"]))

    def title(self, language: Language) -> str:
        """Name the style."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class StyleAsked:
    """
    A style that somebody asks for.

    Attributes
    ----------
    service
        Absolute address of the service, without a slash at the end.
    bounds
        What the map shows at first, degrees.
    labels
        Whether anything is written on the map. Text needs MapLibre GL JS 5.11 or newer, which
        takes the machine's own fonts where a style names no glyphs.
    """

    kind: StyleKind
    look: Look
    filters: MapFilters
    service: str
    bounds: Bounds
    attribution: Attribution
    labels: bool = True


def style(asked: StyleAsked) -> dict[str, Any]:
    """
    Return a style as MapLibre's specification, version 8, has it.

    Its addresses are absolute, its tiles bear the filters, its patterns come from the sprite.
    """
    look, kind = asked.look, asked.kind
    layers = [
        *ground(look),
        *kind.shapes(look, asked.filters),
        community_border(look),
        *ground_labels(look),
        *kind.labels(look, asked.filters),
    ]
    layers = [layer for layer in layers if asked.labels or layer["type"] != "symbol"]
    return {
        "version": 8,
        "name": kind.title(look.language),
        "metadata": _metadata(asked),
        **_camera(asked.bounds),
        "sprite": f"{asked.service}/styles/sprite-{look.theme}",
        "sources": _sources(asked),
        "layers": layers,
    }


def check_style(kind: StyleKind, filters: MapFilters, today: date) -> None:
    """
    Check the filters of a style as its tiles will.

    Raises
    ------
    NotFound
        A kind or plan that does not fit the style; a walk without a facility kind.
    InputError
        `community` is no code of an area.
    """
    filters.check(kind.layers, today)
    if kind.name == "grids-worker" and filters.plan is not None:
        raise NotFound(
            "The style grids-worker shows published grids, for only these have posts: "
            "leave plan out.",
            "样式 grids-worker 只显示已发布的网格（方案中的网格尚无岗位）：请去掉 plan 参数。",
        )


def style_kind(name: str) -> StyleKind:
    """
    Return the style of that name.

    Raises
    ------
    NotFound
        There is none.
    """
    if name not in STYLES:
        known = ", ".join(STYLES)
        raise NotFound(
            f"There is no style {name}; there are {known}.",
            f"没有名为 {name} 的样式；可用的有 {known}。",
        )
    return STYLES[name]


def styles_index(service: str, language: Language) -> list[dict[str, object]]:
    """Name every style with its addresses and what it needs."""
    return [
        {
            "name": kind.name,
            "title": kind.title(language),
            "style": f"{service}/styles/{kind.name}.json",
            "legend": f"{service}/styles/{kind.name}/legend.json",
            "picture": f"{service}/styles/{kind.name}/legend.svg",
            "layers": [layer.name for layer in kind.layers],
            "needs": ["kind"] if any(la.scope == "walk" for la in kind.layers) else [],
        }
        for kind in STYLES.values()
    ]


def _sources(asked: StyleAsked) -> dict[str, Any]:
    # A kind, a plan or a walk narrows the subject alone.
    under = MapFilters(
        at=asked.filters.at, community=asked.filters.community, key=asked.filters.key
    )
    ground_source = {"ground": _source(asked, GROUND, under)}
    subject = {n: _source(asked, names, asked.filters) for n, names in asked.kind.subject.items()}
    return {**ground_source, **subject}


def _source(asked: StyleAsked, names: tuple[str, ...], filters: MapFilters) -> dict[str, Any]:
    layers = map_layers(",".join(names))
    # Circles reach beyond the area whose facilities they are of.
    within = not any(layer.scope == "walk" for layer in layers)
    return {
        "type": "vector",
        "tiles": [tiles_address(asked.service, layers, filters)],
        "minzoom": min(layer.zooms[0] for layer in layers),
        "maxzoom": max(layer.zooms[1] for layer in layers),
        **({"bounds": list(asked.bounds)} if within else {}),
        "attribution": asked.attribution.as_html(asked.look.language),
    }


def _metadata(asked: StyleAsked) -> dict[str, Any]:
    look = asked.look
    query = {"lang": look.language, "theme": look.theme}
    known = asked.filters.query(asked.kind.layers)
    legend = f"{asked.service}/styles/{asked.kind.name}/legend.json"
    carried = {"ground": GROUND, **asked.kind.subject}
    return {
        "wangge:style": asked.kind.name,
        "wangge:language": look.language,
        "wangge:theme": look.theme,
        "wangge:legend": f"{legend}?{'&'.join(filter(None, (known, urlencode(query))))}",
        "wangge:layers": {source: list(names) for source, names in carried.items()},
        "wangge:attribution": asked.attribution.owner,
        "wangge:map-review-number": asked.attribution.review_number,
        "wangge:management-lines": look.texts["map.management-lines"],
    }


_SHOWN_PX = 512
_TILE_PX = 512


def _camera(bounds: Bounds) -> dict[str, Any]:
    """Return the middle of some bounds and the zoom at which they fill a small map."""
    west, south, east, north = bounds
    top, bottom = _mercator(north), _mercator(south)
    widest = max((east - west) / 360, bottom - top, 1e-9)
    zoom = math.log2(_SHOWN_PX / _TILE_PX / widest)
    middle = math.degrees(math.atan(math.sinh(math.pi * (1 - (top + bottom)))))
    return {
        "center": [round((west + east) / 2, 6), round(middle, 6)],
        "zoom": round(min(max(zoom, 0), 17), 2),
    }


def _mercator(lat: float) -> float:
    """Share of the Web Mercator square from its north edge."""
    return 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)


def _nothing(_: Look, __: MapFilters) -> list[Layer]:
    return []


def _minutes(filters: MapFilters) -> float:
    return DEFAULT_MINUTES if filters.minutes is None else filters.minutes


def _grids(name: str, en: str, zh: str, colouring: Callable[[Look], Colouring]) -> StyleKind:
    def legend(look: Look, _: MapFilters) -> Legend:
        made = colouring(look)
        return Legend(zh if look.language == "zh" else en, made.items, made.note)

    return StyleKind(
        name,
        en,
        zh,
        {"grids": ("grids", "grid_labels")},
        lambda look, _: grid_layers(look, colouring(look)),
        lambda look, _: [grid_labels(look, colouring(look))],
        legend,
    )


def _coverage_legend(look: Look, filters: MapFilters) -> Legend:
    name = kind_name(filters.kind or "", look.language)
    title = f"{look.texts['walk.legend']} · {name}"
    return Legend(
        title, walk_legend(look, _minutes(filters), filters.kind or ""), look.texts["walk.picture"]
    )


_STYLES = (
    _grids("grids-load", "Load of grids", "网格负荷", by_load),
    _grids("grids-kind", "Kinds of grids", "网格类别", by_kind),
    _grids("grids-worker", "Posts of grids", "网格岗位", by_worker),
    StyleKind(
        "coverage",
        "Walk to the nearest facility",
        "步行到最近设施",
        {"walks": ("facilities", "reach", "circles", "gaps")},
        lambda look, filters: walk_layers(look, _minutes(filters)),
        lambda look, filters: reached_facilities(look, filters.kind or ""),
        _coverage_legend,
    ),
    StyleKind(
        "facilities",
        "Facilities",
        "设施",
        {"facilities": ("facilities",)},
        _nothing,
        lambda look, _: facility_layers(look),
        lambda look, filters: Legend(
            look.texts["style.facilities"], facility_legend(look, filters.kind)
        ),
    ),
    StyleKind(
        "base",
        "Base map",
        "底图",
        {},
        _nothing,
        lambda look, _: [community_names(look)],
        lambda look, _: Legend(look.texts["style.base"], ground_legend(look)),
    ),
)

STYLES: dict[str, StyleKind] = {kind.name: kind for kind in _STYLES}
