"""What it means that an answer lacks a post that was asked for: nothing, unless others are there."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from collectors.contract import Unreadable
from collectors.mention import Mention
from collectors.recheck import Found, Stored

_WITNESSES = 3
_SHORT = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """One answer of a platform that leaves out what is no longer there."""

    shown: Collection[str]
    """Names of all posts in it, readable or not."""
    present: Sequence[Mention] = ()
    gone: Mapping[str, str] = field(default_factory=dict)
    """By name why: posts that are shown as gone."""
    unreadable: Sequence[Unreadable] = ()
    unclear: Collection[str] = ()
    """Names that this answer says nothing about, although they may seem to be absent."""
    requests: int = 1


Ask = Callable[[Sequence[str]], Answered]


def look_up_with_witnesses(
    posts: Sequence[Stored],
    witnesses: Sequence[Stored],
    ask: Ask,
    name: Callable[[Stored], str | None],
    *,
    size: int,
    absent: str = "missing",
) -> Iterator[Found]:
    """
    Ask for posts; those that the answer lacks are asked for once more, beside witnesses.

    An answer without any post may be a server that lost its database, a key
    that lost its rights, a proxy. So a post is taken for missing only if it was
    absent twice, the second time from an answer that shows another post.

    Args:
        posts: One batch.
        witnesses: Posts seen a moment ago, in case all of the batch is absent.
        ask: Makes one request.
        name: How the platform calls a post; None: it can't be asked for.
        size: The most names in one request.
        absent: What it means to be absent.

    Raises:
        CollectError: The platform stopped answering.
    """
    named: dict[str, list[str]] = defaultdict(list)
    for post in posts:
        if key := name(post):
            named[key].append(post.native_id)
    if not named:
        return
    first = ask(list(named))
    missing = [key for key in named if key not in first.shown and key not in first.unclear]
    seen = [key for key in named if key in first.shown and key not in first.gone]
    spare = [key for post in witnesses if (key := name(post)) and key not in named]
    beside = (seen or spare)[:_WITNESSES]
    yield _found(first, named, silent=first.unclear if beside else [*first.unclear, *missing])
    if not beside:
        return
    room = min(size, _SHORT) - len(beside)
    for start in range(0, len(missing), room):
        again = {key: named[key] for key in missing[start : start + room]}
        second = ask([*again, *beside])
        stood = [key in second.shown and key not in second.gone for key in beside]
        is_clear = all(stood) if seen else any(stood)
        still = [key for key in again if key not in second.shown]
        lost = [key for key in still if is_clear and key not in second.unclear]
        found = _found(second, again, silent=set(still) - set(lost))
        ids = chain.from_iterable(again[key] for key in lost)
        yield replace(found, gone={**found.gone, **dict.fromkeys(ids, absent)})


def _found(
    answer: Answered, named: Mapping[str, Sequence[str]], *, silent: Collection[str]
) -> Found:
    """Keep of an answer what was asked for."""
    ids = {native_id for native_ids in named.values() for native_id in native_ids}
    gone = {one: why for key, why in answer.gone.items() for one in named.get(key, ())}
    shown = [one for key in named if key in answer.shown for one in named[key]]
    return Found(
        present=[mention for mention in answer.present if mention.native_id in ids],
        unchanged=[one for one in shown if one not in gone],
        gone=gone,
        silent=[one for key in silent for one in named.get(key, ())],
        unreadable=answer.unreadable,
        requests=answer.requests,
    )
