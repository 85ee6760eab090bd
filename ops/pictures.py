"""
The pictures of the README, taken from a running service: ``python -m ops.pictures ADDRESS``.

Run it on the demo. The pictures have at most 256 colours, so that the repository stays small.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from ops.chromium import FLAGS, find_chromium

_PROJECT = Path(__file__).parents[1]
TOOLS = _PROJECT / ".wangge"
FOLDER = _PROJECT / "docs/pictures"
SIZE: ViewportSize = {"width": 1366, "height": 768}
_MOST_BYTES = 150_000


def main(address: str) -> None:
    """Take the pictures of the start page and of a plan, with a grid over the cap if one has."""
    with sync_playwright() as playwright:
        program = find_chromium(TOOLS)
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        save("start.png", _picture(browser, address, "zh-CN", follow=False))
        save("plan.png", _picture(browser, address, "zh-CN", follow=True))
        browser.close()


def _picture(browser: Browser, address: str, locale: str, *, follow: bool) -> bytes:
    page = browser.new_page(viewport=SIZE, locale=locale)
    page.goto(address)
    page.wait_for_selector("table.communities")
    if follow:
        over = page.locator("table.communities tr", has=page.locator("td.bad")).locator("a")
        (over if over.count() else page.locator("table.communities a")).first.click()
        page.wait_for_selector(".map[data-idle]", state="attached", timeout=120_000)
    return page.screenshot()


def save(name: str, png: bytes) -> None:
    """Write a picture with as many colours, of at most 256, as keep it below 150 KB."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 160, 96, 64, 40):
        few = whole.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.save(FOLDER / name, optimize=True)
        if (FOLDER / name).stat().st_size < _MOST_BYTES:
            break
    print(f"{name}: {(FOLDER / name).stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(sys.argv[1])
