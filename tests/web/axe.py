"""What axe-core finds of a page."""

from __future__ import annotations

from playwright.sync_api import Page

from maps.assets import WEB


def serious(page: Page) -> list[str]:
    """Rules of axe-core that the page breaks seriously, each with the first element."""
    page.evaluate((WEB / "node_modules/axe-core/axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations)")
    grave = [v for v in found if v["impact"] in {"serious", "critical"}]
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in grave]
