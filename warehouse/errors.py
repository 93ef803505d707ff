"""What a person can mend: told in words, without a traceback."""


class SnapshotMissingError(Exception):
    """There is no snapshot yet, or none that this version can read."""


class SnapshotOutdatedError(SnapshotMissingError):
    """Another version of the program published the snapshot, and it lacks what is asked for."""

    def __init__(self) -> None:
        super().__init__(
            "another version of luisterpost published this snapshot: run `luisterpost publish` "
            "(`run` does it as well, and Airflow within a minute), then try again"
        )


class WarehouseMissingError(Exception):
    """There is no warehouse, or no desk, where one is looked for: perhaps it is another directory."""


class LedgerMissingError(Exception):
    """The snapshot has lost its ledger: a plan would ask for everything anew."""


class TombstoneKeyError(Exception):
    """The key that hides deleted and charged posts is absent, another one, or unusable."""
