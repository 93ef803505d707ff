"""Read what twarc2 wrote: answers of the X API v2, one a line, or posts, one a line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors.imports.record import Circumstances, Read, Reading, RowError
from collectors.imports.seen import seen_at
from collectors.web.reading import mapping, mappings, text_or_none
from collectors.x_read import read_posts

_OF_A_POST = frozenset(
    {"author_id", "public_metrics", "edit_history_tweet_ids", "conversation_id", "author", "lang"}
)
_OF_A_PLACE = frozenset({"full_name", "country", "country_code", "name", "place_type"})
_NO_POSTS = (
    ("tweet_count", "counts of posts, not posts: a status report counts what is imported"),
    ("action", "the result of a compliance job: 'luisterpost forget' erases what was deleted"),
    ("username", "user profiles, not posts"),
    ("id_str", "of X's API v1.1: twarc2 writes version 2"),
)


def is_twarc(values: Mapping[str, Any]) -> bool:
    """Tell an answer of the X API v2, or a flattened post of it, from other JSON."""
    data = values.get("data")
    posts = mappings(data) or ([data] if isinstance(data, dict) else [])
    if posts:
        return all(_is_post(post) for post in posts[:3])
    if "__twarc" in values and ("errors" in values or "meta" in values):
        return True
    return _is_post(values) and not _OF_A_POST.isdisjoint(values)


def why_no_posts(values: Mapping[str, Any]) -> str | None:
    """Say what a file of X holds that is not posts of its API v2; None: it is none of X's."""
    data = values.get("data")
    found = next(iter(mappings(data)), data if isinstance(data, dict) else values)
    if "__twarc" not in values and "id_str" not in found and "action" not in found:
        return None
    return next((words for key, words in _NO_POSTS if key in found), None)


def twarc_reader(circumstances: Circumstances) -> Read:
    """
    Read lines of twarc2 with what reads the answers of the API itself.

    A post is seen when twarc got it, if the line says so, not when it is imported.
    """
    now = circumstances.imported_at

    def read(values: Mapping[str, Any]) -> Reading:
        if _is_post(values):
            values = _as_answer(values)
        data = values.get("data")
        if isinstance(data, dict):
            values = {**values, "data": [data]}
        elif data is None and ("errors" in values or "meta" in values):
            return Reading(left_out="an answer without posts")
        elif not isinstance(data, list):
            msg = "is no answer of the X API and no post of it"
            raise RowError(msg)
        mentions, unreadable = read_posts(values, _retrieved_at(values, now))
        problems = [(f"a post in it: {item.error}", item.raw) for item in unreadable]
        return Reading(mentions=mentions, problems=problems)

    return read


def _is_post(values: Mapping[str, Any]) -> bool:
    # API v1.1 has the same names for other things, and says each id twice.
    return "id" in values and "text" in values and not {"data", "id_str"} & values.keys()


def _retrieved_at(values: Mapping[str, Any], now: datetime) -> datetime:
    return seen_at(mapping(values.get("__twarc")).get("retrieved_at"), now)


def _as_answer(post: Mapping[str, Any]) -> dict[str, Any]:
    """Undo twarc's flattening, which copies users, places and posts into the post."""
    own = {key: value for key, value in post.items() if key not in {"__twarc", "includes"}}
    includes = {key: list(mappings(v)) for key, v in mapping(post.get("includes")).items()}
    users, others = includes.setdefault("users", []), includes.setdefault("tweets", [])
    for name in ("author", "in_reply_to_user"):
        if user := mapping(own.pop(name, None)):
            users.append(user)
    if "author_id" not in own and mapping(post.get("author")):
        own["author_id"] = mapping(post.get("author")).get("id")
    referenced = mappings(own.get("referenced_tweets"))
    others += [
        {k: v for k, v in other.items() if k not in {"type", "author"}}
        for other in referenced
        if text_or_none(other.get("text"))
    ]
    if referenced:
        own["referenced_tweets"] = [{"type": r.get("type"), "id": r.get("id")} for r in referenced]
    place = mapping(own.get("geo"))
    if place.get("place_id") and not _OF_A_PLACE.isdisjoint(place):
        includes.setdefault("places", []).append({**place, "id": place["place_id"]})
        own["geo"] = {key: place[key] for key in ("place_id", "coordinates") if key in place}
    return {"data": [own], "includes": includes, "__twarc": post.get("__twarc")}
