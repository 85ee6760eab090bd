"""What other sites may be shown: the layers that an embed key can open, and the pages."""

from __future__ import annotations

from maps.layers import LAYERS

GROUND = ("communities", "courtyards", "gates", "buildings", "streets", "barriers")
"""Layers of the quiet ground, open with every key."""

LABELS_OF = {"grid_labels": "grids", "courtyard_labels": "courtyards"}
"""Labels -> the layer that they name, and with which they are opened."""

FIGURES = "figures"
"""Name by which a key opens the figures of its area; they are no layer of the map."""

COUNTED = ("grids", "facilities", "reach", "gaps")
"""Layers that figures are counted from: whoever shows figures hears when these change."""

OPENABLE = ("grids", "reach", "circles", "gaps", "facilities", FIGURES)
"""What a key can open besides. Cells and suggested sites belong to drafts and stay inside."""

PAGES: dict[str, tuple[str, ...]] = {
    "grids": ("grids",),
    "coverage": ("reach", "circles", "gaps", "facilities"),
    "facilities": ("facilities",),
    "sheet": ("grids", FIGURES),
}
"""Page below /embed -> what a key must open for it."""

OF_STYLE: dict[str, tuple[str, ...]] = {
    "base": (),
    "grids-load": PAGES["grids"],
    "grids-kind": PAGES["grids"],
    "grids-worker": PAGES["grids"],
    "coverage": PAGES["coverage"],
    "facilities": PAGES["facilities"],
}
"""Style -> what a key must open for it."""


def layer_name(name: str, language: str) -> str:
    """
    Name what a key can open, for people.

    >>> layer_name("grids", "zh"), layer_name("figures", "en")
    ('网格', 'Figures')
    """
    if name == FIGURES:
        return "统计数据" if language == "zh" else "Figures"
    return LAYERS[name].zh if language == "zh" else LAYERS[name].en
