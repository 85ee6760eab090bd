"""The one settings object, read once from ``WANGGE_*`` and passed in everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis.errors import InputError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DAYS_AHEAD = 366


class Settings(BaseSettings):
    """Settings of one process; frozen. A variable that is set but empty counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="WANGGE_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    database_url: SecretStr | None = Field(
        default=None, description="PostGIS to use; empty: the private one of this folder."
    )
    service_url: SecretStr | None = Field(
        default=None,
        description="Login by which the service connects; empty: that of WANGGE_DATABASE_URL.",
    )
    service_role: Literal["wangge_service", "none"] = Field(
        default="wangge_service",
        description="Role as which the service works; none: as its login. Owns no table.",
    )
    data_dir: Path | None = Field(
        default=None, description="Where the private PostGIS lives; empty: chosen by the user id."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8737, ge=0, le=65535, description="Port; 0 takes a free one.")
    base_path: str = Field(default="", description="Sub-path behind a proxy, such as /wangge.")
    public_url: str = Field(default="", description="Address that browsers see, for absolute URLs.")
    only: Literal["all", "my"] = Field(
        default="all", description="Faces served: all, or my (the workers' page and what it needs)."
    )
    open: bool = Field(
        default=False, description="Let anyone write; only on a loopback address, for the demo."
    )
    readers: Literal["accounts", "anyone"] = Field(
        default="accounts",
        description="Who may read what is published: accounts (and tokens, embed keys), or anyone.",
    )
    session_idle_hours: float = Field(
        default=72, gt=0, le=8760, description="Hours after which an unused session ends."
    )
    session_days: float = Field(
        default=30, gt=0, le=366, description="Days after which any session ends."
    )
    attribution: str = Field(
        default="", description="Who owns the data shown on maps; stands in the map's corner."
    )
    map_review_number: str = Field(
        default="", description="审图号, the map review number that pages must show."
    )
    tianditu_key: str = Field(
        default="",
        pattern=r"^[0-9A-Za-z]{0,64}$",
        description="Your own key of Tianditu, whose base map planners may then choose; "
        "their browsers ask t0.tianditu.gov.cn for it. Empty: nothing comes from outside.",
    )
    office: str = Field(
        default="", description="编制单位, who compiles plans; stands on printed sheets."
    )
    visit_quota: int = Field(
        default=200, ge=1, le=100_000, description="Households a worker is to visit each month."
    )
    hotline: str = Field(
        default="12345", max_length=40, description="Number that the public page tells to call."
    )
    office_phone: str = Field(
        default="", max_length=40, description="Number of the office that the public page tells."
    )
    public_worker: Literal["none", "masked", "name"] = Field(
        default="masked",
        description="What the public page tells of a worker: none, masked (王**), or name.",
    )
    staff_days: int = Field(
        default=730,
        ge=0,
        le=36_600,
        description="Days that name and phone of a worker who is gone are kept.",
    )
    workers_per_10000: float = Field(
        default=18, gt=0, le=1000, description="Workers there should be for 10,000 residents."
    )
    subsidy_tiers: str = Field(
        default="5000,10000",
        pattern=r"^[0-9]{1,7}(,[0-9]{1,7}){0,9}$",
        description="Households from which the tiers of the subsidy begin.",
    )
    subsidy_includes_bound: bool = Field(
        default=True, description="Whether exactly that many households are in the upper tier."
    )
    map_app: Literal["geo", "amap", "baidu", "none"] = Field(
        default="geo",
        description="Where workers' routes open: geo (the phone's own), amap, baidu, or none.",
    )
    publish_ahead_days: int = Field(
        default=DAYS_AHEAD,
        ge=0,
        le=3660,
        description="How many days ahead a plan may be published; guards against wrong years.",
    )
    lang: str = Field(default="", description="Language of messages: zh or en; empty: the locale.")
    tile_cache_mb: int = Field(
        default=32, ge=0, le=65_536, description="Memory for tiles of each process, MB; 0: none."
    )
    tile_cache_control: str = Field(
        default="no-cache",
        pattern=r"^[\x20-\x7e]*$",
        description="Cache-Control of tiles that anyone reads; a CDN: public, max-age=60.",
    )
    audit_days: int = Field(
        default=1096,
        ge=184,
        le=36_600,
        description="Days that rows of the audit trail are kept, client addresses with them.",
    )
    costly_per_minute: int = Field(
        default=60,
        ge=0,
        le=100_000,
        description="Logins, downloads, sheets, walks and divisions of one client; 0: no limit.",
    )
    request_seconds: float = Field(
        default=30,
        ge=1,
        le=3600,
        description="Time a client has to send a whole request.",
    )
    event_streams: int = Field(
        default=500,
        ge=1,
        le=50_000,
        description="Clients of one process that may listen to changes at once.",
    )
    engine_ahead: bool = Field(
        default=True,
        description="Start the engine when a planner opens a plan; its first use else takes 10 s.",
    )
    threads: int = Field(default=16, ge=1, le=200, description="Threads for database routes.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error; info has a line per request."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="text, or json: one object a line. Never holds a query."
    )
    metrics: Literal["local", "all", "off"] = Field(
        default="local", description="Who may read /metrics: local (this machine), all, or off."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Whoever sends it as a bearer token may read /metrics, too; 16 signs or more.",
    )
    cors_origins: str = Field(
        default="*",
        description="Sites whose pages may read tiles, styles and figures: *, none, or a list.",
    )


def read_settings(**given: object) -> Settings:
    """
    Read the settings from the environment; what is given goes before it.

    Raises
    ------
    InputError
        A value does not fit; every such setting is named.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as fault:
        wrong = [(_variable(one), one["input"], *_remedy(one)) for one in fault.errors()]
        en = "; ".join(f"{name} is {value!r}: {remedy}" for name, value, remedy, _ in wrong)
        zh = "；".join(f"{name} 的值是“{value}”：{remedy}" for name, value, _, remedy in wrong)
        raise InputError(f"{en}.", f"{zh}。") from None


def _variable(wrong: ErrorDetails) -> str:
    return f"WANGGE_{str(wrong['loc'][0]).upper()}"


def _remedy(wrong: ErrorDetails) -> tuple[str, str]:
    kind, bounds = wrong["type"], wrong.get("ctx", {})
    if kind.startswith("bool"):
        return "write 1 or 0", "请写 1 或 0"
    if kind.startswith("int"):
        return "write a whole number", "请写整数"
    if kind == "literal_error":
        wanted = str(bounds["expected"])
        return f"write {wanted}", f"请写 {wanted.replace(' or ', ' 或 ')}"
    for bound, (en, zh) in _BOUNDS.items():
        if bound in bounds:
            return en.format(bounds[bound]), zh.format(bounds[bound])
    return wrong["msg"], wrong["msg"]


_BOUNDS = {
    "gt": ("write more than {}", "须大于 {}"),
    "ge": ("write {} or more", "不得小于 {}"),
    "le": ("write {} or less", "不得大于 {}"),
}


def env_example() -> str:
    """Return the text of ``.env.example``: every setting with its default and what it means."""
    lines = ["# Every setting of Wangge with its default. Copy to .env of your service manager."]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else field.default
        shown = int(default) if isinstance(default, bool) else default
        lines += ["", f"# {field.description}", f"#WANGGE_{name.upper()}={shown}"]
    return "\n".join(lines) + "\n"
