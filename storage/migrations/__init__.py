"""Alembic's scripts; run by `storage.migrate`."""
