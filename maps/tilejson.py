"""TileJSON: what a map library needs to know of tiles before it asks for one."""

from __future__ import annotations

from gis.errors import Language
from maps.attribution import Attribution
from maps.layers import MapLayer
from maps.sources import Bounds, MapFilters, tiles_address


def tilejson(
    service: str,
    layers: tuple[MapLayer, ...],
    filters: MapFilters,
    bounds: Bounds,
    attribution: Attribution,
    language: Language,
) -> dict[str, object]:
    """
    Describe tiles as TileJSON 3.0.0.

    Parameters
    ----------
    service
        Absolute address of the service, without a slash at the end.
    layers
        At least one; their tiles are joined.
    filters
        Handed on to the tiles as far as the layers understand them.
    bounds
        West, south, east, north in degrees.
    """
    return {
        "tilejson": "3.0.0",
        "name": ("、" if language == "zh" else ", ").join(_name(one, language) for one in layers),
        "scheme": "xyz",
        "tiles": [tiles_address(service, layers, filters)],
        "minzoom": min(layer.zooms[0] for layer in layers),
        "maxzoom": max(layer.zooms[1] for layer in layers),
        "bounds": list(bounds),
        "attribution": attribution.as_html(language),
        "vector_layers": [_vector_layer(layer, language) for layer in layers],
    }


def _vector_layer(layer: MapLayer, language: Language) -> dict[str, object]:
    return {
        "id": layer.name,
        "description": _name(layer, language),
        "fields": {a.name: a.zh if language == "zh" else a.en for a in layer.attributes},
        "minzoom": layer.zooms[0],
        "maxzoom": layer.zooms[1],
    }


def _name(layer: MapLayer, language: Language) -> str:
    return layer.zh if language == "zh" else layer.en
