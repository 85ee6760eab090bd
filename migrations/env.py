"""Alembic's entry: runs the migrations on the connection that `gis.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from gis.store.migrate import reflected
from gis.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=reflected,
)
with context.begin_transaction():
    context.run_migrations()
