"""Who is responsible here, and who may see whom: the small town with its staff."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import zxingcpp
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser
from pydantic import SecretStr

from api.app import create_app
from api.asking import asking
from api.principal import OPERATOR, PUBLIC_PAGE, Principal
from api.services import staff as service
from api.services.database import open_drawing
from api.services.responsible import Asked, responsible_for
from api.services.staffing import staffing_of
from api.services.teams import set_team
from api.settings import Settings
from gis.errors import InputError, NotFound
from gis.gcj02 import wgs84_to_gcj02
from gis.staff.teams import load_team
from gis.store import responsible as store
from gis.store.engine import open_engine
from tests.api.conftest import THIS_MACHINE

STAFF = Path(__file__).parents[1] / "small_town_staff.sql"
C = "510000000001"
SOUTH_WEST = f"{C}001"
DAY = date(2026, 6, 1)
HERE = "/api/v1/responsible"
WORKER = Principal(5, "网格员", "worker", (), (f"{C}003",))
ELSEWHERE = Principal(6, "邻社区", "supervisor", ("510000000002",))
VIEWER = Principal(7, "大屏", "viewer", (C,))


@pytest.fixture(scope="module")
def engine_of_town(own_town_url: str) -> Iterator[sa.Engine]:
    engine = open_engine(own_town_url)
    with engine.begin() as connection:
        connection.connection.cursor().execute(STAFF.read_text(encoding="utf-8"))
    set_team(engine, "510000000000", load_team("changle"), made_by="test")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def settings(engine_of_town: sa.Engine, own_town_url: str) -> Settings:
    assert engine_of_town
    return Settings(database_url=SecretStr(own_town_url), open=True, office="望江街道")


@pytest.fixture(scope="module")
def operator(settings: Settings) -> Iterator[TestClient]:
    app = create_app(settings)
    with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as client:
        yield client


@pytest.fixture(scope="module")
def nobody(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings.model_copy(update={"open": False}))) as client:
        yield client


def here(client: TestClient, **asked: object) -> dict[str, Any]:
    answer = client.get(HERE, params={"at": str(DAY), **{k: str(v) for k, v in asked.items()}})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@contextmanager
def drawing(settings: Settings) -> Iterator[sa.Engine]:
    engine = open_drawing(settings)
    yield engine
    engine.dispose()


def levels(told: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(link["level"], [post["post"] for post in link["posts"]]) for link in told["chain"]]


def test_a_building_answers_with_its_whole_chain_from_the_community_to_the_stairwell(
    operator: TestClient,
) -> None:
    told = here(operator, building="b000")
    assert told["found"] == "inside"
    assert told["grid"]["code"] == SOUTH_WEST
    assert levels(told) == [
        ("community", ["p4"]),
        ("group", ["p5"]),
        ("grid", ["p1"]),
        ("building", ["p6"]),
        ("stairwell", ["p7"]),
        ("stairwell", []),
    ]
    secretary = told["chain"][0]["posts"][0]
    assert secretary["title"] == "社区书记"
    assert secretary["person"]["masked_phone"] == "138****5678"
    assert (
        operator.get("/api/v1/chains/b000", params={"at": str(DAY)}).json()["links"]
        == (told["chain"])
    )


def test_nobody_known_is_told_posts_and_no_person(nobody: TestClient) -> None:
    told = here(nobody, lon=104.6005, lat=28.4005)
    assert levels(told)[0] == ("community", ["p4"])
    people = [p[k] for link in told["chain"] for p in link["posts"] for k in ("person", "deputy")]
    assert set(people) == {None}
    for name in ("李书记", "138", "某某"):
        assert name not in str(told)
    for path in ("staff/w2", "chains/b000", f"vacancies/{C}", f"staffing/{C}"):
        assert nobody.get(f"/api/v1/{path}").status_code == 403, path
    assert nobody.post("/api/v1/staff/w2/phone").status_code == 403


_CUT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%EXECUTE wangge%'
"""


