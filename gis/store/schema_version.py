"""Which schema a database has, and which ones this version knows; without what migrates it."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

_VERSION = sa.table("alembic_version", sa.column("version_num"))


def current(engine: sa.Engine) -> str | None:
    """Return the revision a database has; None when it was never migrated."""
    with engine.connect() as connection:
        return revision_on(connection)


def revision_on(connection: sa.Connection) -> str | None:
    """Return the revision of the database of a connection; None when it was never migrated."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()
    return found


@cache
def known() -> frozenset[str]:
    """Return every revision that this version of Wangge knows: their files begin with them."""
    versions = migrations_folder() / "versions"
    return frozenset(path.name.partition("_")[0] for path in versions.glob("[0-9]*_*.py"))


def newest() -> str:
    """Return the revision that this version of Wangge wants."""
    return max(known())


def migrations_folder() -> Path:
    """Return where the migrations lie."""
    spec = find_spec("migrations")
    assert spec is not None  # noqa: S101
    assert spec.origin is not None  # noqa: S101
    return Path(spec.origin).parent
