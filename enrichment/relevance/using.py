"""What of the lessons may be used now: nothing about an employee whose consent has ended."""

from datetime import datetime

from collectors.settings import Settings
from collectors.watchlist import Subject, Watchlist
from enrichment.relevance.learning import Learnt, learn
from enrichment.relevance.model import RelevanceModel
from enrichment.relevance.storing import read_learnt, relevance_lock, write_learnt


def may_be_taught(subject: Subject, now: datetime) -> bool:
    """Tell whether lessons about a subject may be kept at *now* (aware)."""
    return subject.facet != "employee" or (
        subject.consent is not None and subject.consent.stands(now)
    )


def model_in_use(settings: Settings, watchlist: Watchlist) -> RelevanceModel | None:
    """
    Read what judges relevance; None where nothing, or too little, was taught.

    Lessons about employees whose consent has ended, or who left the watchlist, are removed
    from the file first.

    Raises:
        ConfigurationError: The file is damaged.
    """
    learnt = read_learnt(settings.relevance)
    if not _ended(learnt, watchlist, settings.clock()):
        return learnt.model
    return forget_ended(settings, watchlist).model


def forget_ended(settings: Settings, watchlist: Watchlist) -> Learnt:
    """
    Remove the lessons about employees whose consent has ended, and learn anew without them.

    Raises:
        ConfigurationError: The file is damaged.
    """
    with relevance_lock(settings.relevance):
        learnt = read_learnt(settings.relevance)
        ended = _ended(learnt, watchlist, settings.clock())
        if ended:
            learnt = learn([lesson for lesson in learnt.lessons if lesson.subject not in ended])
            write_learnt(settings.relevance, learnt)
    return learnt


def _ended(learnt: Learnt, watchlist: Watchlist, now: datetime) -> frozenset[str]:
    """Name employees without a standing consent, and who was no employee when it was taught."""
    people = {subject.id: subject for subject in watchlist.subject if subject.facet == "employee"}
    standing = {name for name, subject in people.items() if may_be_taught(subject, now)}
    return frozenset(
        lesson.subject
        for lesson in learnt.lessons
        if (lesson.is_private and lesson.subject not in standing)
        or (not lesson.is_private and lesson.subject in people)
    )
