"""The settings and the file that lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings, env_example, read_settings
from gis.errors import InputError

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
