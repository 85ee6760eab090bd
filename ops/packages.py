"""What the system lacks, and by which road it can come: decisions only, nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Road = Literal["nothing", "install", "unpack", "tell"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found on the machine."""

    postgis: bool
    """PostgreSQL with PostGIS is there."""
    server_major: int | None
    """PostgreSQL is there, of this version, with or without PostGIS."""
    chromium: bool
    chinese_font: bool
    apt: bool
    """Packages come by apt and dpkg."""
    distribution: str
    """ID of /etc/os-release, such as debian, ubuntu, fedora."""
    may_install: bool
    """We are root, or sudo will make us root."""
    external_database: bool
    """WANGGE_DATABASE_URL names a database."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Which packages are wanted and how they come."""

    road: Road
    postgis: bool = False
    chromium: bool = False
    font: bool = False


def decide(facts: Facts, *, tests: bool) -> Decision:
    """
    Decide what to install.

    Nothing when nothing is missing. Tests need Chromium with a Chinese font, and
    PostgreSQL whatever database is set, for they start clusters of their own.
    """
    postgis = not facts.postgis and (tests or not facts.external_database)
    chromium = tests and not facts.chromium
    font = tests and not facts.chinese_font
    if not (postgis or chromium or font):
        return Decision("nothing")
    # Ubuntu's `chromium` is a snap, which no container and no unpacking can run.
    snap = chromium and facts.distribution == "ubuntu"
    if not facts.apt or snap:
        return Decision("tell", postgis, chromium, font)
    return Decision("install" if facts.may_install else "unpack", postgis, chromium, font)


def package_names(decision: Decision, major: int | None) -> list[str]:
    """
    Debian names of the packages of a decision.

    Parameters
    ----------
    decision
        What is wanted.
    major
        PostgreSQL's version: the one installed, else the newest that has PostGIS.
    """
    names = [f"postgresql-{major}", f"postgresql-{major}-postgis-3"] if decision.postgis else []
    names += ["chromium"] if decision.chromium else []
    return names + (["fonts-noto-cjk"] if decision.font else [])


def newest_with_postgis(names: list[str]) -> int | None:
    """Newest version of PostgreSQL among package names for which PostGIS 3 is packaged."""
    majors = [
        int(name.removeprefix("postgresql-").removesuffix("-postgis-3"))
        for name in names
        if name.startswith("postgresql-") and name.endswith("-postgis-3")
    ]
    return max(majors, default=None)


_COMMANDS = {
    "debian": "sudo apt-get install {apt}",
    "ubuntu": "sudo apt-get install {apt}",
    "fedora": "sudo dnf install {dnf}",
    "rhel": "sudo dnf install {dnf}  # PostGIS comes from EPEL or the PostgreSQL yum repository",
    "arch": "sudo pacman -S {pacman}",
    "alpine": "sudo apk add {apk}",
    "opensuse-leap": "sudo zypper install {zypper}",
}


def advice(decision: Decision, distribution: str) -> str:
    """Say in both languages what to run, where the set-up cannot do it."""
    parts = {
        "apt": _words(decision, "postgresql postgresql-postgis", "chromium", "fonts-noto-cjk"),
        "dnf": _words(
            decision, "postgresql-server postgis", "chromium", "google-noto-sans-cjk-fonts"
        ),
        "pacman": _words(decision, "postgresql postgis", "chromium", "noto-fonts-cjk"),
        "apk": _words(decision, "postgresql postgis", "chromium", "font-noto-cjk"),
        "zypper": _words(decision, "postgresql-server postgis", "chromium", "noto-sans-cjk-fonts"),
    }
    if distribution == "ubuntu":
        parts["apt"] = _words(decision, "postgresql-16-postgis-3", "", "fonts-noto-cjk")
    command = _COMMANDS.get(distribution, "").format(**parts).replace("  ", " ").strip()
    lines = ["Something is missing that the set-up cannot install here. 缺少软件,无法自动安装。"]
    if command and not command.endswith("install"):
        lines.append(f"  Run: 请运行: {command}")
    if decision.postgis:
        lines.append("  Or set WANGGE_DATABASE_URL=postgresql://user:password@host/name to a")
        lines.append(
            "  database that has PostGIS 3.1+. 或设置 WANGGE_DATABASE_URL 使用已有数据库。"
        )
    if decision.chromium and distribution == "ubuntu":
        lines.append("  Ubuntu ships Chromium as a snap only: install Google Chrome's .deb, or set")
        lines.append(
            "  WANGGE_CHROMIUM=/path/to/chrome. Ubuntu 请安装 Chrome 或设置 WANGGE_CHROMIUM。"
        )
    return "\n".join(lines)


def _words(decision: Decision, postgis: str, chromium: str, font: str) -> str:
    wanted = ((decision.postgis, postgis), (decision.chromium, chromium), (decision.font, font))
    return " ".join(words for want, words in wanted if want and words)
