"""Sheets for paper: they open from a disk, ask for nothing, and print true to their scale."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from playwright.sync_api import Browser

from gis.errors import Language
from maps.paper import paper
from maps.register import RegisterLayers, register
from tests.maps.test_register import NO_BOUNDS, about, building, grid
from tests.web.conftest import Visit, Visitor

pytestmark = pytest.mark.browser
POINTS_PER_MM = 72 / 25.4
# The community is 0.012 degrees wide at 28.404 N.
WIDTH_M = 1174.9


def fetched(address: str, language: str = "zh") -> bytes:
    """What the service answers in a language."""
    request = urllib.request.Request(address, headers={"Accept-Language": language})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return bytes(answer.read())


@contextmanager
def from_disk(chromium: Browser, file: Path) -> Iterator[Visit]:
    """Open a file without a network."""
    context = chromium.new_context(offline=True)
    visit = Visit(context.new_page())
    visit.watch()
    visit.page.goto(file.as_uri())
    yield visit
    assert visit.requests == [file.as_uri()]
    assert visit.faults == []
    context.close()


def printed(visit: Visit) -> pdfium.PdfDocument:
    """The page as it leaves the printer."""
    return pdfium.PdfDocument(visit.page.pdf(prefer_css_page_size=True, print_background=True))


def size_mm(page: pdfium.PdfPage) -> tuple[float, float]:
    """Width and height of a page."""
    width, height = page.get_size()
    return width / POINTS_PER_MM, height / POINTS_PER_MM


def text_of(page: pdfium.PdfPage) -> str:
    """Text of a page without blanks, which a PDF puts where it likes."""
    return re.sub(r"\s", "", page.get_textpage().get_text_range())


PAPERS = [
    ("a3", "landscape", (420, 297)),
    ("a3", "portrait", (297, 420)),
    ("a4", "landscape", (297, 210)),
    ("a4", "portrait", (210, 297)),
]


@pytest.mark.parametrize(("name", "turn", "size"), PAPERS)
def test_a_wall_map_is_one_sheet_true_to_its_scale(
    chromium: Browser,
    town_address: str,
    tmp_path: Path,
    name: str,
    turn: str,
    size: tuple[float, float],
) -> None:
    file = tmp_path / "wall.html"
    query = f"paper={name}&turn={turn}&office=%E6%9C%9B%E6%B1%9F%E8%A1%97%E9%81%93%E5%8A%9E"
    file.write_bytes(fetched(f"{town_address}/maps/plans/1/wall.html?{query}"))
    with from_disk(chromium, file) as visit:
        document = printed(visit)
        assert len(document) == 1
        assert size_mm(document[0]) == pytest.approx(size, abs=0.4)
        text = text_of(document[0])
        for word in (
            *("望江街道云溪社区网格划分图", "编制单位", "望江街道办", "第三网格", "网格为管理界线"),
            *("510000000001003", "川S(2026)001号", "户籍户约528", "锦绣苑", "自2026-01-01起施行"),
        ):
            assert word in text, word
        scale = int(re.sub(r"\D", "", visit.page.locator(".scale b").inner_text()[2:]))
        assert f"1:{scale}" in text
        # The community's border is the widest line on the sheet inside the frame.
        widths = [
            (right - left) / POINTS_PER_MM
            for left, _, right, _ in (o.get_bounds() for o in document[0].get_objects())
        ]
        metres = [width * scale / 1000 for width in widths]
        assert any(m == pytest.approx(WIDTH_M, rel=0.01) for m in metres)
        bar_m = int(str(visit.page.locator(".scale").get_attribute("data-metres")))
        visit.page.emulate_media(media="print")
        bar_px = visit.page.eval_on_selector(
            ".bar-edge", "bar => bar.getBBox().width * bar.getScreenCTM().a"
        )
        bar_mm = bar_px / 96 * 25.4
        assert bar_mm * scale / 1000 == pytest.approx(bar_m, rel=0.01)


def test_nothing_of_a_wall_map_hangs_over_its_sheet(visitor: Visitor, town_address: str) -> None:
    for name, turn, _ in PAPERS:
        visit = visitor.visit(f"{town_address}/maps/plans/1/wall.html?paper={name}&turn={turn}")
        hanging = visit.page.evaluate(
            """() => {
              const sheet = document.querySelector(".sheet").getBoundingClientRect();
              const parts = ".panel, .panel section, .panel table, .title *, .foot, .map";
              return [...document.querySelectorAll(parts)]
                .filter((e) => {
                  const r = e.getBoundingClientRect();
                  return r.right > sheet.right || r.bottom > sheet.bottom || r.left < sheet.left;
                }).map((e) => e.className || e.tagName);
            }"""
        )
        assert hanging == []
        assert visit.faults == []


@pytest.mark.parametrize(
    ("language", "turn", "words"),
    [
        ("zh", "landscape", ("云溪社区·第三网格", "第3页，共4页", "24栋·168户")),
        ("en", "portrait", ("·第三网格", "Page3of4", "Load112%", "Telephone")),
    ],
)
def test_grid_sheets_are_a_page_for_each_grid_true_to_its_scale(
    chromium: Browser,
    town_address: str,
    tmp_path: Path,
    language: str,
    turn: str,
    words: tuple[str, ...],
) -> None:
    file = tmp_path / "grids.html"
    file.write_bytes(fetched(f"{town_address}/maps/plans/1/grids.html?turn={turn}", language))
    with from_disk(chromium, file) as visit:
        document = printed(visit)
        assert len(document) == 4
        size = (297, 210) if turn == "landscape" else (210, 297)
        for page in document:
            assert size_mm(page) == pytest.approx(size, abs=0.4)
        text = text_of(document[2])
        for word in (*words, "510000000001003", "168"):
            assert word in text, word
        # Posts are told, and nobody who holds one.
        whole = "".join(text_of(page) for page in document)
        assert ("综合网格员1岗，空缺1" if language == "zh" else "vacant") in whole
        households = visit.page.eval_on_selector_all(
            ".grid-sheet", "sheets => sheets.map((s) => Number(s.dataset.households))"
        )
        assert households == [96, 144, 168, 120]
        hanging = visit.page.evaluate(
            """() => [...document.querySelectorAll(".grid-sheet")].flatMap((sheet) => {
              const r = sheet.getBoundingClientRect();
              return [...sheet.querySelectorAll("h1, p, dl, .map, .houses, .locator, .foot span")]
                .filter((e) => {
                  const b = e.getBoundingClientRect();
                  const cut = e.scrollHeight > e.clientHeight + 1;
                  return b.right > r.right || b.bottom > r.bottom || cut;
                }).map((e) => e.className || e.tagName); })"""
        )
        assert hanging == []
        # Each grid is half the community wide, at the scale told on its own page.
        told = visit.page.locator(".grid-sheet .scale b").nth(2).inner_text()
        scale = int(re.sub(r"\D", "", told[2:]))
        widths = [
            (right - left) / POINTS_PER_MM * scale / 1000
            for left, _, right, _ in (o.get_bounds() for o in document[2].get_objects())
        ]
        assert any(m == pytest.approx(WIDTH_M / 2, rel=0.01) for m in widths)


def test_one_grid_is_printed_alone_and_none_that_is_not_there(town_address: str) -> None:
    page = fetched(f"{town_address}/maps/communities/510000000001/grids.html?grid=1").decode()
    assert re.findall(r'data-households="(\d+)"', page) == ["144"]
    assert "某某" not in page
    with pytest.raises(urllib.error.HTTPError) as fault:
        fetched(f"{town_address}/maps/plans/1/grids.html?grid=77")
    assert fault.value.code == 422
    assert "77" in fault.value.read().decode()
    fault.value.close()


@pytest.mark.parametrize(("language", "words"), [("zh", "四至"), ("en", "Bounds")])
def test_a_register_of_sixty_grids_repeats_its_head_and_numbers_its_pages(
    chromium: Browser, tmp_path: Path, language: Language, words: str
) -> None:
    homes = [building(n, n % 60, "锦绣苑", 9) for n in range(1200)]
    rows = sorted(homes, key=lambda row: int(row["grid_no"]))
    layers = RegisterLayers(
        [grid(n, f"511599001001{n + 1:03}") for n in range(60)], rows, NO_BOUNDS, []
    )
    file = tmp_path / "register.html"
    file.write_text(register(layers, about(office="望江街道办"), paper("a4"), language), "utf-8")
    with from_disk(chromium, file) as visit:
        document = printed(visit)
        pages = [text_of(page) for page in document]
        assert len(pages) > 4
        for number, (page, text) in enumerate(zip(document, pages, strict=True), 1):
            assert size_mm(page) == pytest.approx((297, 210), abs=0.4)
            assert words in text
            assert "望江街道办" in text
            told = f"第{number}页，共{len(pages)}页"
            assert (told if language == "zh" else f"Page{number}of{len(pages)}") in text
        assert all(f"511599001001{n:03}" in "".join(pages) for n in range(1, 61))
        assert f"{1200 * 9}" in pages[-1]


def test_a_register_names_nobody(town_address: str) -> None:
    page = fetched(f"{town_address}/maps/plans/1/register.html").decode()
    assert "综合网格员 1 岗，空缺 1" in page
    assert "某某" not in page


def test_the_register_adds_up_to_the_plan_with_what_is_in_no_grid(
    visitor: Visitor, planner_address: str
) -> None:
    for plan, households in ((1, 528), (2, 528)):
        visit = visitor.visit(f"{planner_address}/maps/plans/{plan}/register.html")
        counted = visit.page.eval_on_selector_all(
            "tr.entry", "rows => rows.map((r) => Number(r.dataset.households))"
        )
        assert sum(counted) == households
        assert visit.faults == []
    assert visit.page.locator("tr.loose").get_attribute("data-households") == "4"


def test_a_community_is_printed_by_its_standing_plan_or_told_that_none_stands(
    town_address: str,
) -> None:
    here = f"{town_address}/maps/communities"
    page = fetched(f"{here}/510000000001/wall.html?at=2026-05-01").decode()
    assert "望江街道云溪社区网格划分图" in page
    with pytest.raises(urllib.error.HTTPError) as fault:
        fetched(f"{here}/510000000001/register.html?at=2025-05-01")
    assert fault.value.code == 404
    assert "没有已发布的方案" in fault.value.read().decode()
    fault.value.close()


def test_the_command_writes_both_sheets(town_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "WANGGE_DATABASE_URL": town_url, "WANGGE_LANG": "en"}
    for sheet in ("wall", "register", "grids"):
        file = tmp_path / f"{sheet}.html"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "api.cli", "plan", "sheet", "1", sheet, "-o", str(file)),
                *("--paper", "a4", "--office", "Riverside"),
            ],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Riverside" in file.read_text("utf-8")
    assert "print it at 100 %" in done.stdout
