"""The one `metadata` with its naming rule, and the columns and constraints tables share."""

from __future__ import annotations

import sqlalchemy as sa
from geoalchemy2 import Geometry

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

TIERS = ("base", "micro")


def id_column() -> sa.Column[int]:
    """Identity that only the database gives."""
    return sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True)


def geometry(kind: str, *, nullable: bool = False) -> sa.Column[object]:
    """Column ``geom`` in EPSG:4326, without an index."""
    return sa.Column("geom", Geometry(kind, srid=4326, spatial_index=False), nullable=nullable)


def clearance() -> sa.Column[float]:
    """
    Least distance, in degrees, by which a vertex may move and spoil the shape; by the database.

    Tiles draw a shape that cannot be spoilt by rounding without making it valid anew.
    """
    computed = sa.Computed("ST_MinimumClearance(geom)", persisted=True)
    return sa.Column("clearance", sa.Double, computed)


def moment(name: str) -> sa.Column[object]:
    """Time of the writing transaction."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def one_of(column: str, choices: tuple[str, ...]) -> sa.CheckConstraint:
    """Limit a text column to a closed set."""
    listed = ", ".join(f"'{c}'" for c in choices)
    return sa.CheckConstraint(f"{column} in ({listed})", name=column)


def spatial_index(table: sa.Table) -> None:
    """Index the table's ``geom``."""
    sa.Index(f"ix_{table.name}_geom", table.c.geom, postgresql_using="gist")


def current_index(table: sa.Table) -> None:
    """One open period per code at most, found by its code."""
    sa.Index(
        f"ix_{table.name}_current",
        table.c.code,
        unique=True,
        postgresql_where=sa.text("upper_inf(valid)"),
    )


def not_negative(*columns: str) -> tuple[sa.CheckConstraint, ...]:
    """Let counts and measures start at nought."""
    return tuple(sa.CheckConstraint(f"{column} >= 0", name=column) for column in columns)


def import_columns() -> tuple[sa.Column[object], ...]:
    """Columns that every imported thing carries: which run brought it, when it went."""
    return (
        sa.Column("run_id", sa.BigInteger, sa.ForeignKey("import_run.id")),
        moment("changed_at"),
        sa.Column("retired_on", sa.Date),
    )
