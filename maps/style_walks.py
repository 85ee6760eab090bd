"""Who reaches a kind of facility on foot, by minutes; and where facilities are, by kind."""

from __future__ import annotations

from typing import Any

from gis.contracts import FACILITY_KINDS
from maps.facility_signs import kind_hue, kind_name, kind_sign
from maps.legend import LegendItem
from maps.look import Expression, Look
from maps.scales import cutoffs_up_to, minute_steps
from maps.style_ground import Layer, text_paint

_MINUTES: Expression = ["get", "minutes"]
_KIND: Expression = ["get", "kind"]
_MANY: Expression = [">", ["coalesce", ["get", "facilities"], 1], 1]
_JOINED = {"line-join": "round"}


def walk_layers(look: Look, minutes: float) -> list[Layer]:
    """Return buildings by minutes, circles and gaps, for a cutoff in minutes."""
    accent = look.colour("accent")
    within = ["all", ["has", "minutes"], ["<=", _MINUTES, minutes]]
    widest = ["==", _MINUTES, minutes]
    return [
        _walked(
            "circle-fill",
            "fill",
            "circles",
            {"fill-color": accent, "fill-opacity": 0.08},
            filter=widest,
        ),
        _walked("reach-fill", "fill", "reach", {"fill-color": _by_minutes(look, minutes)}),
        _walked(
            "reach-hatch",
            "fill",
            "reach",
            {"fill-pattern": "hatch-unreached"},
            filter=["!", within],
        ),
        _walked(
            "reach-edge",
            "line",
            "reach",
            {"line-color": look.colour("minutes-edge"), "line-width": 0.8},
            minzoom=15,
        ),
        _walked(
            "circle-line",
            "line",
            "circles",
            {
                "line-color": accent,
                "line-width": ["case", widest, 2, 1],
                "line-dasharray": [2, 2],
            },
            filter=["<=", _MINUTES, minutes],
            layout=_JOINED,
        ),
        _walked(
            "gap-line",
            "line",
            "gaps",
            {"line-color": look.colour("danger"), "line-width": 2},
            layout=_JOINED,
        ),
    ]


def reached_facilities(look: Look, kind: str) -> list[Layer]:
    """Return the facilities that are walked to; none of a finer kind, which tiles do not tell."""
    if kind not in FACILITY_KINDS:
        return []
    layers = [
        *_clusters(look),
        _facility(
            "facility-dots",
            "circle",
            {
                "circle-color": look.colour("accent"),
                "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 4, 17, 8],
                "circle-stroke-color": look.colour("paper"),
                "circle-stroke-width": 2,
            },
            filter=["!", _MANY],
        ),
        _names(look, minzoom=14),
    ]
    return [{**layer, "source": "walks"} for layer in layers]


def facility_layers(look: Look) -> list[Layer]:
    """Return facilities as rings in the colour of their kind, with its sign; many as one count."""
    idle = ["boolean", ["get", "idle"], False]
    hues = [part for kind in FACILITY_KINDS for part in (kind, look.colour(kind_hue(kind)))]
    signs = [part for kind in FACILITY_KINDS for part in (kind, kind_sign(kind, look.language))]
    vacant, other = look.colour("vacant"), look.colour(kind_hue("other"))
    single = ["!", _MANY]
    return [
        *_clusters(look),
        _facility(
            "facility-dots",
            "circle",
            {
                "circle-color": look.colour("paper"),
                "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 6, 16, 10],
                "circle-stroke-color": ["case", idle, vacant, ["match", _KIND, *hues, other]],
                "circle-stroke-width": 3,
            },
            filter=single,
        ),
        _facility(
            "facility-signs",
            "symbol",
            {"text-color": look.colour("ink")},
            filter=single,
            layout={
                "text-field": ["match", _KIND, *signs, kind_sign("other", look.language)],
                "text-font": look.fonts("Semibold"),
                "text-size": ["interpolate", ["linear"], ["zoom"], 12, 8, 16, 12],
                "text-allow-overlap": True,
            },
        ),
        _names(look, minzoom=15),
    ]


