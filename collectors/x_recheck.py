"""Ask X about stored posts again: free of charge which are gone, for money how some read now."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from collectors.contract import Clock, Credential
from collectors.errors import (
    AuthFailed,
    BadAnswer,
    BadRequest,
    CollectError,
    RateLimited,
    SourceGone,
)
from collectors.recheck import Asked, Found, Memory, Overdue, Rechecker, Stored, batches
from collectors.sources import Source
from collectors.web.reading import identity, json_object, mapping, mappings
from collectors.x_client import look_up_posts, open_client
from collectors.x_compliance import (
    ComplianceJob,
    create_job,
    download_result,
    find_job,
    job_state,
    upload_ids,
)
from collectors.x_read import included_charges, read_posts

_GIVEN_UP = timedelta(hours=23)
"""A job that takes longer is begun anew."""
_LOST = (BadRequest, SourceGone)
"""Asked how a job does, X says that it knows none such."""
_REFUSED = (AuthFailed, BadRequest, RateLimited, SourceGone)
"""X did not begin a job; after any other fault it may have."""
_NO_RESULT = (AuthFailed, BadAnswer, BadRequest, SourceGone)
"""A finished job's result can't be had, or not be read: its address is the permission, and ends."""
_ID = re.compile(r"[0-9]{1,19}")
_WHAT = "x recheck"


class XRechecker(Rechecker):
    """Batch compliance jobs and look-ups of the X API v2; see docs/platforms/x.md."""

    within = timedelta(hours=24)
    takes = timedelta(hours=6)
    batch = 100
    is_charged = True
    most = 200_000

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether a post has an id."""
        del source
        return bool(_named([post]))

    def shows(self, raw: str) -> bool:
        """Tell whether a record shows its post everywhere."""
        return not mapping(json_object(raw).get("withheld"))

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Go on with the compliance job, or begin one for what is due; look `refresh` up.

        A job lasts minutes to hours: its result is fetched at once if it is
        there, else at the next time. Where it takes longer than that, or can't
        be had, what would get late is looked up for money: up to `paid` posts,
        which are taken from those of `refresh`.

        Raises:
            CollectError: X stopped answering; see docs/platforms/x.md.
            Overdue: It answers, but not in time, and there is no money for look-ups.
        """
        client = open_client(_WHAT, source, credential, clock)
        with client.session:
            fault: CollectError | None = None
            why = None
            told: set[str] = set()
            try:
                why = yield from _noting(_use_job(client, asked.due, source, clock, memory), told)
            except CollectError as error:  # Whoever may not use jobs may still look posts up.
                fault = error
            late = [
                post
                for post in asked.due
                if (fault or why)
                and post.native_id not in told
                and post.is_late(self.within, clock())
                and self.knows(post, source)
            ]
            for posts in batches(late[: asked.paid], self.batch):
                yield from _look_up(client, posts, source, clock)
            left = len(asked.refresh) - min(len(late), asked.paid)
            for posts in batches(asked.refresh[: max(left, 0)], self.batch):
                yield from _look_up(client, posts, source, clock)
            if fault is not None:
                raise fault
            if len(late) > asked.paid:
                msg = (
                    f"{_WHAT}: {why}; {len(late)} posts have to be looked up by now, "
                    f"and there is money for {asked.paid}"
                )
                raise Overdue(msg)


def _noting(
    answers: Generator[Found, None, str | None], told: set[str]
) -> Generator[Found, None, str | None]:
    """Pass answers on, and note in *told* which posts they are about."""
    while True:
        try:
            one = next(answers)
        except StopIteration as end:
            why: str | None = end.value
            return why
        told |= {*one.unchanged, *one.gone}
        yield one


def _use_job(
    client: Any, due: Sequence[Stored], source: Source, clock: Clock, memory: Memory
) -> Generator[Found, None, str | None]:
    """Fetch what a job found, or begin one; gives why there is no answer yet that was to be there."""
    known = _Job.of(memory.read())
    told: Mapping[str, str] = {}
    why = None
    if known is not None:
        with _forgetting(memory, known, clock, _LOST):
            state = _state_of(client, known)
        yield Found()
        begun = f"the compliance job that began at {known.begun_at:%Y-%m-%d %H:%M} UTC"
        if state is None:
            why = f"{begun} is unknown to X"
        elif state.status == "complete" and known.is_uploaded:
            yield _result(known, state, source, clock, memory)
            told = known.posts
        elif known.is_on_its_way(state.status, clock()):
            return f"{begun} still runs"
        elif not known.is_uploaded and state.takes_list(clock()):
            yield from _hand_in(client, known, state, source, clock, memory)
            return None
        else:
            why = f"{begun} came to nothing"
        memory.write({})
    answered = set(told.values())
    posts = _named([post for post in due if post.native_id not in answered])
    if not posts:
        return why
    # Remembered before it is begun: X runs one at a time, and who is killed then must find it again.
    job = _Job(name=f"luisterpost-{token_hex(6)}", begun_at=clock(), posts=posts)
    memory.write(job.to_dict())
    with _forgetting(memory, job, clock, _REFUSED):
        state = create_job(client, job.name, _WHAT)
    yield Found()
    is_done = yield from _hand_in(client, job, state, source, clock, memory)
    return None if is_done else why


def _state_of(client: Any, job: "_Job") -> ComplianceJob | None:
    """Ask how a job does; None: X never heard of it."""
    if job.id is None:
        return find_job(client, job.name, _WHAT)
    return job_state(client, job.id, _WHAT)


def _hand_in(
    client: Any, job: "_Job", state: ComplianceJob, source: Source, clock: Clock, memory: Memory
) -> Generator[Found, None, bool]:
    """Hand a job's list in; tells whether its result was there at once."""
    job.id = state.id
    memory.write(job.to_dict())
    upload_ids(state.upload_url, job.posts, source, clock, _WHAT)
    job.is_uploaded = True
    memory.write(job.to_dict())
    state = job_state(client, job.id, _WHAT)
    yield Found(requests=2)
    if state.status != "complete":
        return False
    yield _result(job, state, source, clock, memory)
    memory.write({})
    return True