def test_a_look_up_is_answered_over_a_new_connection_when_its_own_was_cut_off(
    operator: TestClient, engine_of_town: sa.Engine
) -> None:
    before = here(operator, building="b000")
    with engine_of_town.connect() as connection:
        assert connection.exec_driver_sql(_CUT.replace("%", "%%")).scalars().all()
    assert here(operator, building="b000") == before


def test_on_a_border_the_lowest_code_answers_and_outside_the_nearest_with_its_distance(
    operator: TestClient,
) -> None:
    assert here(operator, lon=104.606, lat=28.404)["grid"]["code"] == SOUTH_WEST
    outside = here(operator, lon=104.5990, lat=28.4005)
    assert outside["found"] == "nearest"
    assert outside["grid"]["code"] == SOUTH_WEST
    assert outside["grid"]["distance_m"] == pytest.approx(97.9, abs=0.5)
    assert "98" in outside["told"]
    assert outside["chain"] == []
    assert here(operator, lon=100.0, lat=20.0)["found"] == "nothing"


def test_points_may_be_spoken_in_other_coordinates(operator: TestClient) -> None:
    lon, lat = wgs84_to_gcj02([104.6065], [28.4005])
    told = here(operator, lon=lon[0], lat=lat[0], coord="gcj02")
    assert told["grid"]["code"] == f"{C}002"
    assert here(operator, lon=lon[0], lat=lat[0])["grid"]["code"] != f"{C}001"


@pytest.mark.parametrize(
    "spelled",
    ["望江路1号", "云溪社区望江路１號", "锦绣苑1幢", "锦绣苑小区 １号楼2单元301室", "锦绣园一栋"],
)
def test_an_address_is_found_however_it_is_spelled(operator: TestClient, spelled: str) -> None:
    told = here(operator, address=spelled)
    assert told["building"]["code"] == "b000"
    assert told["grid"]["code"] == SOUTH_WEST


def test_an_address_of_several_buildings_asks_which_and_one_of_none_says_so(
    operator: TestClient, engine_of_town: sa.Engine
) -> None:
    with engine_of_town.begin() as connection:
        connection.execute(
            sa.text("UPDATE building SET address = '双门牌9号' WHERE code IN ('b001', 'b002')")
        )
    told = here(operator, address="双门牌９号")
    assert told["found"] == "several"
    assert [one["code"] for one in told["candidates"]] == ["b001", "b002"]
    assert operator.get(HERE, params={"address": "没有这条路1号"}).status_code == 404
    assert operator.get(HERE, params={"building": "b777"}).status_code == 404
    assert operator.get(HERE).status_code == 422
    assert operator.get(HERE, params={"lon": 104}).status_code == 422


def test_facilities_are_near_on_foot_where_walked_and_as_the_crow_flies_elsewhere(
    operator: TestClient,
) -> None:
    walked = here(operator, building="b000")
    assert (walked["facilities_by"], walked["facilities"][0]["metres"]) == ("walk", 650.0)
    straight = here(operator, lon=104.6061, lat=28.4050)
    assert straight["facilities_by"] == "straight"
    assert straight["facilities"][0]["metres"] == pytest.approx(99.8, abs=0.5)


def test_each_unmasking_is_one_row_of_the_audit_trail(
    operator: TestClient, engine_of_town: sa.Engine
) -> None:
    shown = operator.get("/api/v1/staff/w3", params={"at": str(DAY)}).json()
    assert shown["masked_phone"] == "0831-*****12"
    assert [post["code"] for post in shown["posts"]] == [f"{C}003", f"{C}004"]
    assert operator.post("/api/v1/staff/w3/phone").json() == {"code": "w3", "phone": "0831-5551212"}
    with engine_of_town.connect() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT who, kind, code, community FROM audit_event WHERE action = 'staff.unmask'"
            )
        ).all()
    assert [tuple(row) for row in rows] == [("operator", "worker", "w3", C)]


