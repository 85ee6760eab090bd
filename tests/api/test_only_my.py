"""A service of the workers' page alone: all else answers as if it were not there."""

from __future__ import annotations

import pytest

from api.settings import Settings
from tests.api.accounts import service


def test_only_the_workers_page_and_what_it_needs_is_there(town_settings: Settings) -> None:
    with service(town_settings, only="my") as client:
        page = {"accept": "text/html"}
        start = client.get("/", headers=page, follow_redirects=False)
        assert start.headers["location"] == "/my"
        asked = client.get("/my", headers=page, follow_redirects=False)
        assert asked.headers["location"].startswith("/login?next=%2Fmy")
        assert client.get("/login", headers=page).status_code == 200
        assert client.get("/healthz").status_code == 200
        assert client.get("/api/v1/my").status_code == 401
        for path in (
            "/plan/1",
            "/api/v1/plans",
            "/tiles/grids.json",
            "/dashboard",
            "/ogc",
            "/metrics",
        ):
            assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["/my/sw.js", "/my/manifest.webmanifest", "/my/shell"])
def test_what_makes_the_page_installable_is_served(town_settings: Settings, path: str) -> None:
    with service(town_settings, readers="anyone", only="my", base_path="/wangge") as client:
        answer = client.get(f"/wangge{path}")
        assert answer.status_code == 200
        assert "/wangge" in answer.text + answer.headers.get("service-worker-allowed", "")


def test_a_short_sub_path_is_no_part_of_other_words(town_settings: Settings) -> None:
    """A proxy that cuts `/w` off hands on `/web/...`, which does not begin with the sub-path."""
    with service(town_settings, readers="accounts", base_path="/w") as client:
        own = client.get("/w/login").text.partition("/w/web/app/")[2].partition("/")[0]
        for path in (f"/web/app/{own}/tokens.css", f"/w/web/app/{own}/tokens.css"):
            assert client.get(path).status_code == 200