def walk_legend(look: Look, minutes: float, kind: str) -> list[LegendItem]:
    """Tell the minutes, what is not reached, circles, gaps and facilities."""
    texts, cutoffs = look.texts, cutoffs_up_to(minutes)
    told_apart = kind in FACILITY_KINDS
    items = []
    for i, (cutoff, hue) in enumerate(zip(cutoffs, _hues(look, cutoffs), strict=True)):
        text = texts["walk.between"] if i else texts["walk.up-to"]
        before = f"{cutoffs[i - 1]:g}" if i else ""
        told = text.replace("{from}", before).replace("{to}", f"{cutoff:g}")
        items.append(LegendItem(told.replace("{n}", f"{cutoff:g}"), hue))
    unreached = texts["walk.not-within"].replace("{n}", f"{minutes:g}")
    return [
        *items,
        LegendItem(
            unreached,
            look.colour("unreached"),
            pattern="hatch-unreached",
            ink=look.colour("unreached-hatch"),
        ),
        LegendItem(texts["walk.circle"], look.colour("accent"), "line", dashed=True),
        LegendItem(texts["walk.gap"], look.colour("danger"), "line"),
        *(
            [LegendItem(texts["walk.facility"], look.colour("accent"), "point")]
            if told_apart
            else []
        ),
    ]


def facility_legend(look: Look, kind: str | None) -> list[LegendItem]:
    """Tell the kinds by colour and sign; only one where only one is shown."""
    kinds = FACILITY_KINDS if kind is None else (kind,)
    language = look.language
    rings = [
        LegendItem(
            kind_name(one, language),
            look.colour(kind_hue(one)),
            "point",
            sign=kind_sign(one, language),
        )
        for one in kinds
    ]
    return [
        *rings,
        LegendItem(look.texts["style.idle"], look.colour("vacant"), "point", sign=" "),
        LegendItem(look.texts["style.cluster"], look.colour("accent"), "point"),
    ]


def _by_minutes(look: Look, minutes: float) -> Expression:
    cutoffs, unreached = cutoffs_up_to(minutes), look.colour("unreached")
    cases: list[Any] = []
    for cutoff, hue in zip(cutoffs, _hues(look, cutoffs), strict=True):
        cases += [["<=", _MINUTES, cutoff], hue]
    return ["case", ["!", ["has", "minutes"]], unreached, *cases, unreached]


def _hues(look: Look, cutoffs: list[float]) -> list[str]:
    return [look.colour(f"minutes-{step}") for step in minute_steps(len(cutoffs))]


def _clusters(look: Look) -> list[Layer]:
    """Return what stands for several facilities: the more, the larger, with their number."""
    count = ["get", "facilities"]
    return [
        _facility(
            "facility-clusters",
            "circle",
            {
                "circle-color": look.colour("accent"),
                "circle-radius": ["interpolate", ["linear"], ["sqrt", count], 1, 8, 10, 16, 40, 28],
                "circle-stroke-color": look.colour("paper"),
                "circle-stroke-width": 2,
            },
            filter=_MANY,
        ),
        _facility(
            "facility-counts",
            "symbol",
            {"text-color": look.colour("paper")},
            filter=_MANY,
            layout={
                "text-field": ["to-string", count],
                "text-font": look.fonts("Semibold"),
                "text-size": 12,
                "text-allow-overlap": True,
            },
        ),
    ]


def _names(look: Look, *, minzoom: float) -> Layer:
    return _facility(
        "facility-names",
        "symbol",
        text_paint(look, halo=1.6),
        minzoom=minzoom,
        filter=["all", ["!", _MANY], ["has", "name"]],
        layout={
            "text-field": ["get", "name"],
            "text-font": look.fonts(),
            "text-size": 12,
            "text-offset": [0, 1],
            "text-anchor": "top",
            "text-max-width": 9,
        },
    )


def _walked(name: str, kind: str, layer: str, paint: dict[str, Any], **more: Any) -> Layer:
    drawn = {"id": name, "type": kind, "source": "walks", "source-layer": layer}
    return {**drawn, **more, "paint": paint}


def _facility(name: str, kind: str, paint: dict[str, Any], **more: Any) -> Layer:
    drawn = {"id": name, "type": kind, "source": "facilities", "source-layer": "facilities"}
    return {**drawn, **more, "paint": paint}
