"""Grids: by load against the cap, by kind, by who holds their posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maps.legend import LegendItem
from maps.look import Expression, Look
from maps.scales import FAR_OVER, FULL, LOW
from maps.style_ground import Layer, text_paint

_FILL = 0.35
_LOAD: Expression = ["get", "load"]
_VACANT: Expression = ["==", ["get", "vacancies"], ["get", "posts"]]


@dataclass(frozen=True, slots=True)
class Colouring:
    """
    What makes grids differ on one map.

    Attributes
    ----------
    colour
        Colour of a grid.
    patterns
        Which grids bear which pattern; the first that holds.
    figures
        Second line of a grid's label.
    items, note
        Of the legend.
    """

    colour: Expression
    patterns: Sequence[tuple[Expression, str]]
    figures: Expression
    items: Sequence[LegendItem]
    note: str


def by_load(look: Look) -> Colouring:
    """Colour grids by their load; those above the cap are hatched."""
    low, fit, over, far = (look.colour(f"load-{n}") for n in ("low", "fit", "over", "far-over"))
    texts = look.texts
    return Colouring(
        [
            "case",
            ["<", _LOAD, LOW],
            low,
            ["<=", _LOAD, FULL],
            fit,
            ["<=", _LOAD, FAR_OVER],
            over,
            far,
        ],
        [
            (["all", [">", _LOAD, FULL], ["<=", _LOAD, FAR_OVER]], "hatch-over"),
            ([">", _LOAD, FAR_OVER], "hatch-far-over"),
        ],
        _with_load(look),
        [
            LegendItem(texts["legend.low"], low, opacity=_FILL),
            LegendItem(texts["legend.fit"], fit, opacity=_FILL),
            LegendItem(texts["legend.over"], over, pattern="hatch-over", ink=over, opacity=_FILL),
            LegendItem(
                texts["legend.far-over"], far, pattern="hatch-far-over", ink=far, opacity=_FILL
            ),
        ],
        texts["legend.load"],
    )


def by_kind(look: Look) -> Colouring:
    """Colour grids by kind; special ones are dotted."""
    base, special, micro = (look.colour(f"kind-{n}") for n in ("base", "special", "micro"))
    texts = look.texts
    names = (texts["style.kind.base"], texts["style.kind.special"], texts["style.kind.micro"])
    kind = ["get", "kind"]
    return Colouring(
        ["match", kind, "special", special, "micro", micro, base],
        [(["==", kind, "special"], "dots-special")],
        ["match", kind, "special", names[1], "micro", names[2], names[0]],
        [
            LegendItem(names[0], base, opacity=_FILL),
            LegendItem(names[1], special, pattern="dots-special", ink=special, opacity=_FILL),
            LegendItem(names[2], micro, opacity=_FILL),
        ],
        texts["style.kind.note"],
    )


def by_worker(look: Look) -> Colouring:
    """Colour grids by who holds them, without saying who; vacant ones are grey and hatched."""
    hues = [look.colour(f"area-{n}") for n in range(1, 9)]
    vacant, texts = look.colour("vacant"), look.texts
    classes = [part for n, hue in enumerate(hues, 1) for part in (n, hue)]
    return Colouring(
        ["case", _VACANT, vacant, ["match", ["get", "holder_class"], *classes, vacant]],
        [(["any", [">", ["get", "vacancies"], 0], _VACANT], "hatch-vacant")],
        _with_posts(look),
        [
            LegendItem(texts["style.held"], hues[0], opacity=_FILL, colours=tuple(hues)),
            LegendItem(
                texts["style.partly-vacant"],
                hues[2],
                pattern="hatch-vacant",
                ink=vacant,
                opacity=_FILL,
            ),
            LegendItem(
                texts["style.vacant"], vacant, pattern="hatch-vacant", ink=vacant, opacity=_FILL
            ),
        ],
        texts["style.held.note"],
    )


def grid_layers(look: Look, colouring: Colouring) -> list[Layer]:
    """Return the layers of grids, each grid's border inside it so that both neighbours show."""
    whens = [when for when, _ in colouring.patterns]
    *first, (_, last) = colouring.patterns
    pattern = ["case", *(part for pair in first for part in pair), last] if first else last
    joined = {"line-join": "round"}
    return [
        _of_grids(
            "grid-fill",
            "fill",
            {"fill-color": colouring.colour, "fill-opacity": _FILL, "fill-antialias": False},
        ),
        _of_grids("grid-hatch", "fill", {"fill-pattern": pattern}, filter=["any", *whens]),
        _of_grids(
            "grid-gap",
            "line",
            {"line-color": look.colour("map-halo"), "line-width": 1.5},
            layout=joined,
        ),
        _of_grids(
            "grid-border",
            "line",
            {"line-color": colouring.colour, "line-width": 2, "line-offset": 1.5},
            layout=joined,
        ),
    ]


def grid_labels(look: Look, colouring: Colouring) -> Layer:
    """Return names and figures in the middle of grids; the heaviest come first where room lacks."""
    lines = [
        ["get", "name"],
        {"font-scale": 1.08},
        "\n",
        {},
        colouring.figures,
        {"font-scale": 0.92},
    ]
    return {
        "id": "grid-labels",
        "type": "symbol",
        "source": "grids",
        "source-layer": "grid_labels",
        "layout": {
            "text-field": ["format", *lines],
            "text-font": look.fonts("Semibold"),
            "text-size": ["interpolate", ["linear"], ["zoom"], 13, 11, 16, 14],
            "text-line-height": 1.25,
            "text-max-width": 14,
            "text-padding": 1,
            "text-variable-anchor": ["center", "top", "bottom"],
            "symbol-sort-key": ["-", _LOAD],
        },
        "paint": text_paint(look, halo=1.6),
    }


def _of_grids(name: str, kind: str, paint: dict[str, Any], **more: Any) -> Layer:
    drawn = {"id": name, "type": kind, "source": "grids", "source-layer": "grids"}
    return {**drawn, **more, "paint": paint}


def _with_load(look: Look) -> Expression:
    texts = look.texts
    count = look.told(texts["households"], n=["to-string", ["get", "households"]])
    guess = ["case", ["get", "estimated"], look.told(texts["estimate"], figure=count), count]
    return ["case", [">", _LOAD, 0], ["concat", guess, " · ", _percent(), "%"], guess]


def _percent() -> Expression:
    """Whole percent; only what is exactly full is told as 100."""
    whole = ["round", ["*", 100, _LOAD]]
    return [
        "to-string",
        ["case", [">", _LOAD, 1], ["max", 101, whole], ["<", _LOAD, 1], ["min", 99, whole], 100],
    ]


def _with_posts(look: Look) -> Expression:
    posts, vacancies = (["to-string", ["get", name]] for name in ("posts", "vacancies"))
    told = look.told(look.texts["style.posts"], n=posts)
    empty = look.told(look.texts["style.posts.vacant"], n=posts, v=vacancies)
    return ["case", [">", ["get", "vacancies"], 0], empty, told]
