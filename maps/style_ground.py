"""The quiet ground of every map: land, water, courtyards, streets, buildings."""

from __future__ import annotations

from typing import Any

from maps.legend import LegendItem
from maps.look import Expression, Look

Layer = dict[str, Any]
"""A layer of the MapLibre style specification."""

GROUND = ("communities", "courtyards", "courtyard_labels", "buildings", "streets", "barriers")
_NAME: Expression = ["coalesce", ["get", "name"], ""]
ROUND = {"line-cap": "round", "line-join": "round"}


def ground(look: Look) -> list[Layer]:
    """Return the layers that lie under the subject."""
    paths = ["literal", ["footpath", "steps"]]
    return [
        {
            "id": "outside",
            "type": "background",
            "paint": {"background-color": look.colour("map-outside")},
        },
        _fill("land", "communities", look.colour("map-land")),
        _fill("courtyards", "courtyards", look.colour("map-green"), look.colour("map-court-edge")),
        _line(
            "rivers",
            "barriers",
            {"line-color": look.colour("map-water"), "line-width": _widening(12, 90)},
            filter=["==", ["get", "kind"], "river"],
            layout=ROUND,
        ),
        _line(
            "street-casing",
            "streets",
            {"line-color": look.colour("map-street-casing"), "line-width": _street_width(2)},
            filter=["!", ["in", ["get", "class"], paths]],
            layout=ROUND,
        ),
        _line(
            "streets",
            "streets",
            {"line-color": look.colour("map-street"), "line-width": _street_width(0)},
            layout=ROUND,
        ),
        _line(
            "rails",
            "barriers",
            {
                "line-color": look.colour("map-rail"),
                "line-width": _widening(2, 5),
                "line-dasharray": [3, 2],
            },
            filter=["==", ["get", "kind"], "railway"],
        ),
        _line(
            "walls",
            "barriers",
            {"line-color": look.colour("map-wall"), "line-width": _widening(0.8, 2)},
            filter=["==", ["get", "kind"], "wall"],
            minzoom=15,
        ),
        _fill(
            "buildings", "buildings", look.colour("map-building"), look.colour("map-building-edge")
        ),
    ]


def community_border(look: Look) -> Layer:
    """Return the border of communities, which lies over the subject."""
    return _line(
        "community-border",
        "communities",
        {
            "line-color": look.colour("map-community"),
            "line-width": 1.5,
            "line-dasharray": [6, 2, 1, 2],
        },
    )


def ground_labels(look: Look) -> list[Layer]:
    """Return numbers of buildings and names of streets and courtyards, quiet too."""
    number = ["coalesce", ["get", "number"], ["get", "name"], ""]
    return [
        _label(look, "building-numbers", "buildings", number, 11, minzoom=16.5, halo=1),
        _label(
            look,
            "street-names",
            "streets",
            _NAME,
            11,
            minzoom=14,
            more={"symbol-placement": "line", "symbol-spacing": 400},
        ),
        _label(
            look,
            "courtyard-names",
            "courtyard_labels",
            _NAME,
            12,
            minzoom=15.2,
            more={"text-max-width": 7},
        ),
    ]


def community_names(look: Look) -> Layer:
    """Return the names of communities, for maps that say nothing else at that place."""
    more = {"text-font": look.fonts("Semibold"), "text-max-width": 8}
    return {
        **_label(look, "community-names", "communities", _NAME, 13, minzoom=10, more=more),
        "maxzoom": 15.2,
    }


def ground_legend(look: Look) -> list[LegendItem]:
    """Tell the parts of the ground, for the map that shows nothing else."""
    texts = look.texts
    # A white street is seen by its casing, on white paper too.
    street = "map-street-casing" if look.theme == "light" else "map-street"
    return [
        LegendItem(texts["style.courtyard"], look.colour("map-green")),
        LegendItem(texts["style.building"], look.colour("map-building")),
        LegendItem(texts["style.street"], look.colour(street), "line"),
        LegendItem(texts["style.river"], look.colour("map-water"), "line"),
        LegendItem(texts["style.border"], look.colour("map-community"), "line", dashed=True),
    ]


def text_paint(look: Look, *, quiet: bool = False, halo: float = 1.5) -> dict[str, Any]:
    """Return how text is painted: ink, or muted where it is quiet, with a halo."""
    return {
        "text-color": look.colour("muted" if quiet else "ink"),
        "text-halo-color": look.colour("map-halo"),
        "text-halo-width": halo,
    }


def _fill(name: str, layer: str, colour: str, edge: str | None = None) -> Layer:
    lines = {"fill-antialias": False} if edge is None else {"fill-outline-color": edge}
    return {
        "id": name,
        "type": "fill",
        "source": "ground",
        "source-layer": layer,
        "paint": {"fill-color": colour, **lines},
    }


def _line(name: str, layer: str, paint: dict[str, Any], **more: Any) -> Layer:
    drawn = {"id": name, "type": "line", "source": "ground", "source-layer": layer}
    return {**drawn, **more, "paint": paint}


def _label(
    look: Look,
    name: str,
    layer: str,
    text: Expression,
    size: int,
    *,
    minzoom: float,
    halo: float = 1.5,
    more: dict[str, Any] | None = None,
) -> Layer:
    layout = {"text-field": text, "text-font": look.fonts(), "text-size": size, **(more or {})}
    return {
        "id": name,
        "type": "symbol",
        "source": "ground",
        "source-layer": layer,
        "minzoom": minzoom,
        "filter": ["!=", text, ""],
        "layout": layout,
        "paint": text_paint(look, quiet=True, halo=halo),
    }


def _widening(at14: float, at18: float) -> Expression:
    return ["interpolate", ["exponential", 1.6], ["zoom"], 14, at14, 18, at18]


def _street_width(extra: float) -> Expression:
    widths = {12: (2, 1, 0.6, 0.3), 15: (7, 4, 2.5, 1), 18: (26, 16, 9, 3)}
    stops: list[Any] = []
    for zoom, (wide, street, lane, path) in widths.items():
        by_class = ["arterial", wide + extra, "street", street + extra, "lane", lane + extra]
        stops += [zoom, ["match", ["get", "class"], *by_class, path + extra]]
    return ["interpolate", ["exponential", 1.6], ["zoom"], *stops]
