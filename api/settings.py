"""The one settings object, read once from ``WANGGE_*`` and passed in everywhere."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DAYS_AHEAD = 366


class Settings(BaseSettings):
    """Settings of one process; frozen."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        default=None, description="PostGIS to use; empty: the private one of this folder."
    )
    data_dir: Path | None = Field(
        default=None, description="Where the private PostGIS lives; empty: chosen by the user id."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8737, ge=0, le=65535, description="Port; 0 takes a free one.")
    base_path: str = Field(default="", description="Sub-path behind a proxy, such as /wangge.")
    public_url: str = Field(default="", description="Address that browsers see, for absolute URLs.")
    open: bool = Field(
        default=False, description="Let anyone write; only on a loopback address, for the demo."
    )
    attribution: str = Field(
        default="", description="Who owns the data shown on maps; stands in the map's corner."
    )
    map_review_number: str = Field(
        default="", description="审图号, the map review number that pages must show."
    )
    publish_ahead_days: int = Field(
        default=DAYS_AHEAD,
        ge=0,
        le=3660,
        description="How many days ahead a plan may be published; guards against wrong years.",
    )
    lang: str = Field(default="", description="Language of messages: zh or en; empty: the locale.")
    threads: int = Field(default=16, ge=1, le=200, description="Threads for database routes.")
    log_level: str = Field(default="info", description="debug, info, warning or error.")


def env_example() -> str:
    """Return the text of ``.env.example``: every setting with its default and what it means."""
    lines = ["# Every setting of Wangge with its default. Copy to .env of your service manager."]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        shown = int(default) if isinstance(default, bool) else default
        lines += ["", f"# {field.description}", f"#WANGGE_{name.upper()}={shown}"]
    return "\n".join(lines) + "\n"
