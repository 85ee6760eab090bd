"""The collections: the layers of the contract that need no plan, and the micro grids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis.errors import Language, NotFound
from gis.store.sight import Outlook
from maps.layers import LAYERS, Attribute, MapLayer

ValueKind = Literal["text", "number", "flag"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter that narrows one collection; `attribute`: it is one of a feature's own."""

    name: str
    kind: ValueKind
    en: str
    zh: str
    attribute: bool
    choices: tuple[str, ...] = ()

    def title(self, language: Language) -> str:
        """What it means."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Collection:
    """
    One collection.

    Attributes
    ----------
    layer
        The layer it shows; attributes, key and what is suppressed are said there alone.
    parameters
        What narrows it, by name: each attribute, and what else the layer understands.
    """

    name: str
    en: str
    zh: str
    layer: MapLayer
    parameters: Mapping[str, Parameter]

    def title(self, language: Language) -> str:
        """Name for people."""
        return self.zh if language == "zh" else self.en

    def description(self, language: Language) -> str:
        """What its features are, and of when."""
        en, zh = [], []
        if self.layer.dated:
            en.append("As of a day: `datetime`, today when absent.")
            zh.append("按日期（datetime）给出，不写则为今天。")
        if self.layer.scope == "walk":
            en.append("From the newest walking circles stored.")
            zh.append("取自最近一次计算的步行可达结果。")
        if self.walked:
            en.append("`speed` is the walking speed, 1.2 m/s when absent.")
            zh.append("speed 为步速，不写则为 1.2 米每秒。")
        if self.layer.name == "grids":
            en.append("Grids are management lines, not administrative boundaries.")
            zh.append("网格是管理界线，不是行政区域界线。")
        return "".join(zh) if language == "zh" else " ".join(en)

    @property
    def walked(self) -> bool:
        """Whether its features depend on a walking speed that they do not tell themselves."""
        return "speed" in self.parameters and not self.parameters["speed"].attribute


def collections_for(outlook: Outlook) -> dict[str, Collection]:
    """Return the collections that somebody is told of: suggested sites only whom one knows."""
    hidden = () if outlook.known else ("sites",)
    return {name: known for name, known in COLLECTIONS.items() if name not in hidden}


def ogc_collection(name: str, outlook: Outlook) -> Collection:
    """
    Return the collection of that name.

    Raises
    ------
    NotFound
        There is no such collection.
    """
    told = collections_for(outlook)
    if name not in told:
        known = ", ".join(told)
        raise NotFound(
            f"There is no collection {name}; there are {known}.",
            f"没有名为 {name} 的集合；可用的有 {known}。",
        )
    return told[name]


_COMMUNITY = Parameter(
    "community",
    "text",
    "12-digit code of an area: the communities below it",
    "区划代码（12 位）：取其下各社区",
    attribute=False,
)
_SPEED = Parameter("speed", "number", "walking speed, metres a second", "步速，米每秒", False)


def _of(attribute: Attribute, layer: MapLayer) -> Parameter:
    choices = layer.kinds if attribute.name == "kind" else ()
    return Parameter(
        attribute.name, attribute.kind, attribute.en, attribute.zh, attribute=True, choices=choices
    )


def _parameters(layer: MapLayer) -> dict[str, Parameter]:
    found = {attribute.name: _of(attribute, layer) for attribute in layer.row_attributes}
    if "community" in layer.filters:
        # Of a layer that tells its community it means more than to be equal.
        found["community"] = _COMMUNITY
    if layer.scope == "walk" and "minutes" in found and "speed" not in found:
        found["speed"] = _SPEED
    return found


def _collection(layer: MapLayer, name: str, en: str, zh: str) -> Collection:
    return Collection(name, en, zh, layer, _parameters(layer))


COLLECTIONS: dict[str, Collection] = {
    layer.name: _collection(layer, layer.name, layer.en, layer.zh)
    for layer in LAYERS.values()
    if layer.scope != "plan"
} | {"micro_grids": _collection(LAYERS["grids"], "micro_grids", "Micro grids", "微网格")}