def test_who_lies_outside_the_scope_reads_like_who_does_not_exist(
    engine_of_town: sa.Engine, settings: Settings
) -> None:
    with engine_of_town.connect() as connection, drawing(settings) as drawn:
        for who in (ELSEWHERE, VIEWER):
            with pytest.raises(NotFound):
                service.member(connection, who, "w3", DAY, "zh")
            told = responsible_for(drawn, who, Asked(building="b000"), DAY, settings, "zh")
            assert all(post.person is None for link in told.chain for post in link.posts)
        with pytest.raises(NotFound):
            service.chain_of_building(connection, WORKER, "b000", DAY, "zh")
        assert service.member(connection, WORKER, "w3", DAY, "zh").name == "张网格"
        with pytest.raises(NotFound):
            staffing_of(connection, ELSEWHERE, C, DAY, settings)
    with pytest.raises(NotFound, match="w3"):
        service.phone_of(engine_of_town, ELSEWHERE, "w3")


def test_who_reads_a_spot_for_the_public_leaves_the_connection_as_it_was(
    settings: Settings,
) -> None:
    rights = sa.text("SELECT current_setting('wangge.rights'), (SELECT count(*) FROM worker)")
    asker = asking(PUBLIC_PAGE)
    with drawing(settings) as drawn, drawn.connect() as connection:
        before = connection.execute(rights).one()
        spot = store.spot_at_building(connection, asker, "b000", DAY, most=8)
        people = store.people_told(connection, asker, spot.chain)
        assert "赵楼长" not in str(spot)
        assert "赵楼长" in str(people)
        assert connection.execute(rights).one() == before == (",drafts,map,", 0)


def test_a_spot_is_found_by_index_however_many_grids_there_are(settings: Settings) -> None:
    asker = asking(PUBLIC_PAGE)
    with drawing(settings) as drawn, drawn.connect() as connection:
        store.spot_at_point(connection, asker, 104.6005, 28.4005, DAY, most=8)
        [name] = connection.execute(
            sa.text("SELECT name FROM pg_prepared_statements WHERE name LIKE 'wangge%'")
        ).scalars()
        asked = f"EXPLAIN EXECUTE {name} (104.6005, 28.4005, '{DAY}', 8, 3000)"
        plan = "\n".join(connection.exec_driver_sql(asked).scalars())
    for index in ("ix_building_geom", "ix_plan_grid_geom", "ix_facility_geom", "uq_grid_code"):
        assert index in plan
    assert "Seq Scan" not in plan


