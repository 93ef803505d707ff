"""The sample world's Reddit: token, listings of subreddits and users, search, info."""

import base64
import binascii
import html
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

from collectors.sample.exchange import Answer, Question
from collectors.sample.posts import RedditThing
from collectors.sample.reddit_posts import SUBREDDITS
from collectors.sample.search_language import (
    QueryError,
    Searchable,
    folded,
    parse_query,
    words_of,
)
from collectors.sample.world import World

CLIENT_ID = "sample-client"
CLIENT_SECRET = "sample-secret"  # noqa: S105 - opens the sample world only
SITE = "https://www.reddit.com"
PRIVATE_SUBREDDIT = "BrouwersOnderElkaar"

_TOKEN = "sample-access-token"  # noqa: S105
_LIMIT, _WINDOW_S = 1000, 600
_LISTED = 1000
_SEARCHED = 250
_PAGE, _USUAL_PAGE = 100, 25
_SINCE = {"hour": 1, "day": 24, "week": 168, "month": 744, "year": 8784}
_OPERATORS = frozenset({"author", "subreddit", "title", "selftext", "site", "self", "flair", "url"})


class RedditPlatform:
    """Answers like oauth.reddit.com, from what exists at the simulated present."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._used = 0

    def answer(self, question: Question) -> Answer:
        """Answer a request below `/r/`, `/user/` or `/api/`."""
        if question.path == "/api/v1/access_token":
            return _token(question)
        if question.bearer != _TOKEN:
            headers = {"WWW-Authenticate": 'Bearer realm="reddit", error="invalid_token"'}
            return _fault(HTTPStatus.UNAUTHORIZED, "Unauthorized", headers)
        self._used = self._used % _LIMIT + 1
        answer = self._routed(question)
        # Simulated time stands still between two requests; the window is taken to pass with
        # each of them, so that a client that paces itself by these headers need not wait.
        limits = {
            "x-ratelimit-remaining": f"{_LIMIT - self._used:.1f}",
            "x-ratelimit-used": str(self._used),
            "x-ratelimit-reset": str(_WINDOW_S * (_LIMIT - self._used) // _LIMIT),
        }
        return Answer(status=answer.status, body=answer.body, headers={**answer.headers, **limits})

    def _routed(self, question: Question) -> Answer:
        match question.path.strip("/").split("/"):
            case ["r", names, what]:
                return self._subreddits(question, names.split("+"), what)
            case ["user", name, *rest]:
                return self._user(question, name, rest[0] if rest else "overview")
            case ["api", "info"]:
                wanted = set(question.query.get("id", "").split(","))
                found = [t for t in self._known(question) if t.native_id in wanted]
                return self._listing(question, found, len(found))
        return _fault(HTTPStatus.NOT_FOUND, "Not Found")

    def _subreddits(self, question: Question, names: Sequence[str], what: str) -> Answer:
        known = {name.casefold(): name for name in SUBREDDITS}
        wanted = {name.casefold() for name in names}
        if PRIVATE_SUBREDDIT.casefold() in wanted:
            reason = {"reason": "private", "message": "Forbidden", "error": 403}
            return Answer.of_json(reason, HTTPStatus.FORBIDDEN)
        if not wanted <= {*known, "all"}:
            return _fault(HTTPStatus.NOT_FOUND, "Not Found")
        if what == "about":
            name = known.get(names[0].casefold(), names[0])
            about = {"display_name": name, "name": f"t5_{name.lower()}", "subreddit_type": "public"}
            return Answer.of_json({"kind": "t5", "data": about})
        here = [
            thing
            for thing in self._existing(question)
            if "all" in wanted or thing.subreddit.casefold() in wanted
        ]
        if what == "search":
            is_all = question.query.get("restrict_sr", "").lower() not in {"1", "on", "true"}
            return self._search(question, self._existing(question) if is_all else here)
        if what in {"comments", "new"}:
            listed = [thing for thing in here if thing.is_post == (what == "new")]
            return self._listing(question, listed, _LISTED)
        return _fault(HTTPStatus.NOT_FOUND, "Not Found")

    def _search(self, question: Question, things: Sequence[RedditThing]) -> Answer:
        try:
            test = parse_query(question.query.get("q", ""), _OPERATORS, is_verbal=True)
        except QueryError:
            # Reddit does not complain about a query that it can't read: it finds nothing.
            return self._listing(question, (), 0)
        hours = _SINCE.get(question.query.get("t", "all"))
        since = question.now - timedelta(hours=hours) if hours else None
        found = [
            thing
            for thing in things
            if thing.is_post
            and (since is None or thing.created_at >= since)
            and test(self._searchable(thing, question))
        ]
        return self._listing(question, found, _SEARCHED)

    def _user(self, question: Question, name: str, what: str) -> Answer:
        author = next((a for a in self._authors if a.casefold() == name.casefold()), None)
        if author is None:
            return _fault(HTTPStatus.NOT_FOUND, "Not Found")
        if what == "about":
            account = self._authors[author]
            return Answer.of_json(
                {"kind": "t2", "data": {"name": author, "id": account.removeprefix("t2_")}}
            )
        wanted = {"submitted": {True}, "comments": {False}, "overview": {True, False}}.get(what)
        if wanted is None:
            return _fault(HTTPStatus.NOT_FOUND, "Not Found")
        theirs = [
            thing
            for thing in self._existing(question)
            if (by := thing.author_at(question.now)) and by.handle == author
            if thing.is_post in wanted
        ]
        return self._listing(question, theirs, _LISTED)

    @cached_property
    def _authors(self) -> dict[str, str]:
        return {thing.author.handle: thing.author.id for thing in self._world.reddit}

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {t.native_id: t.versions[0].title or "" for t in self._world.reddit if t.is_post}

    def _existing(self, question: Question) -> list[RedditThing]:
        """List what exists, newest first."""
        gone_at = self._world.gone_at
        return [t for t in self._known(question) if not gone_at(t.native_id, question.now)]

    def _known(self, question: Question) -> list[RedditThing]:
        """List what exists, and what was deleted: who asks for it by name is told so."""
        found = [thing for thing in self._world.reddit if thing.created_at <= question.now]
        return sorted(found, key=lambda t: (t.created_at, t.native_id), reverse=True)

    def _listing(self, question: Question, things: Sequence[RedditThing], most: int) -> Answer:
        things = things[:most]
        limit = question.query.get("limit", "")
        size = min(int(limit), _PAGE) if limit.isdecimal() and int(limit) else _USUAL_PAGE
        after = question.query.get("after")
        begin = _place_of(after, things) + 1 if after else 0
        page = things[begin : begin + size]
        has_more = begin + size < len(things)
        children = [self._thing(thing, question) for thing in page]
        data = {
            "after": page[-1].native_id if page and has_more else None,
            "before": None,
            "dist": len(children),
            "modhash": "",
            "geo_filter": "",
            "children": children,
        }
        return Answer.of_json({"kind": "Listing", "data": data})

    def _searchable(self, thing: RedditThing, question: Question) -> Searchable:
        version = thing.at(question.now) or thing.versions[0]
        author = thing.author_at(question.now)
        return Searchable(
            words=words_of(f"{version.title or ''} {version.text}"),
            facts={
                "author": frozenset({folded(author.handle)} if author else ()),
                "subreddit": frozenset({folded(thing.subreddit)}),
                "site": frozenset({f"self.{folded(thing.subreddit)}"}),
                "self": frozenset({"true", "yes", "1"}),
                "title": frozenset(words_of(version.title or "")),
                "selftext": frozenset(words_of(version.text)),
            },
        )

    def _thing(self, thing: RedditThing, question: Question) -> dict[str, Any]:
        version = thing.at(question.now) or thing.versions[0]
        author = thing.author_at(question.now)
        created = thing.created_at.timestamp()
        is_edited = version.at > thing.created_at
        title = self._titles[thing.root]
        address = permalink(thing, title)
        data: dict[str, Any] = {
            "id": thing.native_id[3:],
            "name": thing.native_id,
            "author": author.handle if author else "[deleted]",
            "subreddit": thing.subreddit,
            "subreddit_id": f"t5_{thing.subreddit.lower()}",
            "subreddit_name_prefixed": f"r/{thing.subreddit}",
            "subreddit_type": "public",
            "created": created,
            "created_utc": created,
            "edited": version.at.timestamp() if is_edited else False,
            "score": thing.score,
            "ups": max(thing.score, 0),
            "downs": 0,
            "over_18": False,
            "stickied": False,
            "distinguished": None,
            "permalink": address.removeprefix(SITE),
        }
        if author:
            data["author_fullname"] = author.id
        if thing.is_post:
            data |= {
                "title": version.title,
                "selftext": version.text,
                "is_self": True,
                "domain": f"self.{thing.subreddit}",
                "url": address,
                "num_comments": sum(
                    1
                    for other in self._comments_under.get(thing.native_id, ())
                    if other.created_at <= question.now
                ),
            }
        else:
            data |= {
                "body": version.text,
                "body_html": f'<div class="md"><p>{html.escape(version.text)}</p></div>',
                "parent_id": thing.parent,
                "link_id": thing.root,
                "link_title": title,
                "replies": "",
                "controversiality": 0,
            }
        if self._world.gone_at(thing.native_id, question.now):
            data |= {"author": "[deleted]", "selftext" if thing.is_post else "body": "[deleted]"}
            data.pop("author_fullname", None)
        if question.query.get("raw_json") != "1":
            data = {k: _escaped(v) if isinstance(v, str) else v for k, v in data.items()}
        return {"kind": thing.native_id[:2], "data": data}

    @cached_property
    def _comments_under(self) -> dict[str, list[RedditThing]]:
        under: dict[str, list[RedditThing]] = {}
        for thing in self._world.reddit:
            if not thing.is_post:
                under.setdefault(thing.root, []).append(thing)
        return under


def permalink(thing: RedditThing, title: str) -> str:
    """
    Give the address under which people read it.

    Args:
        thing: A post or comment.
        title: Of the post that it is, or stands under.
    """
    path = f"{SITE}/r/{thing.subreddit}/comments/{thing.root[3:]}/{_slug(title)}/"
    return path if thing.is_post else f"{path}{thing.native_id[3:]}/"


def _token(question: Question) -> Answer:
    scheme, _, encoded = question.headers.get("authorization", "").partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    if scheme.lower() != "basic" or pair != f"{CLIENT_ID}:{CLIENT_SECRET}":
        return _fault(HTTPStatus.UNAUTHORIZED, "Unauthorized")
    if question.method != "POST" or question.form.get("grant_type") != "client_credentials":
        return Answer.of_json({"error": "unsupported_grant_type"})
    token = {"access_token": _TOKEN, "token_type": "bearer", "expires_in": 86400, "scope": "*"}
    return Answer.of_json(token)


def _place_of(fullname: str, things: Iterable[RedditThing]) -> int:
    """Find where a listing stopped; what is no longer there ends the listing."""
    places = (place for place, thing in enumerate(things) if thing.native_id == fullname)
    return next(places, _LISTED)


def _fault(status: HTTPStatus, message: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer.of_json({"message": message, "error": status.value}, status, headers)


def _slug(title: str) -> str:
    return "_".join(words_of(title))[:50].strip("_")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
