"""Read the statuses of Mastodon, and of software that speaks its language, as mentions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from collectors.contract import Unreadable
from collectors.mention import Kind, Mention
from collectors.web.plain_text import one_line, plain_text
from collectors.web.reading import (
    UnfitError,
    aside,
    counts,
    identity,
    instant_from_iso,
    mapping,
    mappings,
    needed_id,
    needed_text,
    raw_json,
    text_or_none,
)

_METRICS = {
    "likes": "favourites_count",
    "replies": "replies_count",
    "reposts": "reblogs_count",
    "quotes": "quotes_count",
}
INSTANCE = "_instance"
"""Where a stored record says which instance gave it: its `id` means something there only."""
NOT_PUBLIC = frozenset({"private", "direct", "limited", "local", "list", "self", "mutuals_only"})


def instance_name(url: str) -> str:
    """Name an instance, or the gateway that stands for it, by host and port: `mastodon.social`."""
    return urlsplit(url).netloc.rpartition("@")[2].casefold()


def read_statuses(
    items: Sequence[Any], collected_at: datetime, instance: str
) -> tuple[list[Mention], list[Unreadable]]:
    """
    Read the statuses of one answer.

    Args:
        items: Statuses. Those for followers or single people, which a token
            may see, are no public posts and are left out.
        collected_at: When they were given.
        instance: Name of the instance (`instance_name`), which completes the names of its own
            accounts, and whose numbers the records hold: each keeps it, under `INSTANCE`.

    Returns:
        The mentions in the answer's order, and what could not be read.
    """
    uris = dict(_uris(items))
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for item in items:
        try:
            if text_or_none(mapping(item).get("visibility")) not in NOT_PUBLIC:
                mentions.append(_read_status(mapping(item), uris, collected_at, instance))
        except UnfitError as error:
            unreadable.append(aside(item, error))
    return mentions, unreadable


def _read_status(
    item: Mapping[str, Any], uris: Mapping[str, str], collected_at: datetime, instance: str
) -> Mention:
    uri = needed_id(item, "uri")
    boosted = mapping(item.get("reblog"))
    said = boosted or item
    account = mapping(item.get("account"))
    created_at = instant_from_iso(item.get("created_at"))
    answers = identity(item.get("in_reply_to_id"))
    quoted = mapping(item.get("quote"))
    is_quote = bool(quoted)
    parent: str | None
    kind: Kind
    if boosted:
        kind, parent = "repost", needed_id(boosted, "uri")
    elif answers:
        kind, parent = "reply", uris.get(answers) or _own_thread(item, uri, answers)
    elif is_quote:
        quoted_status = mapping(quoted.get("quoted_status")) or quoted
        kind, parent = "quote", identity(quoted_status.get("uri"))
    else:
        kind, parent = "post", None
    return Mention(
        platform="mastodon",
        native_id=uri,
        kind=kind,
        title=text_or_none(one_line(str(said.get("spoiler_text") or ""), "text/plain")),
        text=_text(said),
        collected_at=collected_at,
        url=_web(item.get("url")) or _web(boosted.get("url")) or _web(uri),
        author_id=_web(account.get("uri")) or _web(account.get("url")),
        author_handle=_handle(account, instance),
        author_name=text_or_none(account.get("display_name")),
        language_tag=text_or_none(said.get("language")),
        created_at=created_at,
        edited_at=instant_from_iso(said.get("edited_at")),
        time_source="created" if created_at else "unknown",
        parent_id=parent,
        root_id=uri if kind in {"post", "quote"} else None,
        is_repost=bool(boosted),
        is_quote=is_quote,
        metrics=counts(
            [
                *((name, item.get(key)) for name, key in _METRICS.items()),
                ("followers", account.get("followers_count")),
            ]
        ),
        raw=raw_json({**item, INSTANCE: instance}),
    )


def _text(status: Mapping[str, Any]) -> str:
    """Read all that people read: the words, what pictures are said to show, the answers of a poll."""
    parts = [plain_text(needed_text(status, "content"))]
    parts += [
        plain_text(description, "text/plain")
        for media in mappings(status.get("media_attachments"))
        if (description := text_or_none(media.get("description")))
    ]
    parts += [
        plain_text(title, "text/plain")
        for option in mappings(mapping(status.get("poll")).get("options"))
        if (title := text_or_none(option.get("title")))
    ]
    return "\n".join(part for part in parts if part)


def _handle(account: Mapping[str, Any], instance: str) -> str | None:
    """Write `acme@mastodon.example` for an account of the instance itself, too."""
    acct = text_or_none(account.get("acct"))
    if acct is None or "@" in acct:
        return acct
    home = urlsplit(_web(account.get("url")) or "").hostname or urlsplit(f"//{instance}").hostname
    return f"{acct}@{home}"


def _own_thread(item: Mapping[str, Any], uri: str, answers: str) -> str | None:
    """Name the post before in an author's own thread, whose uri differs in the id only."""
    own_id, account_id = identity(item.get("id")), identity(mapping(item.get("account")).get("id"))
    is_own = account_id is not None and account_id == identity(item.get("in_reply_to_account_id"))
    if not is_own or own_id is None or not uri.endswith(f"/{own_id}"):
        return None
    return uri.removesuffix(own_id) + answers


def _uris(items: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Give what an answer tells of the instance's own numbers: (id, uri)."""
    for item in mappings(list(items)):
        for status in (item, mapping(item.get("reblog"))):
            number, uri = identity(status.get("id")), identity(status.get("uri"))
            if number and uri:
                yield number, uri


def _web(value: Any) -> str | None:
    """Keep an address that a browser can open; others come from who knows whom."""
    text = text_or_none(value)
    try:
        is_web = text is not None and urlsplit(text).scheme in {"http", "https"}
    except ValueError:
        is_web = False
    return text if is_web else None
