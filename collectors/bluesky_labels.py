"""What Bluesky's labels say of a post: whether it may be shown at all."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from collectors.web.reading import UnfitError, instant_from_iso, mapping, mappings, text_or_none

MODERATION = "did:plc:ar7c4by46qjdydhdevvrndac"
"""Bluesky's own moderation (moderation.bsky.app). Which other labelers to follow, each reader decides."""

_HIDING = {"!takedown": "withheld", "!suspend": "suspended", "!hide": "withheld"}
"""Labels behind which no app shows the words (docs.bsky.app/docs/advanced-guides/moderation)."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def why_hidden(post: Mapping[str, Any], now: datetime) -> str | None:
    """
    Tell why a post must not be shown: by a label of its own, or of its author's account.

    A label counts if it is of Bluesky's moderation, or the author's own; if no
    later one of the same labeler takes it back (`neg`); and until it expires
    (`exp`): com.atproto.label.defs.

    Args:
        post: As `getPosts` and searches give it.
        now: The present (aware, UTC).

    Returns:
        `withheld` or `suspended`; None: it may be shown.
    """
    author = mapping(post.get("author"))
    believed = {MODERATION, text_or_none(author.get("did"))}
    for place in (post, author):
        latest: dict[tuple[str, str], tuple[datetime, bool]] = {}
        for src, val, made_at, stands in _labels(place, now):
            if src in believed and val in _HIDING:
                latest[src, val] = max(
                    latest.get((src, val), (_LONG_AGO, False)), (made_at, stands)
                )
        standing = sorted(val for (_, val), (_, stands) in latest.items() if stands)
        if standing:
            return _HIDING[standing[-1]]
    return None


def _labels(place: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str, datetime, bool]]:
    """Give labeler, value, time, and whether it stands, of each label that is one."""
    from atproto_client.models import ComAtprotoLabelDefs  # type: ignore[import-untyped]

    for value in mappings(place.get("labels")):
        try:
            label = ComAtprotoLabelDefs.Label.model_validate(dict(value))
            made_at, expires_at = instant_from_iso(label.cts), instant_from_iso(label.exp)
        except (UnfitError, ValueError):
            continue  # Somebody's words that are no label say nothing.
        stands = not label.neg and (expires_at is None or now < expires_at)
        yield label.src, label.val, made_at or _LONG_AGO, stands
