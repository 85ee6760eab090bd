"""The browser that the page tests use can do what the pages need."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_webgl_works_without_a_graphics_card(page: Page) -> None:
    assert page.evaluate(
        "() => document.createElement('canvas').getContext('webgl2').getParameter(3379) >= 2048"
    )


def test_chinese_characters_have_glyphs_of_their_own(page: Page) -> None:
    """A font without them draws the same empty box for each."""
    draw = """text => {
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 40;
        const context = canvas.getContext('2d');
        context.font = '32px sans-serif';
        context.fillText(text, 4, 34);
        return canvas.toDataURL();
    }"""
    drawn = [page.evaluate(draw, text) for text in ("网", "格", "户")]
    assert len(set(drawn)) == 3
