"""Writing over HTTP: for those who have the right, such as this machine's on an open service."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.today import today

DIVIDE = {"community": "510000000001", "made_by": "规划员"}


def test_a_stranger_cannot_write_and_the_answer_says_why(client: TestClient) -> None:
    for address, body in (
        ("/api/v1/plans", DIVIDE),
        ("/api/v1/plans/2/publish", {"valid_from": "2027-01-01", "published_by": "x"}),
        ("/api/v1/plans/2/withdraw", {"withdrawn_by": "x"}),
    ):
        answer = client.post(address, json=body, headers={"accept-language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert "Sign in" in answer.json()["detail"]


def test_a_community_is_divided_and_the_draft_published(writer: TestClient) -> None:
    made = writer.post("/api/v1/plans", json=DIVIDE)
    assert made.status_code == 201, made.text
    draft = made.json()
    assert (draft["state"], draft["over_cap"], draft["unassigned_units"]) == ("draft", 0, 0)
    assert draft["households"] == 528
    day = str(today() + timedelta(days=1))
    body = {"valid_from": day, "published_by": "街道办"}
    published = writer.post(f"/api/v1/plans/{draft['id']}/publish", json=body)
    assert published.status_code == 200, published.text
    assert (published.json()["state"], published.json()["valid_from"]) == ("published", day)
    again = writer.post(f"/api/v1/plans/{draft['id']}/publish", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_publication_is_withdrawn_before_its_day_and_not_after(writer: TestClient) -> None:
    draft = writer.post("/api/v1/plans", json=DIVIDE).json()["id"]
    address = f"/api/v1/plans/{draft}"
    who = {"withdrawn_by": "街道办", "reason": "年份有误"}
    early = writer.post(f"{address}/withdraw", json=who)
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    day = str(today() + timedelta(days=1))
    writer.post(f"{address}/publish", json={"valid_from": day, "published_by": "街道办"})
    back = writer.post(f"{address}/withdraw", json=who)
    assert back.status_code == 200, back.text
    assert (back.json()["state"], back.json()["valid_from"]) == ("draft", None)
    begun = writer.post("/api/v1/plans/1/withdraw", json=who, headers={"accept-language": "en"})
    assert begun.status_code == 409
    assert "stands since 2026-01-01" in begun.json()["detail"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_wrong_year_is_told(writer: TestClient, day: str) -> None:
    body = {"valid_from": day, "published_by": "街道办"}
    answer = writer.post("/api/v1/plans/2/publish", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input")
    assert "年份" in answer.json()["detail"]


def test_a_plan_that_breaks_the_rules_is_published_only_with_a_reason(writer: TestClient) -> None:
    body = {"valid_from": str(today() + timedelta(days=1)), "published_by": "街道办"}
    refused = writer.post("/api/v1/plans/2/publish", json=body)
    assert refused.status_code == 409, refused.text
    assert refused.json()["facts"]["problems"]


def test_rules_are_presets_and_never_files_of_the_server(writer: TestClient) -> None:
    for rules in ("/etc/passwd", "../pyproject.toml", "nothing"):
        answer = writer.post("/api/v1/plans", json={**DIVIDE, "rules": rules})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-rules")


@pytest.mark.parametrize("words", ["规划\0员", "\0", "", "   "])
def test_names_are_words_that_can_be_stored(writer: TestClient, words: str) -> None:
    refused = (400, "malformed-request") if "\0" in words else (422, "invalid-request")
    for field in ("made_by", "name"):
        answer = writer.post("/api/v1/plans", json={**DIVIDE, field: words})
        assert (answer.status_code, answer.json()["code"]) == refused
    for field in ("published_by", "reason"):
        body = {"valid_from": "2027-01-01", "published_by": "街道办", field: words}
        assert writer.post("/api/v1/plans/2/publish", json=body).status_code == refused[0]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "wangge.example"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://127.0.0.1:80@elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_a_page_of_another_site_cannot_write(writer: TestClient, headers: dict[str, str]) -> None:
    assert writer.post("/api/v1/plans", json=DIVIDE, headers=headers).status_code == 403


def test_another_machine_cannot_write(open_settings: Settings) -> None:
    app = create_app(open_settings)
    with TestClient(app, base_url="http://127.0.0.1", client=("192.0.2.1", 50000)) as client:
        assert client.post("/api/v1/plans", json=DIVIDE).status_code == 403
