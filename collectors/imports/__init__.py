"""Mentions that other tools exported: JSON lines, CSV, Parquet."""
