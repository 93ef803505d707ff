"""Ask Reddit for stored posts and comments again, a hundred at a time."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from collectors.contract import Clock, Credential
from collectors.errors import BadAnswer
from collectors.recheck import Asked, Found, Memory, Rechecker, Stored, batches
from collectors.reddit_read import read_listing
from collectors.sources import Source
from collectors.web.absence import Answered, look_up_with_witnesses
from collectors.web.reading import identity, json_object, mapping

_REMOVED_BY_OTHERS = frozenset({"[removed]", "[ Removed by Reddit ]", "[ Removed by reddit ]"})
_BY_THE_AUTHOR = frozenset({"deleted", "author"})
_DELETED = "[deleted]"
_FULLNAME = re.compile(r"t[13]_[0-9a-z]{1,20}")


class RedditRechecker(Rechecker):
    """`api/info` through praw; see docs/platforms/reddit.md."""

    within = timedelta(hours=24)
    batch = 100
    most = 20_000

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether a post has a fullname, such as `t3_1abcde`."""
        del source
        return _name(post) is not None

    def shows(self, raw: str) -> bool:
        """Tell whether a record shows its post: listings hold removed ones as well."""
        return why_gone(json_object(raw)) is None

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for posts and comments by their fullnames.

        Raises:
            CollectError: Reddit stopped answering; see docs/platforms/reddit.md.
        """
        del memory
        from prawcore import PrawcoreException
        from requests import Session

        from collectors.reddit_client import open_reddit

        what = "reddit recheck"
        with Session() as session:
            reddit = open_reddit(session, what, source, credential, clock)

            def ask(names: Sequence[str]) -> Answered:
                try:
                    params: dict[str, str | int] = {"id": ",".join(names), "limit": len(names)}
                    answer = reddit.request(method="GET", path="api/info/", params=params)
                except (PrawcoreException, ValueError, RecursionError) as error:
                    msg = f"{what}: the answer is not JSON"
                    raise BadAnswer(msg) from error
                return _read(answer, what, clock)

            for posts in batches(asked.due, self.batch):
                yield from look_up_with_witnesses(
                    posts, asked.witnesses, ask, _name, size=self.batch
                )


def _name(post: Stored) -> str | None:
    return post.native_id if _FULLNAME.fullmatch(post.native_id) else None


def _read(answer: Any, what: str, clock: Clock) -> Answered:
    children = mapping(mapping(answer).get("data")).get("children")
    if not isinstance(children, list):
        msg = f"{what}: the answer is no listing"
        raise BadAnswer(msg)
    mentions, unreadable = read_listing(children, clock())
    shown = {name: data for name, data in map(_named, children) if name}
    gone = {name: why for name, data in shown.items() if (why := why_gone(data))}
    return Answered(
        shown=frozenset(shown),
        present=[mention for mention in mentions if mention.native_id not in gone],
        gone=gone,
        unreadable=unreadable,
    )


def _named(child: Any) -> tuple[str | None, Mapping[str, Any]]:
    data = mapping(mapping(child).get("data"))
    return identity(data.get("name")), data


def why_gone(data: Mapping[str, Any]) -> str | None:
    """
    Tell why a post or comment that Reddit still lists is to go; None: it stays.

    An author who deleted the account leaves the words, under `[deleted]`: they
    stay, without the author. Deleted and removed words are replaced.
    """
    by = data.get("removed_by_category")
    if isinstance(by, str) and by:
        return "deleted" if by in _BY_THE_AUTHOR else "removed"
    words = data.get("body", data.get("selftext"))
    if data.get("author") != _DELETED or not isinstance(words, str):
        return None  # Somebody may write such a word, too.
    return "deleted" if words == _DELETED else "removed" if words in _REMOVED_BY_OTHERS else None
