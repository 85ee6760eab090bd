"""Tiles as the library that MapLibre is made of decodes them, against the layer contract."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from maps.layers import TILE_LAYERS
from tests.api.test_tiles import WALK, address_of
from tests.node.run import run_node

KINDS: dict[str, type | tuple[type, ...]] = {"text": str, "number": (int, float), "flag": bool}
SHAPES = {"point": 1, "line": 2, "polygon": 3}


def decoded(client: TestClient, tmp_path: Path, asked: dict[str, dict[str, Any]]) -> Any:
    """Decode the tiles of some layers, each asked for with a query, in the middle of the town."""
    z, x, y = address_of(104.6035, 28.4035, 14)
    tiles = {}
    for names, query in asked.items():
        address = f"/tiles/{names}/{max(z, 14)}/{x}/{y}.mvt"
        answer = client.get(address, params={"at": "2026-05-01", **query})
        assert answer.status_code == 200, answer.text
        tiles[names] = base64.b64encode(answer.content).decode()
    given = tmp_path / "tiles.json"
    given.write_text(json.dumps(tiles))
    return run_node("decode_tiles.mjs", given)


def test_every_feature_is_what_the_contract_says(planner: TestClient, tmp_path: Path) -> None:
    scoped: dict[str, dict[str, Any]] = {"plan": {"plan": 1}, "walk": WALK}
    asked = {
        name: scoped.get(layer.scope, {})
        for name, layer in TILE_LAYERS.items()
        if layer.zooms[0] <= 14
    }
    tiles = decoded(planner, tmp_path, asked)
    assert set(tiles) == set(TILE_LAYERS) - {"gates"}
    seen: dict[str, set[str]] = {}
    for name, layers in tiles.items():
        (drawn,) = layers.values()
        assert (list(layers), drawn["version"], drawn["extent"]) == ([name], 2, 4096)
        assert drawn["features"], name
        kinds = {a.name: KINDS[a.kind] for a in TILE_LAYERS[name].attributes}
        for feature in drawn["features"]:
            assert feature["type"] == SHAPES[TILE_LAYERS[name].geometry], name
            assert feature["points"] > 0
            for attribute, value in feature["properties"].items():
                assert isinstance(value, kinds[attribute]), (name, attribute, value)
                assert isinstance(value, bool) == (kinds[attribute] is bool), (name, attribute)
            seen.setdefault(name, set()).update(feature["properties"])
    assert seen["grids"] == {a.name for a in TILE_LAYERS["grids"].attributes}


def test_a_tile_of_several_layers_holds_each_of_them(client: TestClient, tmp_path: Path) -> None:
    names = "streets,grids,grid_labels,communities"
    layers = decoded(client, tmp_path, {names: {}})[names]
    assert sorted(layers) == sorted(names.split(","))
    grids = {
        feature["id"]: feature["properties"]["name"] for feature in layers["grids"]["features"]
    }
    named = {f["id"]: f["properties"]["name"] for f in layers["grid_labels"]["features"]}
    assert grids == named
