"""
The user's pip settings, read as pip reads them, for uv and for our own download.

uv does not read pip's files, and a fresh Debian has no pip to ask.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PipSettings:
    """Where packages come from; an empty `index_url` is the one that pip itself knows."""

    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    cert: str = ""
    no_index: bool = False

    @property
    def indexes(self) -> tuple[str, ...]:
        """Every index named, the main one first; none when the user wants none."""
        named = (
            (self.index_url, *self.extra_index_urls) if self.index_url else self.extra_index_urls
        )
        return () if self.no_index else named

    def uv_environment(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """
        Variables that make uv look where pip would; what the user told uv itself stands.

        pip takes the best version of all indexes, so uv is told to do the same: every
        file must have a locked hash anyhow.
        """
        links = [link for link in self.find_links if "://" in link or Path(link).is_dir()]
        wanted = {
            "UV_DEFAULT_INDEX": self.index_url,
            "UV_INDEX": " ".join(self.extra_index_urls),
            "UV_FIND_LINKS": ",".join(links),
            "UV_INSECURE_HOST": " ".join(self.trusted_hosts),
            "SSL_CERT_FILE": self.cert,
            "UV_NO_INDEX": "1" if self.no_index else "",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_SYSTEM_CERTS": "1",  # an intranet's own authority is known to the system only
        }
        older = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}
        return {
            name: value
            for name, value in wanted.items()
            if value and name not in environ and older.get(name, name) not in environ
        }


def pip_settings(environ: Mapping[str, str] = os.environ) -> PipSettings:
    """Read pip's files, then its variables, the later winning."""
    found: dict[str, str] = {}
    for file in _files(environ):
        found |= _read(file)
    found |= {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("PIP_") and value
    }
    return PipSettings(
        index_url=found.get("index-url", "").strip().rstrip("/"),
        extra_index_urls=_words(found, "extra-index-url"),
        find_links=tuple(w.removeprefix("file://") for w in _words(found, "find-links")),
        trusted_hosts=_words(found, "trusted-host"),
        cert=found.get("cert", "").strip(),
        no_index=found.get("no-index", "").strip().lower() in ("1", "true", "yes", "on"),
    )


def _files(environ: Mapping[str, str]) -> list[Path]:
    home, named = Path(environ.get("HOME") or "/"), environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"), home / ".pip/pip.conf"]
    return [*files, config / "pip/pip.conf", *([Path(named)] if named else [])]


def _read(file: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return {}  # pip itself will complain about it, and nothing here depends on it
    sections = [s for s in ("global", "install") if parser.has_section(s)]
    return {name.replace("_", "-"): value for s in sections for name, value in parser.items(s)}


def _words(found: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(found.get(name, "").split())
