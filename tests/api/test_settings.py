"""The settings and the file that lists them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api.app import create_app
from api.settings import Settings, env_example, read_settings
from gis.errors import InputError
from tests.api.conftest import THIS_MACHINE

PROJECT = Path(__file__).resolve().parents[2]


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    assert (PROJECT / ".env.example").read_text() == env_example()


def test_the_readme_names_every_setting() -> None:
    readme = (PROJECT / "README.md").read_text()
    missing = [n for n in Settings.model_fields if f"`WANGGE_{n.upper()}`" not in readme]
    assert missing == []


def test_wrong_values_are_all_named_with_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"OPEN": "perhaps", "PORT": "99999", "THREADS": "many"}.items():
        monkeypatch.setenv(f"WANGGE_{name}", value)
    with pytest.raises(InputError) as fault:
        read_settings()
    assert fault.value.en == (
        "WANGGE_PORT is '99999': write 65535 or less; WANGGE_OPEN is 'perhaps': write 1 or 0; "
        "WANGGE_THREADS is 'many': write a whole number."
    )
    assert "WANGGE_OPEN 的值是“perhaps”：请写 1 或 0" in fault.value.zh


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"WANGGE_{name.upper()}", "")
    empty = read_settings()
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WANGGE_{name.upper()}")
    assert empty == read_settings()
    assert not empty.open


def test_tianditu_may_be_asked_only_with_the_operators_key_and_only_by_the_editor(
    town_settings: Settings,
) -> None:
    host = "https://t0.tianditu.gov.cn"
    for key, opened in (("", False), ("abc123", True)):
        settings = town_settings.model_copy(update={"tianditu_key": key, "open": True})
        app = create_app(settings)
        with TestClient(app, base_url="http://127.0.0.1", client=THIS_MACHINE) as client:
            editor, desk = client.get("/plan/2/edit"), client.get("/plan")
            policy = editor.headers.get_list("Content-Security-Policy")
            assert len(policy) == 1
            assert (host in policy[0], key != "" and key in editor.text) == (opened, opened)
            assert policy[0].replace(f" {host}", "") == desk.headers["Content-Security-Policy"]
            assert "tianditu" not in desk.text
    with pytest.raises(ValidationError):
        Settings(tianditu_key='"><script>')
