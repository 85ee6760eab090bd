"""Alembic migrations: frozen statements, never the live models."""
