"""Alembic migrations of the desk."""
