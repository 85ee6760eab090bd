"""What stands in ``deploy/`` speaks of settings, commands and files that are there."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import yaml

from api.cli import wangge
from api.settings import Settings

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in DEPLOY.iterdir() if file.is_file()}


def test_every_setting_named_is_one() -> None:
    known = {f"WANGGE_{name.upper()}" for name in Settings.model_fields}
    # Of compose itself: it goes into the address of the database.
    named = {n for text in TEXTS.values() for n in re.findall(r"WANGGE_[A-Z_]+", text)}
    assert named - known == {"WANGGE_DB_PASSWORD"}


def test_every_command_of_the_units_is_understood() -> None:
    called = set()
    for name, text in TEXTS.items():
        if name.endswith((".service", ".timer")):
            unit = configparser.ConfigParser(strict=False, interpolation=None)
            unit.optionxform = str  # type: ignore[method-assign,assignment]
            unit.read_string(text)
            assert unit.sections()[0] == "Unit"
        for line in re.findall(r"^Exec\w+=.*bin/wangge (.*)$", text, re.MULTILINE):
            words = shlex.split(line.replace("'", " ").split(">>")[0])
            called.add(words[0])
            context = wangge.make_context("wangge", list(words[:1]), resilient_parsing=True)
            assert wangge.get_command(context, words[0]) is not None, line
    assert called == {"migrate", "serve", "daily"}


def test_compose_starts_the_service_after_the_schema_and_hides_the_database() -> None:
    document = yaml.safe_load(TEXTS["compose.yaml"])
    services = document["services"]
    assert services["database"]["image"].startswith("postgis/postgis:")
    assert "ports" not in services["database"]
    assert services["database"]["networks"] == ["inside"]
    assert document["networks"]["inside"] == {"internal": True}
    wanted = services["service"]["depends_on"]
    assert wanted["migrate"] == {"condition": "service_completed_successfully"}
    for one in services.values():
        assert {v.split(":")[0] for v in one.get("volumes", []) if v[0] not in "./"} <= set(
            document["volumes"]
        )


def test_the_engine_has_a_folder_to_write_where_all_else_is_read_only() -> None:
    service = yaml.safe_load(TEXTS["compose.yaml"])["services"]["service"]
    kept = re.search(r"NUMBA_CACHE_DIR=(\S+)", TEXTS["Dockerfile"])
    assert service["read_only"]
    assert kept is not None
    assert any(Path(kept[1]).is_relative_to(folder) for folder in service["tmpfs"])


def test_backups_in_the_image_are_made_by_programs_as_new_as_the_server() -> None:
    server = re.search(r"postgis/postgis:(\d+)-", TEXTS["compose.yaml"])
    client = re.search(r"postgresql-client-(\d+)", TEXTS["Dockerfile"])
    assert server
    assert client
    assert int(client[1]) >= int(server[1])
    for copied in re.findall(r"^COPY (?!--from)(.+)$", TEXTS["Dockerfile"], re.MULTILINE):
        for source in shlex.split(copied)[:-1]:
            assert (PROJECT / source).exists()


def test_the_proxy_keeps_nothing_and_opens_no_figures_of_the_process() -> None:
    """Kept for a second a tile could be two seconds old, and some are somebody's own."""
    text = TEXTS["nginx.conf"]
    assert "proxy_cache" not in text
    blocks = dict(re.findall(r"location ([^{]+?) \{([^}]*)\}", text))
    assert "proxy_buffering off" in blocks["~ /changes$"]
    assert "deny all" in blocks["~ ^/(metrics|readyz)$"]
    assert text.count("{") == text.count("}")
