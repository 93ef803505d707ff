"""What a person can mend: told in words, without a traceback."""


class SnapshotMissingError(Exception):
    """There is no snapshot yet."""


class LedgerMissingError(Exception):
    """The snapshot has lost its ledger: a plan would ask for everything anew."""


class TombstoneKeyError(Exception):
    """The key that hides deleted and charged posts is absent, another one, or unusable."""
