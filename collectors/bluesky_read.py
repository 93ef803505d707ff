"""Read Bluesky's posts as mentions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from collectors.contract import Unreadable
from collectors.mention import Kind, Mention, TimeSource
from collectors.web.plain_text import printable
from collectors.web.reading import (
    UnfitError,
    aside,
    counts,
    instant_from_iso,
    mapping,
    mappings,
    needed_id,
    needed_text,
    raw_json,
    text_or_none,
)

_SITE = "https://bsky.app"
_POSTS = "/app.bsky.feed.post/"
_METRICS = {
    "likes": "likeCount",
    "replies": "replyCount",
    "reposts": "repostCount",
    "quotes": "quoteCount",
    "bookmarks": "bookmarkCount",
}
_NO_HANDLE = "handle.invalid"
_CUT = ("...", "…")


class _Author(NamedTuple):
    did: str | None
    handle: str | None
    name: str | None

    @classmethod
    def of(cls, value: Any) -> Self:
        author = mapping(value)
        handle = text_or_none(author.get("handle"))
        return cls(
            did=text_or_none(author.get("did")),
            handle=None if handle == _NO_HANDLE else handle,
            name=text_or_none(author.get("displayName")),
        )


def read_posts(
    items: Sequence[Any], collected_at: datetime
) -> tuple[list[Mention], list[Unreadable]]:
    """
    Read the posts of one answer.

    Args:
        items: Posts as a search gives them, or entries of a feed, which may
            be reposts.
        collected_at: When they were given.

    Returns:
        The mentions in the answer's order, and what could not be read.
    """
    mentions: list[Mention] = []
    unreadable: list[Unreadable] = []
    for item in items:
        entry = mapping(item)
        try:
            if "post" not in entry:
                mentions.append(_read_post(entry, entry, collected_at))
            elif "by" in mapping(entry.get("reason")):
                mentions.append(_read_repost(entry, collected_at))
            else:
                mentions.append(_read_post(mapping(entry.get("post")), entry, collected_at))
        except UnfitError as error:
            unreadable.append(aside(item, error))
    return mentions, unreadable


def _read_post(post: Mapping[str, Any], item: Mapping[str, Any], collected_at: datetime) -> Mention:
    uri = needed_id(post, "uri")
    record = mapping(post.get("record"))
    reply, quoted = mapping(record.get("reply")), _quoted(record)
    parent = text_or_none(mapping(reply.get("parent")).get("uri"))
    root = text_or_none(mapping(reply.get("root")).get("uri"))
    kind: Kind = "reply" if reply else "quote" if quoted else "post"
    created_at, time_source = _times(record.get("createdAt"), post.get("indexedAt"))
    author = _Author.of(post.get("author"))
    return Mention(
        platform="bluesky",
        native_id=uri,
        kind=kind,
        text=_text(record),
        collected_at=collected_at,
        url=_url(uri),
        author_id=author.did,
        author_handle=author.handle,
        author_name=author.name,
        language_tag=_language(record),
        created_at=created_at,
        time_source=time_source,
        parent_id=parent if reply else quoted,
        root_id=root or parent if reply else uri,
        is_quote=quoted is not None,
        metrics=counts((name, post.get(key)) for name, key in _METRICS.items()),
        raw=raw_json(item),
    )


def _read_repost(entry: Mapping[str, Any], collected_at: datetime) -> Mention:
    """Read a repost: its time and author are its own, its words and language the post's."""
    post, reason = mapping(entry.get("post")), mapping(entry.get("reason"))
    original = needed_id(post, "uri")
    record = mapping(post.get("record"))
    author = _Author.of(reason.get("by"))
    # Servers that don't name the repost's own record yet: there is one by each account.
    uri = text_or_none(reason.get("uri")) or f"{original}#repost-by-{author.did or ''}"
    created_at = instant_from_iso(reason.get("indexedAt"))
    return Mention(
        platform="bluesky",
        native_id=uri,
        kind="repost",
        text=_text(record),
        collected_at=collected_at,
        url=_url(original),
        author_id=author.did,
        author_handle=author.handle,
        author_name=author.name,
        language_tag=_language(record),
        created_at=created_at,
        time_source="created" if created_at else "unknown",
        parent_id=original,
        is_repost=True,
        is_quote=_quoted(record) is not None,
        raw=raw_json(entry),
    )


