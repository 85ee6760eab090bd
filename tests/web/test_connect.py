"""docs/connect.md: every example does what the page says it does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pyogrio
import pytest
from pydantic import SecretStr

from api.settings import Settings
from tests.api.served import served
from tests.web.conftest import Visitor, serving

TEXT = (Path(__file__).parents[2] / "docs/connect.md").read_text("utf-8")
PLACE = "https://map.example/wangge"
PAGES = dict(re.findall(r"^## (\w+)\n.*?^```html\n(.*?)^```", TEXT, re.S | re.M))
TOKEN = "0123456789abcdef-token"  # noqa: S105
NAMES = {"第一网格", "第二网格", "第三网格", "第四网格"}


@pytest.mark.browser
def test_echarts_colours_the_communities_by_their_figures(
    visitor: Visitor, town_address: str, other_site: Callable[[str], str]
) -> None:
    visit = visitor.visit(other_site(PAGES["ECharts"].replace(PLACE, town_address)))
    visit.page.wait_for_function("window.drawn?.getOption()?.series?.[0]?.data?.length == 2")
    data = visit.page.evaluate("drawn.getOption().series[0].data")
    assert [(one["name"], one["value"]) for one in data] == [("云溪社区", 528), ("临江社区", 0)]
    drawn = visit.page.evaluate(
        "drawn.getModel().getSeriesByIndex(0).getData().mapArray('value', v => v)"
    )
    assert drawn == [528, 0]
    assert visit.page.locator("#chart svg path").count() >= 2
    assert visit.faults == []
    assert visit.hosts == {"127.0.0.1", "localhost"}


@pytest.mark.browser
def test_leaflet_draws_the_grids_as_svg(
    visitor: Visitor, town_address: str, other_site: Callable[[str], str]
) -> None:
    visit = visitor.visit(other_site(PAGES["Leaflet"].replace(PLACE, town_address)))
    visit.page.wait_for_selector("#map path.leaflet-interactive")
    strokes = visit.page.evaluate(
        "[...document.querySelectorAll('#map path.leaflet-interactive')]"
        ".map(path => path.getAttribute('stroke'))"
    )
    # One of the four is over its cap.
    assert sorted(strokes) == ["#1b6e5a"] * 3 + ["#b3261e"]
    visit.page.locator("#map path.leaflet-interactive").first.hover()
    assert visit.page.locator(".leaflet-tooltip").inner_text() in NAMES
    assert visit.faults == []


def commands() -> list[list[str]]:
    """Every ogr2ogr of the page."""
    shell = "".join(re.findall(r"^```sh\n(.*?)^```", TEXT, re.S | re.M))
    return [shlex.split(line) for line in shell.splitlines()]


def test_gdal_reads_what_the_commands_name(town_url: str) -> None:
    """GDAL through pyogrio: the same drivers, sources and filters as its command line."""
    found = {}
    with served(town_url) as address:
        for _, _, driver, output, source, layer, *rest in commands():
            assert driver in pyogrio.list_drivers(write=True)
            where = rest[rest.index("-where") + 1] if "-where" in rest else None
            frame = pyogrio.read_dataframe(source.replace(PLACE, address), layer=layer, where=where)
            found[output] = frame
    assert set(found["grids.gpkg"]["name"]) == set(found["superset.db"]["name"]) == NAMES
    assert set(found["buildings.csv"]["households"]) == {6, 7}


def panels() -> list[tuple[str, str, list[str]]]:
    """Every row of the table for Grafana: address, root, columns."""
    part = TEXT.partition("## Grafana")[2].partition("## Prometheus")[0]
    cells = [row.split("|")[2:5] for row in part.splitlines() if PLACE in row and row[0] == "|"]
    return [
        (*(re.findall("`(.*?)`", cell)[0] for cell in row[:2]), re.findall("`(.*?)`", row[2]))
        for row in cells
    ]


def chosen(value: Any, path: str) -> Any:
    """Follow a path of names with dots between, as Infinity does."""
    for name in path.split("."):
        value = value[name]
    return value


def test_grafana_finds_its_rows_and_columns(town_address: str) -> None:
    assert len(panels()) == 2
    for url, root, columns in panels():
        rows = chosen(httpx2.get(url.replace(PLACE, town_address)).json(), root)
        assert rows
        values = [[chosen(row, column) for column in columns] for row in rows]
        assert all(isinstance(v, str | int | float) or v is None for row in values for v in row)


def test_prometheus_is_let_in_and_its_queries_name_what_is_told(town_settings: Settings) -> None:
    (config,) = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.S | re.M)
    told_path = re.findall(r"metrics_path: (\S+)", config)
    told_host = re.findall(r'targets: \["(\S+)"\]', config)
    assert "authorization:\n      credentials: the-value-of-WANGGE_METRICS_TOKEN" in config
    own = town_settings.model_copy(update={"metrics_token": SecretStr(TOKEN)})
    with serving(own) as address:
        sent = {"host": told_host[0], "authorization": f"Bearer {TOKEN}"}
        httpx2.get(f"{address}/tiles/grids/14/12951/6850.mvt")
        answer = httpx2.get(f"{address}{told_path[0]}", headers=sent)
        assert httpx2.get(f"{address}/metrics", headers={"host": "map.example"}).status_code == 404
    assert answer.status_code == 200
    (queries,) = re.findall(r"^```promql\n(.*?)^```", TEXT, re.S | re.M)
    names = set(re.findall(r"\b(?:wangge|process)_\w+", queries))
    assert len(names) == 5
    told = set(re.findall(r"^(\w+)", answer.text, re.M))
    assert names <= told


def test_every_page_it_links_to_is_there() -> None:
    links = re.findall(r"\]\((\w+\.md)\)", TEXT)
    assert links
    docs = Path(__file__).parents[2] / "docs"
    assert [link for link in links if not (docs / link).exists()] == []
