"""The sample world's X API v2: search and its counts, users, and the mentions and posts of a user."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

from collectors.sample.exchange import Answer, Question
from collectors.sample.people import Account, x_organisations
from collectors.sample.posts import Version, XPost
from collectors.sample.search_language import Searchable, folded, words_of
from collectors.sample.server_x_compliance import ComplianceJobs
from collectors.sample.server_x_counts import count_posts
from collectors.sample.server_x_rules import (
    LIMITS,
    RefusedError,
    check_parameters,
    cursor_behind,
    read_cursor,
    read_query,
    read_size,
    read_window,
)
from collectors.sample.world import World

BEARER_TOKEN = "sample-token"  # noqa: S105 - opens the sample world only

_WINDOW_S = 900
_LOOKED_UP = 100
_KEPT = {"mentions": 800, "tweets": 3200}
_HANDLE = re.compile(r"(?<!\w)@(\w{1,15})")
_TAG = re.compile(r"(?<!\w)#(\w+)")
_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?")
_REFERENCES = {"reply": "replied_to", "quote": "quoted", "repost": "retweeted"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A post as it reads now."""

    post: XPost
    version: Version

    @property
    def id(self) -> int:
        return int(self.version.id)


class XPlatform:
    """Answers like api.x.com, from the posts that exist at the simulated present."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._used: Counter[tuple[str, int]] = Counter()
        self._jobs = ComplianceJobs(self._gone_at)

    def answer(self, question: Question) -> Answer:
        """Answer a request below `/2/`, or one for what a compliance job stores."""
        if question.path.startswith("/storage/"):
            return self._jobs.storage(question)
        if question.bearer != BEARER_TOKEN:
            return _fault("Unauthorized", HTTPStatus.UNAUTHORIZED)
        endpoint, about = _route(question.path)
        if endpoint is None:
            return _fault("Not Found", HTTPStatus.NOT_FOUND)
        window = int(question.now.timestamp()) // _WINDOW_S
        self._used[endpoint, window] += 1
        left = LIMITS[endpoint] - self._used[endpoint, window]
        headers = {
            "x-rate-limit-limit": str(LIMITS[endpoint]),
            "x-rate-limit-remaining": str(max(left, 0)),
            "x-rate-limit-reset": str((window + 1) * _WINDOW_S),
        }
        if left < 0:
            return _fault("Too Many Requests", HTTPStatus(429), headers)
        try:
            check_parameters(question.query, endpoint)
            return Answer.of_json(self._content(question, endpoint, about), headers=headers)
        except RefusedError as refused:
            return Answer(
                status=refused.answer.status,
                body=refused.answer.body,
                headers={**refused.answer.headers, **headers},
            )

    def _content(self, question: Question, endpoint: str, about: str | None) -> dict[str, Any]:
        if endpoint == "compliance":
            return self._jobs.answer(question, about)
        if endpoint == "lookup":
            return self._look_up(question)
        if endpoint == "users":
            return self._users(question, about)
        if endpoint.startswith("counts/"):
            kind = endpoint.removeprefix("counts/")
            found = self._found(question, kind)
            return count_posts(question, kind, [(one.version.at, one.id) for one in found])
        return self._listing(question, endpoint, about)

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        return {
            account.handle.lower(): account
            for account in (*x_organisations().values(), *(post.author for post in self._world.x))
        }

    @cached_property
    def _facts(self) -> dict[str, Searchable]:
        """What the search sees, by id of the version."""
        return {
            version.id: _searchable(post, version)
            for post in self._world.x
            for version in post.versions
        }

    def _existing(self, now: datetime) -> list[_Seen]:
        """List what exists, newest first."""
        seen = [
            _Seen(post, version)
            for post in self._world.x
            if (version := post.at(now)) and not self._world.gone_at(post.native_id, now)
        ]
        return sorted(seen, key=lambda one: one.id, reverse=True)

    def _look_up(self, question: Question) -> dict[str, Any]:
        """Give posts by their ids, each in the version that has the id."""
        now, fields = question.now, _listed(question.query, "tweet.fields")
        ids = [one for one in question.query.get("ids", "").split(",") if one]
        if not 1 <= len(ids) <= _LOOKED_UP:
            msg = f"The number of values in the `ids` query parameter list [{len(ids)}] is not between 1 and {_LOOKED_UP}"
            raise RefusedError(msg, parameter="ids", value=str(len(ids)))
        found = [
            _Seen(post, version)
            for one in ids
            if (post := self._by_version_id.get(one)) and not self._gone_at(one, now)
            for version in post.versions
            if version.id == one and version.at <= now
        ]
        missing = [one for one in ids if one not in {seen.version.id for seen in found}]
        answer: dict[str, Any] = {}
        if found:
            answer["data"] = [self._tweet(one, fields, now) for one in found]
            if includes := self._includes(found, question.query, fields, now):
                answer["includes"] = includes
        if missing:
            answer["errors"] = [_no_post(one) for one in missing]
        return answer

    def _gone_at(self, post_id: str, now: datetime) -> datetime | None:
        post = self._by_version_id.get(post_id)
        return self._world.gone_at(post.native_id, now) if post else None

    @cached_property
    def _by_version_id(self) -> dict[str, XPost]:
        return {version.id: post for post in self._world.x for version in post.versions}

    def _users(self, question: Question, about: str | None) -> dict[str, Any]:
        names = [about] if about else question.query.get("usernames", "").split(",")
        found = [self._accounts[name.lower()] for name in names if name.lower() in self._accounts]
        missing = [name for name in names if name.lower() not in self._accounts]
        fields = _listed(question.query, "user.fields")
        users = [_user(account, fields) for account in found]
        answer: dict[str, Any] = {}
        if users:
            answer["data"] = users[0] if about else users
        if missing:
            answer["errors"] = [_no_user(name, is_single=about is not None) for name in missing]
        return answer

    def _listing(self, question: Question, endpoint: str, about: str | None) -> dict[str, Any]:
        window, size = read_window(question, endpoint), read_size(question.query, endpoint)
        before = read_cursor(question.query)
        posts: Iterable[_Seen]
        if endpoint in _KEPT:
            name = self._handle_of(about or "")
            fact = "mention" if endpoint == "mentions" else "from"
            exist = self._existing(question.now)
            posts = [one for one in exist if name in self._facts[one.version.id].facts[fact]]
            posts = posts[: _KEPT[endpoint]]
        else:
            posts = self._found(question, endpoint)
        rest = [
            one
            for one in posts
            if window.holds(one.version.at, one.id) and (before is None or one.id < before)
        ]
        return self._page(rest[:size], question.query, has_more=len(rest) > size, now=question.now)

    def _found(self, question: Question, endpoint: str) -> list[_Seen]:
        """Find what a query is about, newest first; since May 2026 keyword search gives no reposts."""
        test = read_query(question.query, endpoint)
        return [
            one
            for one in self._existing(question.now)
            if one.post.kind != "repost" and test(self._facts[one.version.id])
        ]

    def _handle_of(self, user_id: str) -> str:
        for account in self._accounts.values():
            if account.id == user_id:
                return folded(account.handle)
        msg = f"The `id` query parameter value [{user_id}] is no user"
        raise RefusedError(msg, parameter="id", value=user_id)

    def _page(
        self, page: Sequence[_Seen], query: Mapping[str, str], *, has_more: bool, now: datetime
    ) -> dict[str, Any]:
        if not page:
            return {"meta": {"result_count": 0}}
        fields = _listed(query, "tweet.fields")
        meta: dict[str, Any] = {
            "newest_id": page[0].version.id,
            "oldest_id": page[-1].version.id,
            "result_count": len(page),
        }
        if has_more:
            meta["next_token"] = cursor_behind(page[-1].id)
        answer: dict[str, Any] = {
            "data": [self._tweet(one, fields, now) for one in page],
            "meta": meta,
        }
        includes = self._includes(page, query, fields, now)
        return answer | ({"includes": includes} if includes else {})

    def _tweet(self, one: _Seen, fields: set[str], now: datetime) -> dict[str, Any]:
        post, version = one.post, one.version
        parent = self._by_native_id.get(post.parent or "")
        history = [v.id for v in post.versions if v.at <= now]
        known: dict[str, Any] = {
            "author_id": post.author.id,
            "conversation_id": post.root if post.kind == "reply" else version.id,
            "created_at": _iso(version.at),
            "edit_controls": {
                "edits_remaining": str(5 - len(history) + 1),
                "is_edit_eligible": post.kind in {"post", "quote"},
                "editable_until": _iso(post.created_at + timedelta(hours=1)),
            },
            "entities": self._entities(version.text),
            "lang": post.label.language,
            "possibly_sensitive": False,
            "public_metrics": {
                "retweet_count": post.likes // 9,
                "reply_count": post.likes // 7,
                "like_count": post.likes,
                "quote_count": 0,
                "bookmark_count": 0,
                "impression_count": post.likes * 31 + 12,
            },
            "reply_settings": "everyone",
        }
        if parent:
            known["referenced_tweets"] = [{"type": _REFERENCES[post.kind], "id": post.parent}]
            if post.kind == "reply":
                known["in_reply_to_user_id"] = parent.author.id
        tweet = {
            "id": version.id,
            "text": html.escape(version.text, quote=False),
            "edit_history_tweet_ids": history,
        }
        return tweet | {name: value for name, value in known.items() if name in fields and value}

    def _entities(self, text: str) -> dict[str, Any]:
        mentions = [
            {"start": m.start(), "end": m.end(), "username": account.handle, "id": account.id}
            for m in _HANDLE.finditer(text)
            if (account := self._accounts.get(m[1].lower()))
        ]
        tags = [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in _TAG.finditer(text)]
        return {k: v for k, v in (("mentions", mentions), ("hashtags", tags)) if v}

    @cached_property
    def _by_native_id(self) -> dict[str, XPost]:
        return {post.native_id: post for post in self._world.x}

    def _includes(
        self, page: Sequence[_Seen], query: Mapping[str, str], fields: set[str], now: datetime
    ) -> dict[str, Any]:
        wanted = _listed(query, "expansions")
        users: dict[str, Account] = {}
        parents: dict[str, _Seen] = {}
        for one in page:
            parent = self._by_native_id.get(one.post.parent or "")
            version = parent.at(now) if parent else None
            if "author_id" in wanted:
                users[one.post.author.id] = one.post.author
            if parent and version and "referenced_tweets.id" in wanted:
                parents[version.id] = _Seen(parent, version)
            if parent and {"in_reply_to_user_id", "referenced_tweets.id.author_id"} & wanted:
                users[parent.author.id] = parent.author
            if "entities.mentions.username" in wanted:
                for name in _HANDLE.findall(one.version.text):
                    if account := self._accounts.get(name.lower()):
                        users[account.id] = account
        user_fields = _listed(query, "user.fields")
        found = {
            "users": [_user(account, user_fields) for account in users.values()],
            "tweets": [self._tweet(one, fields, now) for one in parents.values()],
        }
        return {name: items for name, items in found.items() if items}


def _route(path: str) -> tuple[str | None, str | None]:
    parts = path.strip("/").split("/")[1:]
    found: tuple[str | None, str | None]
    match parts:
        case ["tweets"]:
            found = "lookup", None
        case ["compliance", "jobs", *job_id]:
            found = "compliance", "/".join(job_id) or None
        case ["tweets", "search", "recent" | "all" as endpoint]:
            found = endpoint, None
        case ["tweets", "counts", "recent" | "all" as endpoint]:
            found = f"counts/{endpoint}", None
        case ["users", "by"]:
            found = "users", None
        case ["users", "by", "username", name]:
            found = "users", name
        case ["users", user_id, "mentions" | "tweets" as endpoint]:
            found = endpoint, user_id
        case _:
            found = None, None
    return found


def _searchable(post: XPost, version: Version) -> Searchable:
    text = version.text
    kinds = {"repost": "retweet", "reply": "reply", "quote": "quote"}
    addresses = frozenset(address for address in _ADDRESS.findall(text.lower()))
    facts: dict[str, frozenset[str]] = {
        "hashtag": frozenset(folded(tag) for tag in _TAG.findall(text)),
        "mention": frozenset(folded(name) for name in _HANDLE.findall(text)),
        "from": frozenset({folded(post.author.handle), post.author.id}),
        "lang": frozenset({post.label.language}),
        "is": frozenset({kinds[post.kind]} if post.kind in kinds else ()),
        "url": addresses,
        "has": frozenset({"links"} if addresses else ()),
    }
    if post.kind == "reply":
        facts["to"] = frozenset(list(facts["mention"])[:1])
    return Searchable(words=words_of(text), facts=facts)


def _listed(query: Mapping[str, str], name: str) -> set[str]:
    return set(query.get(name, "").split(",")) - {""}


def _user(account: Account, fields: set[str]) -> dict[str, Any]:
    user: dict[str, Any] = {"id": account.id, "name": account.name, "username": account.handle}
    if "public_metrics" in fields:
        user["public_metrics"] = {
            "followers_count": account.followers,
            "following_count": account.followers // 2,
            "tweet_count": account.followers * 3 + 1,
            "listed_count": 0,
        }
    if "verified" in fields:
        user["verified"] = False
    return user


def _no_user(name: str, *, is_single: bool) -> dict[str, Any]:
    parameter = "username" if is_single else "usernames"
    return {
        "value": name,
        "detail": f"Could not find user with {parameter}: [{name}].",
        "title": "Not Found Error",
        "resource_type": "user",
        "parameter": parameter,
        "resource_id": name,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }


def _no_post(number: str) -> dict[str, Any]:
    return {
        "value": number,
        "detail": f"Could not find tweet with ids: [{number}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": number,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }


def _fault(title: str, status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Answer:
    content = {"title": title, "type": "about:blank", "status": status.value, "detail": title}
    return Answer.of_json(content, status, headers)


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
