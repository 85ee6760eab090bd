"""
The walk from import to handover as pictures: ``python -m ops.walk_pictures ADDRESS COMMUNITY``.

Run it on a demo of its own: it divides the community, moves a building by hand, and submits,
approves and publishes the plan from tomorrow on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Page, sync_playwright

from ops.chromium import FLAGS, find_chromium
from ops.pictures import SIZE, TOOLS, save

_LONG_MS = 180_000
_EDITOR = "document.querySelector('wg-editor-page')"
# Two units that touch across a border of grids with room for more, as far inside the community
# as there are, and where each stands on the screen.
_STROKE = f"""(() => {{
  const {{map, drawing}} = {_EDITOR};
  const {{town, grid, parting}} = drawing;
  const middle = (xs) => xs.reduce((a, b) => a + b, 0) / xs.length;
  const [mx, my] = [middle([...town.x]), middle([...town.y])];
  const off = (u) => Math.hypot(town.x[u] - mx, town.y[u] - my);
  const pairs = [...town.left.keys()].filter((b) => parting[b] && town.right[b] >= 0
    && town.households[town.left[b]] && town.households[town.right[b]] && town.length_m[b] > 15)
    .map((b) => [town.left[b], town.right[b]]).sort((a, b) => off(a[0]) - off(b[0]));
  const [from, to] = pairs[0];
  const box = map.map.getCanvas().getBoundingClientRect();
  const at = (u) => {{
    const p = map.map.project([town.scale.lon(town.x[u]), town.scale.lat(town.y[u])]);
    return [p.x + box.left, p.y + box.top];
  }};
  return {{grid: grid[from], from: at(from), to: at(to)}};
}})()"""

_FULLEST = """(() => {
  const houses = [...document.querySelectorAll(".grid-sheet")]
    .map((sheet) => sheet.querySelectorAll(".house").length);
  return houses.indexOf(Math.max(...houses));
})()"""


def main(address: str, community: str) -> None:
    """Walk the whole way as a planner does, and take a picture of each step."""
    with sync_playwright() as playwright:
        program = find_chromium(TOOLS)
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        context = browser.new_context(viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
        for name, picture in _walk(context, address.rstrip("/"), community):
            save(f"walk-{name}.png", picture)
        browser.close()


def _walk(context: BrowserContext, address: str, community: str) -> Iterator[tuple[str, bytes]]:
    page = context.new_page()
    page.set_default_timeout(_LONG_MS)
    page.goto(f"{address}/ground/{community}")
    _drawn(page)
    yield "1-import", page.screenshot()
    page.goto(f"{address}/plan?community={community}")
    page.locator(".desk-start select").select_option("gaoxian-2020")
    page.locator(".desk-start button.primary").click()
    page.wait_for_url("**/edit")
    editor = page.url
    plan = editor.rsplit("/", 2)[1]
    _drawn(page)
    yield "2-divide", page.screenshot()
    yield "3-redraw", _stroke(page)
    page.locator("details.menu summary").click()
    page.locator("[data-action=compare]").click()
    page.locator("[role=option]").first.click()
    _drawn(page, "#map-b")
    yield "4-compare", page.screenshot()
    page.goto(editor)
    _drawn(page)
    yield "5-submit", _step(page)
    _step(page)
    yield "6-publish", _step(page)
    page.goto(f"{address}/maps/plans/{plan}/handover.html")
    page.wait_for_selector(".leaflet-overlay-pane path", state="attached")
    yield "7-handover", page.screenshot()
    page.goto(f"{address}/maps/plans/{plan}/grids.html")
    yield "8-sheet", page.locator(".grid-sheet").nth(page.evaluate(_FULLEST)).screenshot()


def _drawn(page: Page, box: str = ".map") -> None:
    page.wait_for_selector(f"{box}[data-idle]", state="attached")


def _stroke(page: Page) -> bytes:
    """Draw a building over a border with the brush; the picture is taken before it is let go."""
    stroke = page.evaluate(_STROKE)
    page.locator(f"#grid-{stroke['grid']}").click()
    _drawn(page)
    stroke = page.evaluate(_STROKE)
    page.keyboard.press("b")
    page.mouse.move(*stroke["from"])
    page.mouse.down()
    page.mouse.move(*stroke["to"], steps=6)
    picture = page.screenshot()
    page.mouse.up()
    page.wait_for_selector(".saved.good")
    return picture


def _step(page: Page) -> bytes:
    """Take the next step on the way to publication; the picture shows its dialog filled in."""
    page.locator(".editor-acts button.primary").click()
    send = page.locator("dialog button.primary:enabled")
    send.wait_for()
    for reason in page.locator("dialog textarea[name^=reason-]").all():
        reason.fill("随房屋征收一并调整。已与社区核对。")
    picture = page.screenshot()
    with page.expect_navigation():
        send.click()
    _drawn(page)
    return picture


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
