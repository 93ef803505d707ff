"""Read dumps of Reddit, one post or comment a line, as Pushshift and its heirs write them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors.imports.record import Circumstances, Read, Reading, RowError
from collectors.imports.seen import seen_at
from collectors.reddit_read import read_listing
from collectors.web.reading import identity

_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_TEXTS = ("title", "selftext", "body")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_NUMBERS = ("created_utc", "edited", "score", "num_comments")
_SEEN = ("retrieved_utc", "retrieved_on")
_OF_A_POST = frozenset({"title", "selftext", "is_self", "num_comments", "over_18"})


def is_pushshift(values: Mapping[str, Any]) -> bool:
    """Tell a post or comment of Reddit from other JSON."""
    data = _data(values)
    return "created_utc" in data and ("id" in data or "name" in data) and _kind(data) is not None


def pushshift_reader(circumstances: Circumstances) -> Read:
    """
    Read lines of a dump with what reads the answers of Reddit itself.

    A post is seen when the dump says that it was got, not when it is imported.
    Reddit gives dumps `&amp;`, `&lt;` and `&gt;` for `&`, `<` and `>`.
    """
    now = circumstances.imported_at

    def read(values: Mapping[str, Any]) -> Reading:
        data = _data(values)
        kind = _kind(data)
        if kind is None:
            msg = "is no post and no comment of Reddit"
            raise RowError(msg)
        thing = {"kind": kind, "data": _as_today(data, kind)}
        mentions, unreadable = read_listing([thing], _retrieved_at(data, now))
        if unreadable:
            raise RowError(unreadable[0].error)
        return Reading(mentions=mentions)

    return read


def _data(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take a thing of the API out of its wrapping, which some archives kept."""
    data = values.get("data")
    return data if isinstance(data, dict) and values.get("kind") in {"t1", "t3"} else values


def _kind(data: Mapping[str, Any]) -> str | None:
    name = data.get("name")
    if isinstance(name, str) and name.startswith(("t1_", "t3_")):
        return name[:2]
    if "body" in data and ("link_id" in data or "parent_id" in data):
        return "t1"
    is_post = "subreddit" in data and not _OF_A_POST.isdisjoint(data)
    return "t3" if is_post and "body" not in data else None


def _as_today(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Write old fields as the API writes them now."""
    changed = dict(data)
    for key in _TEXTS:
        if isinstance(text := data.get(key), str):
            for written, sign in _ESCAPED:
                text = text.replace(written, sign)
            changed[key] = text
    for key in _NUMBERS:
        changed[key] = _number(data.get(key))
    ups, downs = (_number(data.get(key)) for key in ("ups", "downs"))
    if changed["score"] is None and isinstance(ups, int):
        changed["score"] = ups - (downs if isinstance(downs, int) else 0)
    if isinstance(data.get("id"), int):
        changed["id"] = _base36(data["id"])
    if kind == "t1":
        changed |= _thread(data)
    return changed


def _thread(data: Mapping[str, Any]) -> dict[str, str | None]:
    """Name the post and what is answered; some dumps give numbers, or names without a kind."""
    link, parent = data.get("link_id"), data.get("parent_id")
    link = _base36(link) if isinstance(link, int) else identity(link)
    if link and not link.startswith("t3_"):
        link = f"t3_{link}"
    if isinstance(parent, int):
        parent = f"t1_{_base36(parent)}"
    return {"link_id": link, "parent_id": identity(parent) or link}


def _number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return int(value) if value.strip().lstrip("-").isdecimal() else float(value)
        except ValueError:
            return value
    return value


def _base36(number: int) -> str:
    digits = ""
    while number > 0:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def _retrieved_at(data: Mapping[str, Any], now: datetime) -> datetime:
    stated = next((data[key] for key in _SEEN if data.get(key)), None)
    return seen_at(stated, now)
