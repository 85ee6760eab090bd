"""Texts of the pages: two languages, the same keys, nothing written elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from maps.assets import WEB
from tests.web.conftest import Visitor

SOURCES = sorted((WEB / "src").rglob("*.js"))
MY = sorted((WEB / "my").glob("*.js"))
LOOKS = [path for path in sorted(WEB.glob("*.css")) if path.name != "tokens.css"]
PAPER = WEB.parent / "templates" / "texts"


def texts(language: str, folder: Path = WEB / "texts") -> dict[str, str]:
    """Texts of one language."""
    loaded = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("folder", [WEB / "texts", PAPER, WEB / "my"], ids=["pages", "paper", "my"])
def test_both_languages_have_the_same_keys_and_fill_ins(folder: Path) -> None:
    zh, en = texts("zh", folder), texts("en", folder)
    assert list(zh) == list(en)
    for key, text in zh.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", en[key])), key
        assert text
        assert en[key]
        # What is one in English is told by a value that is told; Chinese tells no number.
        for form in re.findall(r"\{.*?\}", text + en[key]):
            assert re.fullmatch(r"\{\w+(:[^{|}]+\|[^{|}]+)?\}", form), key
        assert ":" not in "".join(re.findall(r"\{.*?\}", text)), key
        chosen = set(re.findall(r"\{(\w+):", en[key]))
        assert chosen <= set(re.findall(r"\{(\w+)\}", en[key])), key


def test_the_keys_asked_for_and_the_keys_written_are_the_same() -> None:
    known = set(texts("zh"))
    code = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES)
    asked = set(re.findall(r'\bt\(\s*"([^"]+)"', code))
    assert asked <= known
    # Single files are made by Python and templates of its own.
    places = ("*.py", "templates/*.html", "web/*.html")
    made = [p for pattern in places for p in WEB.parent.glob(pattern)]
    written = "\n".join(p.read_text("utf-8") for p in made)
    paper = set(texts("zh", PAPER))
    assert not paper & known
    python = set(re.findall(r"\btexts\[[\"\']([^\"\']+)[\"\']\]", written))
    composed = set(re.findall(r'\btexts\["([^"]+)" ~', written))
    assert {k for k in paper if k in python or any(k.startswith(c) for c in composed)} == paper
    asked |= python - paper
    assert asked <= known
    prefixes = set(re.findall(r"\bt\(`([^`$]+)\$\{", code))
    spoken = asked | {k for k in known if any(k.startswith(p) for p in prefixes)}
    assert spoken == known


def test_the_worker_page_asks_for_the_words_it_has() -> None:
    known = set(texts("zh", WEB / "my"))
    code = "\n".join(p.read_text(encoding="utf-8") for p in MY)
    asked = set(re.findall(r'"([a-z][a-z.-]*)"', code)) & known
    composed = (*re.findall(r"\bt\(`([^`$]+)\$\{", code), "role.")
    assert {key for key in known if key in asked or key.startswith(composed)} == known
    assert set(re.findall(r'\bt\("([^"]+)"', code)) <= known


@pytest.mark.parametrize("path", [*SOURCES, *MY], ids=lambda p: p.name)
def test_no_text_is_written_into_a_module(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    assert not re.search(r"[\u4e00-\u9fff]", code)
    between_tags = re.findall(r">([^<>${}`=]*)<", code)
    assert not [t for t in between_tags if re.search(r"[A-Za-z]{2,}", t) and t != "Wangge"]


@pytest.mark.parametrize("path", [*SOURCES, *MY, *WEB.glob("*.html"), *LOOKS], ids=lambda p: p.name)
def test_colours_are_written_in_the_tokens_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", text) == []


@pytest.mark.browser
def test_english_tells_one_from_many(visitor: Visitor, planner_address: str) -> None:
    page = visitor.visit(f"{planner_address}/", locale="en-US").page
    expect(page.locator("table.communities")).to_be_visible()
    told = page.evaluate(
        """async () => {
          const { t } = await import(`${document.documentElement.dataset.own}/src/texts.js`);
          return [0, 1, "1", 21, "1 001"].map(n => t("editor.units", { n }));
        }"""
    )
    assert told == ["0 units", "1 unit", "1 unit", "21 units", "1 001 units"]
