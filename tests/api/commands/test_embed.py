"""Embed keys on the command line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from api.commands.embed import embed
from api.services.embed_keys import PREFIX, digest_of
from api.today import today
from gis.errors import InputError, NotFound
from gis.store.tables import embed_key
from tests.api.services.conftest import COMMUNITY, Town


def run(*arguments: str) -> Result:
    return CliRunner().invoke(embed, list(arguments), catch_exceptions=False)


def test_a_key_is_shown_once_and_only_its_digest_is_stored(town: Town) -> None:
    made = run("add", COMMUNITY, "--origin", "https://Screen.example:443", "--by", "it")
    key = made.stdout.strip()
    assert key.startswith(PREFIX)
    with town.engine.connect() as connection:
        row = connection.execute(sa.select(embed_key)).mappings().one()
    assert bytes(row["digest"]) == digest_of(key)
    assert row["origins"] == ["https://screen.example"]
    assert all(key not in str(value) for value in row.values())
    assert key not in run("list").output + run("show", "1", "--json").output


def test_a_key_works_for_a_year_unless_told(town: Town) -> None:
    assert town.community == COMMUNITY
    run("add", COMMUNITY)
    run("add", COMMUNITY, "--days", "0")
    run("add", COMMUNITY, "--until", str(today() + timedelta(days=3)))
    keys = json.loads(run("list", "--json").output)
    days = [today() + timedelta(days=d) for d in (3, 0, 365)]
    assert [key["last_day"] for key in keys] == [str(day) for day in days]
    assert {key["state"] for key in keys} == {"standing"}


def test_a_revoked_key_leaves_the_list_and_stays_on_record(town: Town) -> None:
    assert town.community == COMMUNITY
    run("add", COMMUNITY, "--layers", "grids,figures", "--note", "wall screen", "--by", "it")
    ended = run("revoke", "1", "--by", "boss")
    assert f"revoked until {today()}" in ended.output
    assert run("list").output == ""
    shown = run("show", "1").output
    assert "Grids, Figures" in shown
    assert "wall screen" in shown
    assert "by boss" in shown
    again = json.loads(run("list", "--all", "--json").output)
    run("revoke", "1", "--by", "other")
    assert json.loads(run("list", "--all", "--json").output) == again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([COMMUNITY, "--layers", "cells"], "cannot open cells"),
        ([COMMUNITY, "--layers", ","], "cannot open nothing"),
        ([COMMUNITY, "--origin", "https://*.example"], "is no origin"),
        ([COMMUNITY, "--origin", "null"], "is no origin"),
        ([COMMUNITY, "--until", "2020-01-01"], "cannot end on 2020-01-01"),
        ([COMMUNITY, "--note", "x" * 201], "note has 201 characters"),
    ],
)
def test_what_no_key_can_be_is_refused_in_words(
    town: Town, arguments: list[str], said: str
) -> None:
    assert town.community == COMMUNITY
    with pytest.raises(InputError, match=said.replace("*", r"\*")):
        run("add", *arguments)
    assert run("list", "--all").output == ""


def test_areas_and_keys_that_do_not_exist_are_named(town: Town) -> None:
    assert town.community == COMMUNITY
    with pytest.raises(NotFound, match="no area 999999999999 today"):
        run("add", "999999999999")
    for command in ("show", "revoke"):
        with pytest.raises(NotFound, match="no embed key 7"):
            run(command, "7")


def test_until_and_days_exclude_each_other(town: Town) -> None:
    assert town.community == COMMUNITY
    refused = run("add", COMMUNITY, "--days", "3", "--until", "2030-01-01")
    assert refused.exit_code == 2
    assert "--until and --days" in refused.output
