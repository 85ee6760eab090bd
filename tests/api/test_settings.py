"""The settings and the file that lists them."""

from __future__ import annotations

from pathlib import Path

from api.settings import Settings, env_example

PROJECT = Path(__file__).resolve().parents[2]


def test_the_example_file_lists_every_setting_with_its_default() -> None:
    assert (PROJECT / ".env.example").read_text() == env_example()


def test_the_readme_names_every_setting() -> None:
    readme = (PROJECT / "README.md").read_text()
    missing = [n for n in Settings.model_fields if f"`WANGGE_{n.upper()}`" not in readme]
    assert missing == []
