"""Figures as an embed key opens them: aggregates of its area, and no groups of people."""

from __future__ import annotations

from api.schemas.figures import Figures
from api.services.embed_keys import EmbedScope


def figures_through_key(told: Figures, embed: EmbedScope) -> Figures:
    """
    Leave out what a key does not open: residents, elders, vulnerable, and the areas above.

    Keys stand in public pages, and sensitive groups are for those who are known.
    """
    figures = told.figures.model_copy(update={"people": None})
    way = [area for area in told.way if area.code in embed.codes]
    return told.model_copy(update={"figures": figures, "way": way})
