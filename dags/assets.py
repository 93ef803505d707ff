"""The doorbells: who rings, and who is woken. What is to be done lies in files, never in an event."""

from airflow.sdk import Asset

LANDED = Asset("luisterpost_landed")
"""Rung by `collect`: landing files wait. Wakes `enrich`."""

PUBLISHED = Asset("luisterpost_published")
"""Rung by `enrich`, `rescore` and `housekeeping`: there is a new snapshot. Wakes `alert`."""
