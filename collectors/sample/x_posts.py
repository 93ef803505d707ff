"""The sample world's X: everyday posts, replies, quotes, reposts, the crisis and the flood."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random
from typing import Literal

from collectors.sample.people import (
    OWN_ACCOUNTS,
    Account,
    crowd,
    flood_accounts,
    pick,
    x_organisations,
)
from collectors.sample.posts import Label, Version, XPost
from collectors.sample.rhythm import crisis_hours, hours_between, newsroom_hours, people_hours
from collectors.sample.stock import LANGUAGES, OwnPosts, Say, flood, own_posts
from collectors.sample.talk import LANGUAGE_SHARES, Talk
from collectors.sample.voice import reword_edit

WEEKS = 8
LAST_WEEK_H = (WEEKS - 1) * 168
RECALL_H = LAST_WEEK_H + 3 * 24 + 9
"""Thursday 09:00 UTC of the last week: the recall is announced."""
FLOOD_H = LAST_WEEK_H + 24 + 19
"""Tuesday 19:00 UTC of the last week: the spam flood begins."""

_A_WEEK = 140
_IN_CRISIS = 150
_IN_FLOOD = 204
_OWN_A_WEEK = {"epervier_bier": 4, "hoogwael": 2, "lindenaer": 2, "mandelo": 1}
_CROWD = {"nl": 220, "fr": 130, "en": 110, "de": 60}
_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_EDITED = 0.02
_TO_THE_BRAND, _QUOTES, _TO_OTHERS = 0.12, 0.2, 0.9
_REPOST_LENGTH = 140
_ENDINGS = ("", " 🍻", " 👋", " ✨", " ☀️", " 📣", " 🙌", " 🎉")
_BRAND = "epervier_bier"


def build_x(start: datetime, talk: Talk, rng: Random) -> tuple[XPost, ...]:
    """Write eight weeks of X from *start*, in order of time."""
    writer = _Writer(start, talk, rng)
    plan: list[tuple[float, Callable[[float], None]]] = []
    for week in range(WEEKS):
        plan += [(at, writer.write_everyday) for at in people_hours(_A_WEEK, week, rng)]
        plan += [(at, writer.write_repost) for at in people_hours(4, week, rng)]
        plan += [
            (at, partial(writer.write_own, account))
            for account, count in _OWN_A_WEEK.items()
            for at in newsroom_hours(count, week, rng)
        ]
    plan += [
        (LAST_WEEK_H + own.at_h, partial(writer.announce, own))
        for own in own_posts()
        if own.at_h is not None
    ]
    plan += [(at, writer.write_crisis) for at in crisis_hours(_IN_CRISIS, RECALL_H + 0.3, rng)]
    plan += [(at, writer.write_repost) for at in crisis_hours(18, RECALL_H + 0.3, rng)]
    plan += [
        (at, partial(writer.write_flood, account))
        for account, at in zip(
            flood_accounts(_IN_FLOOD, rng),
            hours_between(FLOOD_H, FLOOD_H + 3, _IN_FLOOD, rng),
            strict=True,
        )
    ]
    for at, write in sorted(plan, key=itemgetter(0)):
        write(at)
    return tuple(sorted(writer.posts, key=lambda post: int(post.native_id)))


def snowflake(at: datetime, rng: Random) -> str:
    """Make an id as X does: the milliseconds, and 22 bits more."""
    ms = int(at.timestamp()) * 1000 + rng.randrange(1000) - _SNOWFLAKE_EPOCH_MS
    return str(ms << 22 | rng.getrandbits(22))


class _Writer:
    """Writes one post after the other, so that each can answer those before it."""

    def __init__(self, start: datetime, talk: Talk, rng: Random) -> None:
        self.posts: list[XPost] = []
        self._start, self._talk, self._rng = start, talk, rng
        self._people = {lang: crowd(lang, _CROWD[lang], rng, platform="x") for lang in LANGUAGES}
        self._organisations = x_organisations()
        self._own_told: Counter[str] = Counter()

    def write_own(self, account: str, at: float) -> None:
        texts = [
            (own, text)
            for own in own_posts()
            if own.account == account and own.at_h is None
            for text in own.texts
        ]
        told = self._own_told[account]
        self._own_told[account] += 1
        own, text = texts[told % len(texts)]
        # A firm that says the same again changes at least the ending.
        self._publish(own, text + _ENDINGS[told // len(texts) % len(_ENDINGS)], at)

    def announce(self, own: OwnPosts, at: float) -> None:
        self._publish(own, own.texts[0], at)

    def _publish(self, own: OwnPosts, text: str, at: float) -> None:
        label = Label(
            subjects=tuple(sorted(own.subjects)),
            tone="neutral",
            topic="own",
            language=own.language,
            is_own=own.account in OWN_ACCOUNTS,
        )
        self._add(at, self._organisations[own.account], text, label)

    def write_everyday(self, at: float) -> None:
        language = self._talk.language("x")
        source, text = self._talk.say("x", language, self._talk.topic("x", language))
        self._answer_or_add(at, source, text)

    def write_crisis(self, at: float) -> None:
        languages = list(LANGUAGE_SHARES)
        language = self._rng.choices(languages, list(LANGUAGE_SHARES.values()))[0]
        source, text = self._talk.say("x", language, "recall")
        self._answer_or_add(at, source, text)

    def write_repost(self, at: float) -> None:
        moment = self._moment(at)
        recent = [
            post
            for post in self.posts[-400:]
            if post.author.handle == _BRAND and post.created_at < moment
        ]
        if not recent:
            return
        original = recent[-1 - self._rng.randrange(min(3, len(recent)))]
        text = f"RT @{_BRAND}: {original.versions[0].text}"
        text = text if len(text) <= _REPOST_LENGTH else text[: _REPOST_LENGTH - 1] + "…"
        self._add(
            at,
            self._someone(original.label.language),
            text,
            Label(
                subjects=original.label.subjects,
                tone="neutral",
                topic="repost",
                language=original.label.language,
                story=original.native_id,
            ),
            kind="repost",
            parent=original,
        )

    def write_flood(self, account: Account, at: float) -> None:
        spam = flood()
        label = Label(
            subjects=spam.subjects, tone=spam.tone, topic="flood", language="nl", story="flood"
        )
        self._add(at, account, spam.text, label)

    def _answer_or_add(self, at: float, source: Say, text: str) -> None:
        label = Label(
            subjects=tuple(sorted(source.subjects)),
            tone=source.tone,
            topic=source.topic,
            language=source.language,
        )
        author, luck = self._someone(source.language), self._rng.random()
        own = [p for p in self.posts[-300:] if p.author.handle == _BRAND and p.kind == "post"]
        others = [p for p in self.posts[-40:] if p.label.subjects == label.subjects]
        if luck < _TO_THE_BRAND and own and "epervier" in label.subjects and "@" not in text:
            self._add(at, author, f"@{_BRAND} {text}", label, kind="reply", parent=own[-1])
        elif luck < _QUOTES and own and source.topic == "recall":
            self._add(at, author, text, label, kind="quote", parent=own[-1])
        elif luck > _TO_OTHERS and others and others[-1].kind != "repost" and label.subjects:
            parent = others[-1]
            if parent.author.handle not in self._organisations:
                text = f"@{parent.author.handle} {text}"
                self._add(at, author, text, label, kind="reply", parent=parent)
            else:
                self._add(at, author, text, label)
        else:
            self._add(at, author, text, label)

    def _add(
        self,
        at: float,
        author: Account,
        text: str,
        label: Label,
        *,
        kind: Literal["post", "reply", "quote", "repost"] = "post",
        parent: XPost | None = None,
    ) -> None:
        moment = self._moment(at)
        first = Version(at=moment, text=text, id=snowflake(moment, self._rng))
        versions: tuple[Version, ...] = (first,)
        is_edited = kind == "post" and label.topic not in {"flood", "own"}
        if is_edited and self._rng.random() < _EDITED:
            later = moment + timedelta(minutes=self._rng.randint(3, 55))
            edited = reword_edit(text, label.language, self._rng)
            versions = (first, Version(at=later, text=edited, id=snowflake(later, self._rng)))
        self.posts.append(
            XPost(
                versions=versions,
                author=author,
                kind=kind,
                parent=parent.native_id if parent else None,
                root=parent.root if parent and kind == "reply" else first.id,
                likes=int(self._rng.lognormvariate(0.7, 1.2)) if label.topic != "flood" else 0,
                label=label,
            )
        )

    def _someone(self, language: str) -> Account:
        return pick(self._people[language], self._rng)

    def _moment(self, at: float) -> datetime:
        return self._start + timedelta(seconds=round(at * 3600))