@contextmanager
def _forgetting(
    memory: Memory, job: "_Job", clock: Clock, faults: tuple[type[CollectError], ...]
) -> Iterator[None]:
    """Forget a job that *faults* end, or that is too old to be waited for whatever the fault."""
    try:
        yield
    except CollectError as error:
        if isinstance(error, faults) or not job.is_young(clock()):
            memory.write({})
        raise


class _Job:
    """A job on its way, as it is remembered."""

    def __init__(
        self,
        *,
        name: str,
        begun_at: datetime,
        posts: Mapping[str, str],
        id: str | None = None,  # noqa: A002 - X's word
        is_uploaded: bool = False,
    ) -> None:
        self.id = id
        self.name = name
        self.begun_at = begun_at
        self.posts = posts
        self.is_uploaded = is_uploaded

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> "_Job | None":
        """Read what `to_dict` wrote; None: there is no job."""
        try:
            return cls(
                id=None if known["id"] is None else str(known["id"]),
                name=str(known.get("name", "")),
                begun_at=datetime.fromisoformat(known["begun_at"]),
                posts={str(key): str(value) for key, value in known["posts"].items()},
                is_uploaded=known["is_uploaded"] is True,
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def is_young(self, now: datetime) -> bool:
        """Tell whether it may still be waited for."""
        return now - self.begun_at < _GIVEN_UP

    def is_on_its_way(self, status: str, now: datetime) -> bool:
        """Tell whether its result is still to come."""
        is_running = status == "in_progress" or (status == "created" and self.is_uploaded)
        return is_running and self.is_young(now)

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "begun_at": self.begun_at.isoformat(), "posts": dict(self.posts)}


def _result(job: _Job, state: ComplianceJob, source: Source, clock: Clock, memory: Memory) -> Found:
    with _forgetting(memory, job, clock, _NO_RESULT):
        told = download_result(state.download_url, source, clock, _WHAT)
    gone = {job.posts[number]: why for number, why in told.items() if number in job.posts}
    return Found(
        unchanged=[post for post in job.posts.values() if post not in gone],
        gone=gone,
        as_of=job.begun_at,
    )


def _look_up(client: Any, posts: Sequence[Stored], source: Source, clock: Clock) -> Iterator[Found]:
    names = _named(posts)
    if not names:
        return
    answer = look_up_posts(client, list(names), _WHAT)
    found, later = _read(answer, names, source, clock)
    yield found
    if later:  # Edited since: an id names one version, and tells of those that followed.
        answer = look_up_posts(client, list(later), _WHAT)
        yield _read(answer, later, source, clock)[0]


def _read(
    answer: Mapping[str, Any], names: Mapping[str, str], source: Source, clock: Clock
) -> tuple[Found, dict[str, str]]:
    """Read a look-up; gives what was found, and the newer ids of posts that were edited."""
    items = {
        number: item
        for item in mappings(answer.get("data"))
        if (number := identity(item.get("id"))) in names and number is not None
    }
    refused = {
        number: why
        for error in mappings(answer.get("errors"))
        if error.get("parameter") == "ids" and (why := _why(error))
        for number in [identity(error.get("resource_id")) or identity(error.get("value")) or ""]
        if number in names and number not in items
    }
    if not items and not refused:
        msg = f"{_WHAT}: the answer is about none of the posts"
        raise BadAnswer(msg)
    later: dict[str, str] = {}
    for number, item in items.items():
        newest = _last(item.get("edit_history_tweet_ids"))
        if newest is not None and newest != number:
            later[newest] = names[number]
    withheld = [number for number, item in items.items() if mapping(item.get("withheld"))]
    shown = [n for n in items if n not in withheld and names[n] not in later.values()]
    readable = {**answer, "data": [items[number] for number in shown]}
    mentions, unreadable = read_posts(readable, clock())
    ours = set(names.values())
    gone = {names[number]: why for number, why in refused.items()}
    gone |= {names[number]: "withheld" for number in withheld}
    included = included_charges(answer) if source.includes_charged else []
    found = Found(
        present=[mention for mention in mentions if mention.native_id in ours],
        unchanged=[names[number] for number in shown],
        gone=gone,
        silent=[names[number] for number in names if number not in items and number not in refused],
        unreadable=unreadable,
        charged=[*(names[number] for number in items), *included],
    )
    return found, later


def _why(error: Mapping[str, Any]) -> str | None:
    """Tell why X doesn't show a post; None: that is no reason to delete it."""
    kind = str(error.get("type", "")).rpartition("/")[2]
    if kind == "resource-not-found":
        return "deleted"
    if kind == "not-authorized-for-resource":
        is_suspended = "suspend" in str(error.get("detail", "")).casefold()
        return "suspended" if is_suspended else "protected"
    return None


def _last(history: Any) -> str | None:
    ids = [one for one in map(identity, _list(history)) if one and _ID.fullmatch(one)]
    return max(ids, key=int, default=None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(posts: Sequence[Stored]) -> dict[str, str]:
    """
    Give each post's stored id by the id of its newest version that is known.

    The first version stays behind at X, as it was. One id that is none would
    make X refuse the whole question.
    """
    newest = (
        (_last([(post.url or "").rpartition("/")[2], post.native_id]), post) for post in posts
    )
    return {number: post.native_id for number, post in newest if number}
