"""Ask an instance for stored statuses again, twenty at a time where it can."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from collectors.contract import Clock, Credential
from collectors.errors import BadAnswer, BadRequest, SourceGone
from collectors.mastodon_read import INSTANCE, NOT_PUBLIC, instance_name, read_statuses
from collectors.recheck import Asked, Found, Memory, Rechecker, Stored, batches
from collectors.sources import Source
from collectors.web.absence import Answered, look_up_with_witnesses
from collectors.web.reading import identity, json_object, mapping, mappings, text_or_none

if TYPE_CHECKING:
    from collectors.mastodon_client import Instance


_IN_URI = re.compile(r"/statuses/([0-9]{1,20})(?:/activity)?$")


class MastodonRechecker(Rechecker):
    """`/api/v1/statuses` through Mastodon.py; see docs/platforms/mastodon.md."""

    within = timedelta(hours=24)
    batch = 20
    needs_raw = True
    most = 5_000

    def place(self, source: Source) -> str:
        """Name the instance: each has numbers of its own for the same status."""
        from collectors.mastodon_client import DEFAULT_INSTANCE

        return f"mastodon {(source.base_url or DEFAULT_INSTANCE).rstrip('/')}"

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether the instance has a number for a status that we know."""
        return _number(post, _host(source)) is not None

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for statuses by the instance's own numbers.

        What is absent where it was written was deleted; a copy that is absent may be hidden there.

        Raises:
            CollectError: The instance stopped answering; see docs/platforms/mastodon.md.
        """
        del memory
        from requests import Session

        from collectors.mastodon_client import Instance

        host = _host(source)
        number = partial(_number, host=host)
        with Session() as session:
            instance = Instance(session, "mastodon recheck", source, credential, clock)
            uris = {number(post): post.native_id for post in (*asked.due, *asked.witnesses)}
            looking = _LookUp(instance, uris, host, clock)
            for absent, due in (
                ("deleted", [post for post in asked.due if _is_home(post, host)]),
                ("missing", [post for post in asked.due if not _is_home(post, host)]),
            ):
                for posts in batches(due, self.batch):
                    yield from look_up_with_witnesses(
                        posts, asked.witnesses, looking.ask, number, size=self.batch, absent=absent
                    )


class _LookUp:
    """Ask for many statuses at once, or one by one where the instance knows no other way."""

    def __init__(
        self, instance: "Instance", uris: Mapping[str | None, str], host: str, clock: Clock
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


def _host(source: Source) -> str:
    from collectors.mastodon_client import DEFAULT_INSTANCE

    return instance_name(source.base_url or DEFAULT_INSTANCE)


def _is_home(post: Stored, host: str) -> bool:
    """Tell whether a status was written at *host*, or at the instance that a gateway there stands for."""
    if _path_at(host, post.native_id):
        return True
    record = json_object(post.raw)
    account = text_or_none(mapping(record.get("account")).get("acct"))
    return record.get(INSTANCE) == host and account is not None and "@" not in account


def _number(post: Stored, host: str) -> str | None:
    """Give the number of a status at *host*: from its record if that came from there, else its URI."""
    record = json_object(post.raw)
    if record.get(INSTANCE) == host:
        number = identity(record.get("id"))
        return number if number and number.isalnum() and number.isascii() else None
    found = _IN_URI.search(_path_at(host, post.native_id))
    return found[1] if found else None


def _path_at(host: str, uri: str) -> str:
    """Give the path of a URI; empty if it is none of *host*."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return parts.path if parts.netloc == host else ""
