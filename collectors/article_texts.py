"""The full text of a feed's entries: which articles to ask for, and what becomes of the mentions."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from collectors.article_fetch import FINAL, ArticleReader, can_read
from collectors.article_memory import MAX_TRIES, Articles, key_of
from collectors.contract import Unreadable
from collectors.errors import RateLimited
from collectors.mention import Mention
from collectors.sources import Source
from collectors.web.fetching import WHOLE_FETCH
from collectors.web.turns import NoTurn

MOST_A_FETCH = 20
"""Articles that one fetch of a feed may ask for; the others follow with the next ones."""

TEASER = 1_500
"""Characters: an entry with a longer text is no teaser, and its page is left in peace."""

_READER = ArticleReader()
"""Shared by all sources, so that each host is asked by one at a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    """A feed's entries once articles were read."""

    mentions: Sequence[Mention]
    """With full texts; without those entries whose full text is known from before."""
    articles: Articles
    unreadable: Sequence[Unreadable] = ()
    """Articles that were given up with this fetch."""
    requests: int = 0
    is_pending: bool = False
    """There are articles left to ask for."""


def complete(
    mentions: Sequence[Mention],
    articles: Articles,
    source: Source,
    *,
    now: datetime,
) -> Completed:
    """
    Put the article in place of the teaser, where it can be had.

    Each article is asked for when its entry is new or was edited, and again
    after a failure, `MAX_TRIES` times in all. A mention keeps its teaser until
    then; once its full text was read, the teaser never follows it, also when
    `full_text` is switched off.

    Args:
        mentions: The feed's entries as it shows them.
        articles: What is known from before.
        source: Says whether to ask at all, and how.
        now: The present.
    """
    wanted = _wanted(mentions, articles) if source.full_text and can_read() else []
    deadline = time.monotonic() + WHOLE_FETCH * source.timeout.total_seconds()
    texts: dict[str, str] = {}
    given_up: list[Unreadable] = []
    asked = requests = 0
    for mention in wanted:
        if asked == MOST_A_FETCH or time.monotonic() > deadline:
            break
        article = _READER.read(mention.url or "", source, now=now, deadline=deadline)
        if isinstance(article.error, NoTurn | RateLimited):
            requests += article.requests
            continue
        asked += 1
        requests += article.requests
        is_full = article.text is not None and len(article.text) > len(mention.text)
        if is_full and article.text is not None:
            texts[key_of(mention)] = article.text
        # A page that says less than the teaser is a wall; it will say the same next time.
        is_final = not is_full and (article.error is None or isinstance(article.error, FINAL))
        articles = articles.tried(mention, is_full=is_full, is_final=is_final)
        if not is_full and articles.known[key_of(mention)].tries >= MAX_TRIES:
            given_up.append(_aside(mention, article.error))
    shown = (
        replace(m, text=texts[key]) if (key := key_of(m)) in texts else m
        for m in mentions
        if articles.shows(m) or key_of(m) in texts
    )
    return Completed(
        mentions=list(shown),
        articles=articles.kept(mentions),
        unreadable=given_up,
        requests=requests,
        is_pending=bool(wanted and _wanted(mentions, articles)),
    )


def _wanted(mentions: Sequence[Mention], articles: Articles) -> list[Mention]:
    last = {key_of(mention): mention for mention in mentions}
    return [m for m in articles.wanted(last.values()) if m.url and len(m.text) < TEASER]


def _aside(mention: Mention, error: Exception | None) -> Unreadable:
    raw = json.dumps({"entry": mention.native_id, "article": mention.url}, ensure_ascii=False)
    said = str(error) if error else "its page holds no more than the teaser"
    return Unreadable(raw=raw, error=f"no full text: {said}")