def _times(created: Any, indexed: Any) -> tuple[datetime | None, TimeSource]:
    """
    Tell when a post was written: as it says, but not after it was seen first.

    The clock of `createdAt` is the author's own; Bluesky sorts by the earlier
    of the two (its `sortAt`).
    """
    seen_at = instant_from_iso(indexed)
    try:
        stated_at = instant_from_iso(created)
    except UnfitError:
        stated_at = None
    if stated_at and (seen_at is None or stated_at <= seen_at):
        return stated_at, "created"
    return seen_at, "published" if seen_at else "unknown"


def _language(record: Mapping[str, Any]) -> str | None:
    languages = record.get("langs")
    return text_or_none(languages[0]) if isinstance(languages, list) and languages else None


def _url(uri: str) -> str | None:
    """Address a post by its author's DID, which stays when the handle changes."""
    author, slash, key = uri.removeprefix("at://").partition(_POSTS)
    if not slash or not key:
        return None
    return f"{_SITE}/profile/{quote(author, safe=':')}/post/{quote(key, safe='')}"


def _quoted(record: Mapping[str, Any]) -> str | None:
    """Name the post that is quoted; lists, feeds and starter packs are embedded in the same way."""
    for embed in _embeds(record):
        inner = mapping(embed.get("record"))
        uri = text_or_none(inner.get("uri")) or text_or_none(
            mapping(inner.get("record")).get("uri")
        )
        if uri and _POSTS in uri:
            return uri
    return None


def _text(record: Mapping[str, Any]) -> str:
    """Read all that people read: the words, what pictures are said to show, the card of a link."""
    words = _with_whole_links(needed_text(record, "text"), record.get("facets"))
    parts = [words.strip()]
    for embed in _embeds(record):
        shown = [*mappings(embed.get("images")), embed]
        parts += [alt for media in shown if (alt := text_or_none(media.get("alt")))]
        card = mapping(embed.get("external"))
        uri = text_or_none(card.get("uri"))
        parts += [
            part
            for part in (text_or_none(card.get("title")), uri)
            if part and part.strip() not in words
        ]
    return "\n".join(part for text in parts if (part := printable(text).strip()))


def _embeds(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    embed = mapping(record.get("embed"))
    if embed:
        yield embed
    media = mapping(embed.get("media"))
    if media:
        yield media


def _with_whole_links(text: str, facets: Any) -> str:
    """
    Write links in full that are shown cut, such as `acme.example/a-long-w...`.

    Facets say where: in bytes of UTF-8. A link behind other words is left alone.
    """
    data = text.encode()
    pieces: list[bytes] = []
    position = 0
    for start, end, uri in sorted(_links(facets)):
        shown = data[start:end].decode(errors="replace")
        is_cut = shown.endswith(_CUT) and len(shown.rstrip(".…")) > 0
        if position <= start < end and is_cut and shown.rstrip(".…") in uri:
            pieces += [data[position:start], uri.encode()]
            position = end
    return b"".join([*pieces, data[position:]]).decode(errors="replace")


def _links(facets: Any) -> Iterator[tuple[int, int, str]]:
    for facet in mappings(facets):
        index = mapping(facet.get("index"))
        start, end = index.get("byteStart"), index.get("byteEnd")
        if isinstance(start, int) and isinstance(end, int):
            uris = (text_or_none(f.get("uri")) for f in mappings(facet.get("features")))
            yield from ((start, end, uri) for uri in uris if uri)
