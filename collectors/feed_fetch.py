"""Fetch one feed: no more often than needed, and where it has moved to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from collectors.contract import Credential
from collectors.errors import BadAnswer, BadRequest, SourceGone, SourceUnreachable
from collectors.sources import Source
from collectors.web.fetching import Asking, Fetched, agent_name, fetch
from collectors.web.public_address import NamedHosts

MAX_BYTES = 20_000_000
"""Of one feed, decompressed."""

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.9, */*;q=0.1"
)


def fetch_feed(
    url: str,
    source: Source,
    *,
    moved_to: str | None,
    validators: Mapping[str, str],
    credential: Credential | None,
    now: datetime,
    page: str | None = None,
) -> Fetched:
    """
    Get a feed, or the news that it did not change.

    Args:
        url: The feed's address as configured.
        source: The source it belongs to.
        moved_to: Where earlier permanent redirects led to: it is asked first, and
            the configured address again if there is no feed any more.
        validators: The headers `If-None-Match` and `If-Modified-Since` to send.
        credential: Login and password for HTTP Basic; sent to the feed's own site only.
        now: The present, from which a `Retry-After` counts.
        page: An older page of the feed, to ask for instead.

    Returns:
        The answer; its `moved_to` says what to ask from now on, None the configured address.

    Raises:
        CollectError: Any other outcome, by its name.
    """
    asking = Asking(
        agent=agent_name("feed reader", source.contact),
        accept=_ACCEPT,
        gateway=source.base_url,
        # Whoever configured an address may have it; where it leads to is another's word.
        named=NamedHosts.of(url, source.base_url, *source.allow_hosts),
        timeout_s=source.timeout.total_seconds(),
        max_bytes=MAX_BYTES,
    )
    if page:
        own = credential if urlsplit(page)[:2] == urlsplit(url)[:2] else None
        return fetch(page, asking, validators=validators, credential=own, now=now)
    if moved_to and _is_web(moved_to):
        own = credential if urlsplit(moved_to)[:2] == urlsplit(url)[:2] else None
        try:
            found = fetch(moved_to, asking, validators=validators, credential=own, now=now)
            return replace(found, moved_to=found.moved_to or moved_to)
        except (SourceGone, SourceUnreachable, BadRequest, BadAnswer):
            found = fetch(url, asking, validators={}, credential=credential, now=now)
            return replace(found, requests=found.requests + 1)
    return fetch(url, asking, validators=validators, credential=credential, now=now)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
