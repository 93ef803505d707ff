"""Charges: what a platform charges for beside the items themselves, by how much."""

from collections.abc import Iterable

from collectors.contract import Stream

ACCOUNT_ITEMS = 2
"""
As many items as an account costs: X charges $0.010 for a user and $0.005 for a post
(docs.x.com, X API pay-per-usage pricing), each once in a UTC day.
"""

_ACCOUNT = "account "


def account_charges(account_ids: Iterable[str]) -> list[str]:
    """Name accounts that are charged for, so that no item has the same name."""
    return [f"{_ACCOUNT}{account_id}" for account_id in account_ids]


def items_with_author(stream: Stream) -> float:
    """Tell as many items as one item of a stream costs together with its author."""
    most = (stream.page_charged or stream.page_items) / stream.page_items
    return min(most, 1 + ACCOUNT_ITEMS)


def items_of(charge: str) -> int:
    """Tell as many items as one charge costs."""
    return ACCOUNT_ITEMS if charge.startswith(_ACCOUNT) else 1
