"""Read the outbox of a Mastodon archive: what one account published and boosted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from collectors.imports.record import Circumstances, Read, Reading, RowError
from collectors.mastodon_read import read_statuses
from collectors.mention import Mention
from collectors.web.reading import mapping, mappings, raw_json, text_or_none

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_SAID = frozenset({"Create", "Announce"})
_POSTS = frozenset({"Note", "Question", "Article", "Page", "Video", "Audio", "Image", "Event"})
_QUOTES = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")


def is_activity(values: Mapping[str, Any]) -> bool:
    """Tell an activity of ActivityPub from other JSON."""
    return isinstance(values.get("type"), str) and "actor" in values and "object" in values


def mastodon_reader(circumstances: Circumstances) -> Read:
    """
    Read activities with what reads the statuses of Mastodon itself.

    Only what is addressed to the public, listed or unlisted, is read. A boost
    holds the address of what it repeats and no words.
    """
    now = circumstances.imported_at

    def read(values: Mapping[str, Any]) -> Reading:
        if not is_activity(values):
            msg = "is no activity: type, actor and object are needed"
            raise RowError(msg)
        said = values["object"]
        if values["type"] not in _SAID:
            return Reading(left_out="neither a post nor a boost")
        if not _is_public(values, mapping(said)):
            return Reading(left_out="not public")
        account = _account(values, circumstances.actor)
        if values["type"] == "Announce":
            return Reading(mentions=[_boost(values, account, now)])
        if not isinstance(said, dict) or said.get("type") not in _POSTS:
            msg = "the object of the activity is no post"
            raise RowError(msg)
        return Reading(mentions=[_post(values, said, account, now)])

    return read


def _is_public(*things: Mapping[str, Any]) -> bool:
    """Tell whether each that has an address is addressed to everybody, and one at least has."""
    addressed = [thing for thing in things if "to" in thing or "cc" in thing]
    return bool(addressed) and all(not _PUBLIC.isdisjoint(_addresses(t)) for t in addressed)


def _addresses(thing: Mapping[str, Any]) -> set[str]:
    parts = (thing.get("to"), thing.get("cc"))
    listed = (part if isinstance(part, list) else [part] for part in parts)
    return {address for part in listed for address in part if isinstance(address, str)}


def _post(
    activity: Mapping[str, Any], said: Mapping[str, Any], account: Mapping[str, Any], now: datetime
) -> Mention:
    status = {
        "uri": said.get("id"),
        "url": said.get("url"),
        "content": _content(said),
        "spoiler_text": said.get("summary") or said.get("name") or "",
        "created_at": said.get("published") or activity.get("published"),
        "edited_at": said.get("updated"),
        "language": next(iter(mapping(said.get("contentMap"))), None),
        "account": account,
        "media_attachments": [
            {"description": a.get("name")} for a in _list(said.get("attachment"))
        ],
        "poll": {"options": [{"title": o.get("name")} for o in _options(said)]},
    }
    mention = _read(status, activity, now)
    if parent := _id_of(said.get("inReplyTo")):
        return replace(mention, kind="reply", parent_id=parent, root_id=None)
    quoted = next((found for key in _QUOTES if (found := _id_of(said.get(key)))), None)
    if quoted:
        return replace(mention, kind="quote", parent_id=quoted, is_quote=True)
    return mention


def _boost(activity: Mapping[str, Any], account: Mapping[str, Any], now: datetime) -> Mention:
    said = activity["object"]
    boosted = _id_of(said)
    status = {
        "uri": activity.get("id"),
        "created_at": activity.get("published"),
        "account": account,
        "reblog": {"uri": boosted, "url": boosted, "content": _content(mapping(said))},
    }
    return _read(status, activity, now)


def _read(status: Mapping[str, Any], activity: Mapping[str, Any], now: datetime) -> Mention:
    mentions, unreadable = read_statuses([status], now, "")
    if unreadable:
        raise RowError(unreadable[0].error)
    return replace(mentions[0], raw=raw_json(activity))


def _account(activity: Mapping[str, Any], actor: Mapping[str, Any]) -> dict[str, Any]:
    """Tell who speaks, by the archive's own card, else by the address alone."""
    uri = _id_of(activity.get("actor")) or ""
    try:
        parts = urlsplit(uri)
    except ValueError:
        parts = urlsplit("")
    is_own = actor.get("id") == uri
    name = text_or_none(actor.get("preferredUsername")) if is_own else None
    if name is None and parts.path.startswith(("/users/", "/@")):
        name = parts.path.split("/")[-1].removeprefix("@")
    return {
        "uri": uri,
        "url": text_or_none(actor.get("url")) if is_own else uri,
        "acct": f"{name}@{parts.hostname}" if name and parts.hostname else None,
        "display_name": text_or_none(actor.get("name")) if is_own else None,
    }


def _content(said: Mapping[str, Any]) -> str:
    content = said.get("content")
    if content is None:
        content = next(iter(mapping(said.get("contentMap")).values()), "")
    if not isinstance(content, str):
        msg = "'content' is no text"
        raise RowError(msg)
    return content


def _options(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return mappings(said.get("oneOf")) or mappings(said.get("anyOf"))


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [value] if isinstance(value, dict) else mappings(value)


def _id_of(value: Any) -> str | None:
    """Read the address of a thing that is given as its address, or whole."""
    return text_or_none(mapping(value).get("id")) or text_or_none(value)
