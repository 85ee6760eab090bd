"""Figures as an embed key opens them: those of its area, without the areas above."""

from __future__ import annotations

from api.schemas.figures import Figures
from api.services.embed_keys import EmbedScope


def figures_through_key(told: Figures, embed: EmbedScope) -> Figures:
    """Leave out the areas above the key's own."""
    way = [area for area in told.way if area.code in embed.codes]
    return told.model_copy(update={"way": way})
