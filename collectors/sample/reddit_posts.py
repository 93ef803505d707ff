"""The sample world's Reddit: three subreddits with their threads and comments."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random

from collectors.sample.people import OWN_ACCOUNTS, Account, base36, crowd, pick
from collectors.sample.posts import Label, RedditThing, Version
from collectors.sample.rhythm import crisis_hours, people_hours
from collectors.sample.stock import LANGUAGES, Thread, threads
from collectors.sample.talk import LANGUAGE_SHARES, Talk
from collectors.sample.voice import reword_edit
from collectors.sample.x_posts import LAST_WEEK_H, RECALL_H, WEEKS

SUBREDDITS = tuple(dict.fromkeys(thread.subreddit for thread in threads()))

_A_WEEK = 112
_IN_CRISIS = 58
_CROWD = {"nl": 130, "fr": 80, "en": 90, "de": 40}
_EDITED = 0.03
_ACCOUNT_GONE = 0.015
_NESTED = 0.35
_ASIDE = 0.22
_LIVES = timedelta(days=9)
"""A thread that is older gets no new comments."""

_ID_EPOCH_S = 1_400_000_000


def build_reddit(start: datetime, talk: Talk, rng: Random) -> tuple[RedditThing, ...]:
    """Write eight weeks of Reddit from *start*, in order of time."""
    writer = _Writer(start, talk, rng)
    plan: list[tuple[float, Callable[[float], None]]] = []
    single = [thread for thread in threads() if not thread.is_weekly and thread.at_h is None]
    every_h = WEEKS * 168 / len(single)
    plan += [
        ((number + rng.uniform(0.2, 0.6)) * every_h, partial(writer.open, thread))
        for number, thread in enumerate(rng.sample(single, len(single)))
    ]
    for thread in threads():
        if thread.is_weekly:
            plan += [(week * 168 + 0.05, partial(writer.open, thread)) for week in range(WEEKS)]
        elif thread.at_h is not None:
            plan.append((LAST_WEEK_H + thread.at_h, partial(writer.open, thread)))
    for week in range(WEEKS):
        plan += [(at, writer.write_comment) for at in people_hours(_A_WEEK, week, rng)]
    plan += [
        (at, writer.write_crisis_comment) for at in crisis_hours(_IN_CRISIS, RECALL_H + 0.9, rng)
    ]
    for at, write in sorted(plan, key=itemgetter(0)):
        write(at)
    return tuple(writer.things)


class _Writer:
    """Opens threads and comments under them, in order of time."""

    def __init__(self, start: datetime, talk: Talk, rng: Random) -> None:
        self.things: list[RedditThing] = []
        self._start, self._talk, self._rng = start, talk, rng
        self._people = {
            lang: crowd(lang, _CROWD[lang], rng, platform="reddit") for lang in LANGUAGES
        }
        self._open: list[tuple[Thread, RedditThing]] = []
        self._comments: dict[str, list[RedditThing]] = {}
        self._last_id = 0

    def open(self, thread: Thread, at: float) -> None:
        moment = self._moment(at)
        author = self._named(thread.author) if thread.author else self._someone(thread.language)
        title = f"{thread.title} ({moment:%d/%m})" if thread.is_weekly else thread.title
        fullname = self._new_id("t3", moment)
        post = RedditThing(
            native_id=fullname,
            subreddit=thread.subreddit,
            author=author,
            versions=(Version(at=moment, text=thread.text, title=title),),
            parent=None,
            root=fullname,
            score=self._rng.randrange(3, 90),
            label=Label(
                subjects=tuple(sorted(thread.subjects)),
                tone=thread.tone,
                topic="thread",
                language=thread.language,
                is_own=thread.author in OWN_ACCOUNTS,
                # The text of a weekly thread is the same each week, but for its date.
                story=None if not thread.is_weekly else f"weekly: {thread.title}",
            ),
        )
        self.things.append(post)
        self._open.append((thread, post))
        self._comments[post.native_id] = []

    def write_comment(self, at: float) -> None:
        language = self._talk.language("reddit")
        self._comment(at, language, self._talk.topic("reddit", language))

    def write_crisis_comment(self, at: float) -> None:
        languages = list(LANGUAGE_SHARES)
        language = self._rng.choices(languages, list(LANGUAGE_SHARES.values()))[0]
        is_aside = language != "de" and self._rng.random() < _ASIDE
        self._comment(at, language, "recall-aside" if is_aside else "recall")

    def _comment(self, at: float, language: str, topic: str) -> None:
        moment = self._moment(at)
        fitting = [
            post
            for thread, post in self._open
            if thread.language == language
            and topic in thread.takes
            and post.created_at < moment < post.created_at + _LIVES
        ]
        if not fitting:
            return
        source, text = self._talk.say("reddit", language, topic)
        # Fresh threads are livelier than old ones.
        root = self._rng.choices(fitting, range(1, len(fitting) + 1))[0]
        siblings = self._comments[root.native_id]
        parent = self._rng.choice(siblings) if siblings and self._rng.random() < _NESTED else root
        comment = RedditThing(
            native_id=self._new_id("t1", moment),
            subreddit=root.subreddit,
            author=self._someone(language),
            versions=self._versions(moment, text, language),
            parent=parent.native_id,
            root=root.native_id,
            score=int(self._rng.gauss(4, 6)),
            label=Label(
                subjects=tuple(sorted(source.subjects)),
                tone=source.tone,
                topic=topic,
                language=language,
            ),
            account_gone_at=(
                moment + timedelta(hours=self._rng.randint(5, 60))
                if self._rng.random() < _ACCOUNT_GONE
                else None
            ),
        )
        self.things.append(comment)
        siblings.append(comment)

    def _versions(self, moment: datetime, text: str, language: str) -> tuple[Version, ...]:
        first = Version(at=moment, text=text)
        if self._rng.random() >= _EDITED:
            return (first,)
        later = moment + timedelta(minutes=self._rng.randint(20, 1500))
        return (first, Version(at=later, text=reword_edit(text, language, self._rng)))

    def _new_id(self, kind: str, moment: datetime) -> str:
        self._last_id = max(self._last_id + 1, 36**6 + (int(moment.timestamp()) - _ID_EPOCH_S) * 50)
        return f"{kind}_{base36(self._last_id)}"

    def _someone(self, language: str) -> Account:
        return pick(self._people[language], self._rng)

    def _named(self, handle: str) -> Account:
        return Account(id="t2_0epbier", handle=handle, name=handle, followers=0)

    def _moment(self, at: float) -> datetime:
        return self._start + timedelta(seconds=round(at * 3600))
