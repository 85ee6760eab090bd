"""``wangge account`` on a database: made by the command, good for signing in."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from api.commands.account import account
from api.settings import Settings
from tests.api.accounts import SESSION, service, sign_in


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    monkeypatch.setenv("WANGGE_LANG", "zh")
    return CliRunner(catch_exceptions=False)


def test_an_account_made_on_the_command_line_signs_in(run: CliRunner, database_url: str) -> None:
    made = run.invoke(
        account,
        ["add", "王规划", "--role", "planner", "--everywhere", "--password-stdin"],
        input="drei rote Raben\n",
    )
    assert made.stdout == "王规划  规划员  全部  有效  最近登录 从未\n"
    typed = run.invoke(account, ["passwd", "王规划"], input="drei weisse Raben\n" * 2)
    assert typed.exit_code == 0
    assert "Raben" not in typed.stdout + typed.stderr
    token = run.invoke(account, ["token", "王规划", "--for", "夜间导出"]).stdout.strip()
    with service(Settings(database_url=SecretStr(database_url))) as client:
        told = client.get(SESSION, headers={"authorization": f"Bearer {token}"})
        assert told.json()["name"] == "王规划"
        sign_in(client, "王规划", "drei weisse Raben")
        assert run.invoke(account, ["disable", "王规划"]).stdout.split()[3] == "已停用"
        refused = client.post(SESSION, json={"name": "王规划", "password": "drei weisse Raben"})
        assert refused.json()["code"] == "account-disabled"
    assert run.invoke(account, ["enable", "王规划"]).exit_code == 0
    assert "drei" not in run.invoke(account, ["list", "--json"]).stdout


def test_a_password_is_never_an_option(run: CliRunner) -> None:
    for command in account.commands.values():
        assert not {"--password", "-p"} & {o for p in command.params for o in p.opts}
    asked = run.invoke(account, ["add", "x", "--role", "viewer"])
    assert asked.exit_code == 2
