"""Styles, legends and the sprite: valid, of the contract, readable by everybody, checked."""

from __future__ import annotations

import io
import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.app import create_app
from api.services.embed_keys import EmbedScope, OutsideKey
from api.settings import Settings
from maps.attribution import Attribution
from maps.embeds import OF_STYLE
from maps.layers import TILE_LAYERS
from maps.look import Look
from maps.scales import load_class
from maps.sources import MapFilters
from maps.sprite import PATTERNS
from maps.style import STYLES, StyleAsked
from maps.style import style as made_style
from maps.style_grids import by_load
from maps.texts import texts_of
from maps.tokens import tokens
from tests.node.run import run_node

NEEDS = {"coverage": "kind=service_centre&"}
LOOKS = list(itertools.product(STYLES, ("light", "dark"), ("zh", "en")))


def document(client: TestClient, address: str) -> Any:
    """JSON at an address below /styles."""
    answer = client.get(f"/styles/{address}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def style(client: TestClient, name: str, query: str = "") -> dict[str, Any]:
    """A style, with what it needs."""
    found: dict[str, Any] = document(client, f"{name}.json?{NEEDS.get(name, '')}{query}")
    return found


def strings(value: Any) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def attributes(value: Any) -> Iterator[str]:
    """Every attribute of a feature that a layer reads."""
    if isinstance(value, list):
        if len(value) == 2 and value[0] in ("get", "has") and isinstance(value[1], str):
            yield value[1]
        for part in value:
            yield from attributes(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from attributes(part)


def test_the_validator_of_maplibre_finds_no_fault_in_any_style(
    client: TestClient, tmp_path: Path
) -> None:
    wanted = {
        f"{name} {theme} {lang} {more}": style(client, name, f"theme={theme}&lang={lang}&{more}")
        for name, theme, lang in LOOKS
        for more in ("", "labels=false", "community=510000000001&at=2026-05-01")
    }
    for minutes in (1, 5, 12.5, 30, 60):
        wanted[f"{minutes} min"] = style(client, "coverage", f"minutes={minutes}")
    # The validator does find faults.
    wanted["broken"] = {**style(client, "base"), "sources": {}}
    given = tmp_path / "styles.json"
    given.write_text(json.dumps(wanted))
    faults = run_node("validate_styles.mjs", given)
    assert len(faults.pop("broken")) > 5
    assert {name: found for name, found in faults.items() if found} == {}
    assert len(faults) == len(LOOKS) * 3 + 5


@pytest.mark.parametrize("name", STYLES)
def test_a_style_reads_the_contract_and_nothing_else(client: TestClient, name: str) -> None:
    made = style(client, name)
    for layer in made["layers"]:
        if layer["type"] == "background":
            continue
        carried = made["metadata"]["wangge:layers"][layer["source"]]
        assert layer["source-layer"] in carried, layer["id"]
        known = {a.name for a in TILE_LAYERS[layer["source-layer"]].attributes}
        assert set(attributes(layer)) <= known, layer["id"]
    for source, names in made["metadata"]["wangge:layers"].items():
        zooms = [TILE_LAYERS[one].zooms for one in names]
        assert made["sources"][source]["minzoom"] == min(low for low, _ in zooms)
        assert made["sources"][source]["maxzoom"] == max(high for _, high in zooms)
    assert len({layer["id"] for layer in made["layers"]}) == len(made["layers"])


@pytest.mark.parametrize(("name", "theme", "lang"), LOOKS)
def test_colours_are_those_of_the_tokens_and_patterns_those_of_the_sprite(
    client: TestClient, name: str, theme: Any, lang: str
) -> None:
    made = style(client, name, f"theme={theme}&lang={lang}")
    used = {text for text in strings(made["layers"]) if text.startswith("#")}
    assert used
    assert used <= set(tokens(theme).values())
    patterns = {t for t in strings(made["layers"]) if t.startswith(("hatch-", "dots-"))}
    assert patterns <= set(document(client, f"sprite-{theme}.json")) == set(PATTERNS)
    assert made["sprite"] == f"http://testserver/styles/sprite-{theme}"


def test_a_grid_is_coloured_as_its_load_is_classed(client: TestClient) -> None:
    """The expression, evaluated by hand, agrees with the class that lists and sheets use."""
    look = Look("light", "en")

    def evaluated(load: float) -> str:
        _, *cases = by_load(look).colour
        for (sign, _, limit), colour in zip(cases[:-1:2], cases[1::2], strict=False):
            if load < limit or (sign == "<=" and load == limit):
                return str(colour)
        return str(cases[-1])

    for load in (0, 0.79, 0.8, 1, 1.0001, 1.2, 1.21, 3):
        assert evaluated(load) == look.colour(f"load-{load_class(load)}")
    hatch = next(la for la in style(client, "grids-load")["layers"] if la["id"] == "grid-hatch")
    assert hatch["filter"][1][1] == [">", ["get", "load"], 1]


@pytest.mark.parametrize("under", ["", "/wangge"])
def test_every_address_is_absolute_and_of_the_public_url(
    town_settings: Settings, under: str
) -> None:
    public = f"https://map.example{under}"
    settings = town_settings.model_copy(update={"public_url": public, "base_path": under})
    with TestClient(create_app(settings)) as client:
        forged = {"host": "elsewhere.example", "x-forwarded-host": "elsewhere.example"}
        listed = client.get(f"{under}/styles", headers=forged).json()
        made = [client.get("/styles/" + s["style"].rsplit("/", 1)[1] + "?kind=medical",
                           headers=forged).json() for s in listed if s["needs"]]  # fmt: skip
        made += [client.get(f"/styles/{s['name']}.json", headers=forged).json()
                 for s in listed if not s["needs"]]  # fmt: skip
    addresses = [t for t in strings([listed, made]) if "://" in t]
    assert len(addresses) > 20
    assert [a for a in addresses if not a.startswith(f"{public}/")] == []


def test_filters_are_handed_on_to_the_subject_and_the_area_to_the_ground_too(
    client: TestClient,
) -> None:
    asked = "minutes=10&speed=0.8&community=510000000001&at=2026-05-01&utm=1"
    made = style(client, "coverage", asked)
    query = {
        name: parse_qs(urlsplit(source["tiles"][0]).query)
        for name, source in made["sources"].items()
    }
    place = {"community": ["510000000001"], "at": ["2026-05-01"]}
    assert query["ground"] == place
    walk = {"kind": ["service_centre"], "minutes": ["10"], "speed": ["0.8"]}
    assert query["walks"] == {**place, **walk}
    assert made["sources"]["ground"]["bounds"] == pytest.approx([104.6, 28.4, 104.612, 28.408])
    # Circles reach beyond the area.
    assert "bounds" not in made["sources"]["walks"]
    assert made["center"] == pytest.approx([104.606, 28.404], abs=1e-5)
    grids = style(client, "grids-load", "plan=1&kind=base")["sources"]
    assert urlsplit(grids["grids"]["tiles"][0]).query == "plan=1&kind=base"
    assert urlsplit(grids["ground"]["tiles"][0]).query == ""


def test_an_embed_key_is_handed_on_to_every_tile() -> None:
    filters = MapFilters(key="wge_1", community="510000000001", kind="medical")
    for kind in STYLES.values():
        asked = StyleAsked(
            kind,
            Look("light", "zh"),
            filters,
            "https://map.example",
            (104, 28, 105, 29),
            Attribution(),
        )
        for source in made_style(asked)["sources"].values():
            query = parse_qs(urlsplit(source["tiles"][0]).query)
            assert (query["key"], query["community"]) == (["wge_1"], ["510000000001"])


def test_the_tiles_that_a_style_names_are_there(client: TestClient) -> None:
    for name in STYLES:
        for source in style(client, name)["sources"].values():
            for zoom in (source["minzoom"], source["maxzoom"]):
                tile = client.get(source["tiles"][0].format(z=zoom, x=0, y=0))
                assert tile.status_code == 200, (name, tile.text)


def test_what_the_tiles_would_refuse_is_refused(client: TestClient) -> None:
    for address, status in {
        "nothing.json": 404,
        "nothing/legend.json": 404,
        "coverage.json": 404,
        "coverage/legend.svg": 404,
        "grids-load.json?kind=medical": 404,
        "grids-worker.json?plan=1": 404,
        "facilities.json?plan=1": 404,
        "facilities.json?kind=observatory": 404,
        "base.json?kind=river": 404,
        "base.json?community=510000000009": 404,
        "grids-load.json?community=1": 422,
        "grids-load.json?theme=blue": 422,
        "grids-load.json?lang=fr": 422,
        "coverage.json?kind=medical&minutes=0": 422,
        "coverage.json?kind=medical&minutes=nan": 422,
        "sprite-blue.json": 422,
        "sprite-light@3x.png": 422,
    }.items():
        answer = client.get(f"/styles/{address}")
        assert answer.status_code == status, (address, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_what_must_stand_under_a_map_stands_in_every_style(client: TestClient) -> None:
    for name, lang in itertools.product(STYLES, ("zh", "en")):
        made = style(client, name, f"lang={lang}")
        line = texts_of("zh" if lang == "zh" else "en")["map.management-lines"]
        assert made["metadata"]["wangge:map-review-number"] == "川S(2026)001号"
        assert made["metadata"]["wangge:management-lines"] == line
        for source in made["sources"].values():
            assert "川S(2026)001号" in source["attribution"]
            assert source["attribution"].endswith(line)


@pytest.mark.parametrize(("name", "theme", "lang"), LOOKS)
def test_a_legend_tells_the_colours_of_its_map(
    client: TestClient, name: str, theme: str, lang: str
) -> None:
    query = f"theme={theme}&lang={lang}"
    made = style(client, name, query)
    legend = document(
        client, made["metadata"]["wangge:legend"].removeprefix("http://testserver/styles/")
    )
    shown = set(strings(made["layers"]))
    for item in legend["items"]:
        colours = {item["colour"], *item.get("colours", ())}
        assert colours <= shown, item
        assert item["hatched"] == ("pattern" in item)
        assert {item[part] for part in ("pattern", "sign") if item.get(part, " ") != " "} <= shown
        assert item["shape"] in ("fill", "line", "point")
    labels = [item["label"] for item in legend["items"]]
    assert len(set(labels)) == len(labels) > 2
    assert legend["title"]
    chinese = re.search(r"[\u4e00-\u9fff]", json.dumps(legend, ensure_ascii=False))
    assert bool(chinese) == (lang == "zh")


@pytest.mark.parametrize(("name", "theme", "lang"), LOOKS)
def test_the_picture_of_a_legend_asks_for_nothing_else(
    client: TestClient, name: str, theme: str, lang: str
) -> None:
    query = f"?{NEEDS.get(name, '')}theme={theme}&lang={lang}"
    answer = client.get(f"/styles/{name}/legend.svg{query}")
    assert answer.headers["content-type"] == "image/svg+xml"
    picture = ET.fromstring(answer.text)  # noqa: S314 - our own
    said = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    items = document(client, f"{name}/legend.json{query}")["items"]
    assert {item["label"] for item in items} <= set(said)
    assert picture.get("{http://www.w3.org/XML/1998/namespace}lang") == (
        "zh-CN" if lang == "zh" else "en"
    )
    assert re.findall(r"(?:href|src)=|@import|<script|https?://(?!www\.w3\.org)", answer.text) == []
    used = set(re.findall(r"url\(#([\w-]+)\)", answer.text))
    assert used == {item["pattern"] for item in items if "pattern" in item}
    assert used == {p.get("id") for p in picture.iter("{http://www.w3.org/2000/svg}pattern")}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sprite_is_what_its_places_say_and_repeats_without_a_seam(
    client: TestClient, theme: str
) -> None:
    for name, ratio in ((f"sprite-{theme}", 1), (f"sprite-{theme}@2x", 2)):
        places = document(client, f"{name}.json")
        answer = client.get(f"/styles/{name}.png")
        picture = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA")).astype(int)
        assert answer.headers["content-type"] == "image/png"
        assert {place["pixelRatio"] for place in places.values()} == {ratio}
        for image, place in places.items():
            x, side = place["x"], place["width"]
            cut = picture[:side, x : x + side]
            assert cut.shape == (8 * ratio, 8 * ratio, 4), image
            ink = tokens("dark" if theme == "dark" else "light")[PATTERNS[image]]
            assert bytes(cut[0, 0, :3].tolist()).hex() == ink.strip("#")
            alpha = cut[..., 3]
            assert (alpha.min(), alpha.max() > 100) == (0, True)
            # Along a stripe nothing changes, over the seam too.
            if image.startswith("hatch"):
                assert (np.roll(np.roll(alpha, 1, 0), -1, 1) == alpha).all()


def test_no_style_reads_a_person(client: TestClient) -> None:
    for name in STYLES:
        read = {one for layer in style(client, name)["layers"] for one in attributes(layer)}
        assert not read & {"residents", "elders", "vulnerable", "worker", "phone"}


def test_labels_can_be_left_out_for_maps_that_have_no_glyphs(client: TestClient) -> None:
    for name in STYLES:
        whole, bare = style(client, name), style(client, name, "labels=false")
        assert [la["id"] for la in whole["layers"] if la["type"] != "symbol"] == [
            la["id"] for la in bare["layers"]
        ]


def test_any_site_may_read_a_style_and_keeps_it_until_it_changes(client: TestClient) -> None:
    for address in ("grids-load.json", "grids-load/legend.svg", "sprite-dark@2x.png"):
        first = client.get(f"/styles/{address}", headers={"origin": "https://other.example"})
        assert first.headers["access-control-allow-origin"] == "*"
        again = client.get(f"/styles/{address}", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_key_that_opens_a_style_opens_all_its_tiles(client: TestClient) -> None:
    far = datetime(2999, 1, 1, tzinfo=UTC)
    for name, opened in OF_STYLE.items():
        scope = EmbedScope(1, frozenset(opened), "510000000001", frozenset(), (), "", far, None)
        for names in style(client, name)["metadata"]["wangge:layers"].values():
            scope.require_layers(names)
        with pytest.raises(OutsideKey):
            scope.require_layers(["cells"])
    assert set(OF_STYLE) == set(STYLES)