def test_the_team_template_yields_what_nobody_fills(operator: TestClient) -> None:
    told = operator.get(f"/api/v1/vacancies/{C}", params={"at": str(DAY), "limit": 3}).json()
    seats = {(seat["level"], seat["role"]): seat for seat in told["seats"]}
    grids = seats["grid", "comprehensive"]
    assert (grids["subjects"], grids["needed"], grids["filled"], grids["vacant_posts"]) == (
        4,
        4,
        1,
        1,
    )
    assert seats["grid", "grid_head"]["gap"] == 4
    assert seats["building", "building_head"]["gap"] == 95
    # b000 has two stairwells by name, the other 95 buildings two each by count.
    assert seats["stairwell", "stairwell_head"]["needed"] == 192
    assert told["gap"] == 3 + 4 + 95 + 191
    seen, cursor = [], ""
    while cursor is not None:
        asked = {"at": str(DAY), "limit": "100", "cursor": cursor}
        page = operator.get(f"/api/v1/vacancies/{C}", params=asked).json()
        seen += [(row["role"], row["code"]) for row in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == told["gap"]
    assert ("building_head", "b000") not in seen
    assert next(r for r in told["items"] if r["level"] == "building")["grid"] == SOUTH_WEST


def test_staff_figures_stand_beside_households_and_rounded_residents(
    operator: TestClient, engine_of_town: sa.Engine, settings: Settings
) -> None:
    told = operator.get(f"/api/v1/staffing/{C}", params={"at": str(DAY)}).json()
    own = told["figures"]
    assert (own["households"], own["persons"]) == (528, 1630)
    assert (own["posts"], own["vacant"], own["workers"]) == (3, 1, 2)
    assert (own["workers_per_10000"], own["workers_needed"], own["enough"]) == (12.27, 3, False)
    assert (own["households_per_post"], own["tier"]) == (176.0, 0)
    strict = settings.model_copy(
        update={"subsidy_tiers": "528,1000", "subsidy_includes_bound": False}
    )
    loose = strict.model_copy(update={"subsidy_includes_bound": True})
    with engine_of_town.connect() as connection:
        tiers = [
            staffing_of(connection, OPERATOR, "510000000000", DAY, one).figures.tier
            for one in (strict, loose)
        ]
    assert tiers == [0, 1]


def test_who_is_gone_longer_than_the_retention_is_forgotten_and_the_posts_stay(
    engine_of_town: sa.Engine,
) -> None:
    def forget(codes: list[str] | None, days: int) -> list[str]:
        done = service.forget_staff(engine_of_town, codes, days=days, today=DAY, made_by="test")
        return done.codes

    with pytest.raises(InputError, match="w6"):
        forget(["w6"], 730)
    with pytest.raises(InputError, match="w2"):
        forget(["w2"], 0)
    assert forget(None, 365) == ["w6"]
    with engine_of_town.connect() as connection:
        kept = connection.execute(
            sa.text(
                "SELECT w.name, w.phone, count(p.id) FROM worker AS w "
                "JOIN post AS p ON p.worker_id = w.id WHERE w.code = 'w6' GROUP BY 1, 2"
            )
        ).one()
        assert tuple(kept) == ("", None, 1)
        with pytest.raises(NotFound):
            service.member(connection, OPERATOR, "w6", DAY, "zh")


def test_the_public_page_tells_the_worker_as_far_as_the_setting_allows_and_no_resident(
    engine_of_town: sa.Engine, settings: Settings
) -> None:
    assert engine_of_town
    names = {"none": (), "masked": ("某**", "李**"), "name": ("某某", "李书记")}
    every = [name for row in names.values() for name in row]
    closed = settings.model_copy(update={"open": False, "readers": "accounts"})
    for allowed, told in names.items():
        app = create_app(closed.model_copy(update={"public_worker": allowed}))
        with TestClient(app) as anyone:
            page = anyone.get("/who/b000?lang=zh").text
            assert [name for name in every if f"<b>{name}<" in page] == list(told)
            assert "锦绣苑 1幢" in page
            assert "第一网格" in page
            assert 'href="tel:12345"' in page
            for never in ("13812345678", "138****", "w2", "residents", "elders", "528", "17人"):
                assert never not in page
            grid = anyone.get(f"/who/{SOUTH_WEST}?lang=en").text
            assert "My grid worker" in grid
            assert anyone.get("/who/nobody").status_code == 404
            assert anyone.get("/who-qr/nobody").status_code == 404


def test_every_building_of_a_grid_has_a_code_that_leads_to_its_page(
    nobody: TestClient, chromium: Browser
) -> None:
    sheet = nobody.get(f"/who-sheet/{SOUTH_WEST}?lang=zh").text
    assert sheet.count("<svg") == 1 + 24
    drawn = nobody.get("/who-qr/b000").text
    assert drawn in sheet
    context = chromium.new_context(viewport={"width": 330, "height": 330})
    page = context.new_page()
    page.set_content(f"<body style='margin:0'>{drawn}</body>")
    picture = page.screenshot()
    context.close()
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert [one.text for one in read] == ["http://testserver/who/b000"]
