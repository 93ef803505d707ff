"""Keep mentions, matches, stories and the ledger of coverage in DuckDB; publish snapshots."""
