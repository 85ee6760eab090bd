"""Embedded pages in the iframes of another site, in a real browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Frame, Page, expect
from pydantic import SecretStr

from api.services.embed_keys import NewKey, make_key, revoke_key
from api.services.sights import ALL_SEEING
from api.settings import Settings
from gis.store.engine import open_engine
from gis.store.tables import embed_key
from tests.conftest import own_database
from tests.web.conftest import Visit, Visitor, serving
from tests.web.other_site import OtherSite, other_site

pytestmark = pytest.mark.browser
STREET_OFFICE, COMMUNITY, OTHER = "510000000000", "510000000001", "510000000002"
JANUARY_OVER = datetime(2026, 2, 1, tzinfo=UTC)
TOWN = Path(__file__).parents[1] / "small_town.sql"


@dataclass(frozen=True)
class Embedding:
    """A service with a town of its own, and another site that shows its pages."""

    address: str
    guarded: str
    """Address of a service on the same town that wants accounts, as is the default."""
    engine: sa.Engine
    site: OtherSite

    def key(self, area: str = COMMUNITY, **wanted: Any) -> str:
        """Make a key for the other site."""
        new = NewKey(area, **{"origins": (self.site.origin,), **wanted})
        return make_key(self.engine, ALL_SEEING, new, made_by="test", now=datetime.now(UTC)).key

    def framed(self, page: str, key: str, **size: tuple[int, int]) -> str:
        """Address of a page of the other site with one of ours in its frame."""
        join = "&" if "?" in page else "?"
        return self.site.framing(f"{self.guarded}/embed/{page}{join}key={key}", **size)


@pytest.fixture(scope="module")
def embedding(server_url: str, migrated_template: str) -> Iterator[Embedding]:
    """Serve a town of these tests' own."""
    with own_database(server_url, migrated_template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            # Past SQLAlchemy, which would take the file's percent signs for binds.
            connection.connection.cursor().execute(TOWN.read_text(encoding="utf-8"))
        settings = Settings(database_url=SecretStr(url), map_review_number="川S(2026)001号")
        wanting = settings.model_copy(update={"readers": "accounts"})
        with serving(settings) as address, serving(wanting) as guarded, other_site() as site:
            yield Embedding(address, guarded, engine, site)
        engine.dispose()


def frame_of(visit: Visit) -> Frame:
    """Return the one frame in the page."""
    return visit.page.frames[1]


def drawn(frame: Frame | Page) -> list[dict[str, Any]]:
    """Wait until the map rests and return the features of its subject, each once."""
    frame.wait_for_selector(".map[data-idle]", state="attached", timeout=60_000)
    found: list[dict[str, Any]] = frame.evaluate(
        "document.querySelector('wg-embed').map.drawn()"
        ".map(f => ({...f.properties, layer: f.sourceLayer}))"
    )
    return list({(f["layer"], f.get("code"), f.get("rank")): f for f in found}.values())


@pytest.mark.parametrize(
    ("page", "layer", "told"),
    [
        ("grids", "grids", "负荷"),
        ("grids?layer=kind&theme=dark", "grids", "网格类"),
        ("grids?layer=worker&lang=en", "grids", "Posts"),
        ("coverage?kind=service_centre", "reach", "步行"),
        ("facilities", "facilities", "党群服务中心"),
        (f"sheet/{COMMUNITY}", "grids", "云溪社区"),
    ],
)
def test_a_page_of_another_site_shows_every_embed_that_its_key_opens(
    visitor: Visitor, embedding: Embedding, page: str, layer: str, told: str
) -> None:
    visit = visitor.visit(embedding.framed(page, embedding.key()))
    frame = frame_of(visit)
    assert layer in {f["layer"] for f in drawn(frame)}
    expect(frame.locator("body")).to_contain_text(told)
    expect(frame.locator(".map-line")).to_contain_text("川S(2026)001号")
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1", "localhost"}
    # Patterns and signs are of the sprite, which is asked for without the key.
    assert frame.evaluate("document.querySelector('wg-embed').map.map.listImages().length > 0")


def test_a_site_that_the_key_does_not_name_is_refused(
    visitor: Visitor, embedding: Embedding
) -> None:
    for key in (embedding.key(origins=("https://screen.example",)), embedding.key(origins=())):
        visit = visitor.visit(embedding.framed("grids", key))
        frame_of(visit).wait_for_url(re.compile("^chrome-error:"), wait_until="commit")
        assert any("frame-ancestors" in fault for fault in visit.faults)


def test_no_other_site_frames_a_page_without_a_key(visitor: Visitor, embedding: Embedding) -> None:
    for page in ("embed/grids", "embed", ""):
        visit = visitor.visit(embedding.site.framing(f"{embedding.address}/{page}"))
        frame_of(visit).wait_for_url(re.compile("^chrome-error:"), wait_until="commit")


def test_an_expired_key_shows_a_card_that_says_whom_to_ask(
    visitor: Visitor, embedding: Embedding
) -> None:
    key = embedding.key(contact="区数据局 8023")
    with embedding.engine.begin() as connection:
        newest = sa.select(sa.func.max(embed_key.c.id)).scalar_subquery()
        ended = {
            "made_at": datetime(2026, 1, 1, tzinfo=UTC),
            "expires_at": datetime(2026, 2, 1, tzinfo=UTC),
        }
        connection.execute(sa.update(embed_key).where(embed_key.c.id == newest).values(ended))
    frame = frame_of(visitor.visit(embedding.framed("grids", key)))
    expect(frame.locator("h1")).to_have_text("此嵌入地图已失效")
    expect(frame.locator("main")).to_contain_text("区数据局 8023")
    expect(frame.locator(".map")).to_have_count(0)


def test_an_unknown_key_and_a_wrong_address_are_said_in_words(
    visitor: Visitor, embedding: Embedding
) -> None:
    frame = frame_of(visitor.visit(embedding.framed("grids?lang=en", "wge_none")))
    expect(frame.locator("h1")).to_have_text("This embedded map is not available")
    key = embedding.key()
    for page, told in (
        ("grids?theme=pink", "theme=pink"),
        (f"grids?community={OTHER}", "没有该区划"),
        ("coverage?kind=harbour", "harbour"),
        ("grids?at=yesterday", "at=yesterday"),
    ):
        frame = frame_of(visitor.visit(embedding.framed(page, key)))
        expect(frame.locator("main.embed-notice")).to_contain_text(told)


def test_a_key_revoked_while_the_page_is_open_takes_the_map_away(
    visitor: Visitor, embedding: Embedding
) -> None:
    key = embedding.key(contact="区数据局")
    frame = frame_of(visitor.visit(embedding.framed("grids", key)))
    assert drawn(frame)
    with embedding.engine.connect() as connection:
        number = connection.scalar(sa.select(sa.func.max(embed_key.c.id)))
    assert number is not None
    revoke_key(embedding.engine, ALL_SEEING, number, by="test", now=datetime.now(UTC))
    expect(frame.locator("h1")).to_have_text("此嵌入地图已失效", timeout=20_000)
    expect(frame.locator(".map")).to_have_count(0)


def test_a_click_shows_a_card_of_the_grid_and_escape_closes_it(
    visitor: Visitor, embedding: Embedding
) -> None:
    page = visitor.visit(
        f"{embedding.address}/embed/grids?community={COMMUNITY}", size=(640, 400)
    ).page
    drawn(page)
    at = page.evaluate(
        "(() => { const p = document.querySelector('wg-embed').map.map"
        ".project([104.603, 28.406]); return [p.x, p.y]; })()"
    )
    page.locator(".map canvas").click(position={"x": at[0], "y": at[1]})
    card = page.locator(".embed-card")
    expect(card).to_contain_text("第三网格")
    expect(card).to_contain_text("168 户")
    expect(card).to_contain_text("112%")
    expect(card).to_contain_text("超限")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


@pytest.mark.parametrize("size", [(300, 200), (360, 640), (1280, 720)])
def test_nothing_lies_over_the_area_at_any_size(
    visitor: Visitor, embedding: Embedding, size: tuple[int, int]
) -> None:
    page = visitor.visit(f"{embedding.address}/embed/grids?community={COMMUNITY}", size=size).page
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    covered = page.evaluate(
        """() => {
          const {map} = document.querySelector("wg-embed").map;
          const legend = document.querySelector(".embed-legend").getBoundingClientRect();
          const box = document.querySelector(".map").getBoundingClientRect();
          return [[104.600, 28.400], [104.612, 28.400], [104.600, 28.408], [104.612, 28.408]]
            .map(at => map.project(at))
            .filter(p => p.x + box.x < legend.right && p.y + box.y > legend.top
              || p.x < 0 || p.y < 0 || p.x > box.width || p.y > box.height).length;
        }"""
    )
    assert covered == 0


def test_a_browser_without_webgl_gets_the_figures(visitor: Visitor, embedding: Embedding) -> None:
    context = visitor.browser.new_context(viewport={"width": 360, "height": 400}, locale="zh-CN")
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    page.goto(f"{embedding.address}/embed/grids?community={COMMUNITY}")
    expect(page.locator(".embed-mapless")).to_be_visible()
    expect(page.locator(".embed-rows")).to_contain_text("云溪社区")
    expect(page.locator(".embed-rows .bad")).to_have_text("1")


def test_a_page_that_loses_the_service_says_so_and_comes_back(
    visitor: Visitor, embedding: Embedding
) -> None:
    page = visitor.visit(f"{embedding.address}/embed/grids?community={COMMUNITY}").page
    drawn(page)
    page.context.set_offline(True)
    expect(page.locator(".embed-offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".embed-offline")).to_have_count(0)


def test_an_open_page_shows_a_change_by_itself(visitor: Visitor, embedding: Embedding) -> None:
    page = visitor.visit(f"{embedding.address}/embed/grids?community={COMMUNITY}").page
    assert "甲网格" not in {f["name"] for f in drawn(page)}
    with embedding.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE plan_grid SET name = '甲网格' WHERE plan_id = 1 AND grid_no = 0"
        )
    page.wait_for_function(
        "() => document.querySelector('wg-embed').map.drawn()"
        ".some(f => f.properties.name === '甲网格')"
    )


def test_a_framed_page_follows_changes_with_its_key(visitor: Visitor, embedding: Embedding) -> None:
    visit = visitor.visit(embedding.framed("grids", embedding.key()))
    frame = frame_of(visit)
    assert "乙网格" not in {f["name"] for f in drawn(frame)}
    with embedding.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE plan_grid SET name = '乙网格' WHERE plan_id = 1 AND grid_no = 1"
        )
    frame.wait_for_function(
        "() => document.querySelector('wg-embed').map.drawn()"
        ".some(f => f.properties.name === '乙网格')",
        timeout=60_000,
    )
    assert visit.faults == []


def test_the_code_to_paste_holds_the_choice_and_the_key(
    visitor: Visitor, embedding: Embedding
) -> None:
    visit = visitor.visit(f"{embedding.address}/embed")
    page = visit.page
    codes = page.locator(".box-code code")
    expect(codes.first).to_contain_text(f"/embed/grids?community={COMMUNITY}")
    # Nobody may make keys here, so the page tells the command.
    expect(page.locator(".box-choices pre")).to_contain_text(
        f"wangge embed add {COMMUNITY} --layers grids --origin"
    )
    page.locator("[name=page]").select_option("coverage")
    page.locator("[name=theme]").select_option("dark")
    page.locator("[name=key]").fill("wge_mine")
    expect(codes.nth(0)).to_contain_text("theme=dark&amp;kind=service_centre&amp;minutes=15")
    expect(codes.nth(0)).to_contain_text("key=wge_mine")
    expect(codes.nth(1)).to_contain_text("/tiles/reach,circles,gaps,facilities.json?")
    expect(codes.nth(2)).to_contain_text("/styles/coverage.json?")
    page.locator("[data-of=style]").click()
    expect(page.locator("[data-of=style]")).to_have_text("已复制")


def test_the_code_to_paste_works_on_the_site_that_its_new_key_names(
    visitor: Visitor, embedding: Embedding
) -> None:
    settings = Settings(
        database_url=SecretStr(embedding.engine.url.render_as_string(hide_password=False)),
        open=True,
    )
    with serving(settings) as address:
        page = visitor.visit(f"{address}/embed").page
        page.locator("[name=origin]").fill(embedding.site.origin)
        page.get_by_role("button", name="新建密钥").click()
        expect(page.locator("[role=status]")).to_contain_text("只显示这一次")
        expect(page.locator(".box-keys tbody tr").first).to_contain_text(embedding.site.origin)
        code = page.locator(".box-code code").first.text_content() or ""
        source = re.search('src="([^"]+)"', code)
        assert source is not None
        framed = embedding.site.framing(html.unescape(source[1]))
        assert drawn(frame_of(visitor.visit(framed)))
