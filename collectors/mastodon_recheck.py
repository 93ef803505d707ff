"""Ask an instance for stored statuses again, twenty at a time where it can."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from collectors.contract import Clock, Credential
from collectors.errors import BadAnswer, BadRequest, SourceGone
from collectors.mastodon_read import NOT_PUBLIC, read_statuses
from collectors.recheck import Asked, Found, Memory, Stored, batches
from collectors.sources import Source
from collectors.web.absence import Answered, look_up_with_witnesses
from collectors.web.reading import identity, json_object, mapping, mappings, text_or_none

if TYPE_CHECKING:
    from collectors.mastodon_client import Instance


_GATEWAYS = frozenset({"127.0.0.1", "::1", "localhost"})


class MastodonRechecker:
    """`/api/v1/statuses` through Mastodon.py; see docs/platforms/mastodon.md."""

    within = timedelta(hours=24)
    takes = timedelta(0)
    batch = 20
    is_charged = False
    needs_raw = True
    most = 5_000

    def place(self, source: Source) -> str:
        """Name the instance: each has numbers of its own for the same status."""
        from collectors.mastodon_client import DEFAULT_INSTANCE

        return f"mastodon {(source.base_url or DEFAULT_INSTANCE).rstrip('/')}"

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for statuses that were written at this instance, by its own numbers.

        What another one wrote is left alone: the record may hold the number that a third
        instance gave it, under which this one knows nothing, or something else.

        Raises:
            CollectError: The instance stopped answering; see docs/platforms/mastodon.md.
        """
        del memory
        from requests import Session

        from collectors.mastodon_client import DEFAULT_INSTANCE, Instance

        host = urlsplit(source.base_url or DEFAULT_INSTANCE).hostname or ""
        with Session() as session:
            instance = Instance(session, "mastodon recheck", source, credential, clock)
            due = [post for post in asked.due if _is_its_own(post, host)]
            witnesses = [post for post in asked.witnesses if _is_its_own(post, host)]
            known = (*due, *witnesses)
            uris = {number: post.native_id for post in known if (number := _number(post))}
            looking = _LookUp(instance, uris, host, clock)
            for posts in batches(due, self.batch):
                yield from look_up_with_witnesses(
                    posts, witnesses, looking.ask, _number, size=self.batch
                )


class _LookUp:
    """Ask for many statuses at once, or one by one where the instance knows no other way."""

    def __init__(
        self, instance: "Instance", uris: Mapping[str, str], host: str, clock: Clock
    ) -> None:
        self._instance = instance
        self._uris = uris
        self._host = host
        self._clock = clock
        self._is_single = False

    def ask(self, numbers: Sequence[str]) -> Answered:
        requests = 0
        if not self._is_single:
            requests += 1
            try:
                items = self._instance.answer_to(lambda m: m.statuses(list(numbers)))
            except (SourceGone, BadRequest):  # As before Mastodon 4.3.
                self._is_single = True
        if self._is_single:
            requests += len(numbers)
            items = [item for item in map(self._one, numbers) if item]
        return self._answered(items, requests)

    def _one(self, number: str) -> Mapping[str, Any] | None:
        with suppress(SourceGone):
            return mapping(self._instance.answer_to(lambda m: m.status(number)))
        return None

    def _answered(self, items: Any, requests: int) -> Answered:
        if not isinstance(items, list):
            msg = "mastodon recheck: the answer is no list of statuses"
            raise BadAnswer(msg)
        mentions, unreadable = read_statuses(items, self._clock(), self._host)
        shown: dict[str, str] = {}
        unclear = []
        for item in mappings(items):
            number, uri = identity(item.get("id")), text_or_none(item.get("uri"))
            if number and uri and self._uris.get(number, uri) == uri:
                shown[number] = uri
            elif number:  # A number of another instance's, which saw the status as well.
                unclear.append(number)
        hidden = [
            identity(item.get("id"))
            for item in mappings(items)
            if item.get("visibility") in NOT_PUBLIC
        ]
        return Answered(
            shown=frozenset(shown),
            present=mentions,
            gone={number: "protected" for number in hidden if number in shown},
            unreadable=unreadable,
            unclear=frozenset(unclear),
            requests=requests,
        )


def _is_its_own(post: Stored, host: str) -> bool:
    """Tell whether a status was written at *host*, and its record came from there."""
    account = text_or_none(mapping(json_object(post.raw).get("account")).get("acct"))
    if account is None or "@" in account:
        return False
    # A gateway on this machine speaks for the instance.
    return host in _GATEWAYS or urlsplit(post.native_id).hostname == host


def _number(post: Stored) -> str | None:
    """Give the instance's own number of a status, which its record holds."""
    number = identity(json_object(post.raw).get("id"))
    return number if number and number.isalnum() and number.isascii() else None
