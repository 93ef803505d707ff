"""What of the lessons may be used now: nothing about an employee whose consent has ended."""

from collections.abc import Sequence
from datetime import datetime

from collectors.configuration.folder import ConfigurationError
from collectors.configuration.mistakes import Mistake
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment.relevance.key import relevance_key
from enrichment.relevance.learning import Learnt, learn
from enrichment.relevance.lessons import Lesson
from enrichment.relevance.model import RelevanceModel
from enrichment.relevance.storing import read_learnt, relevance_lock, write_learnt


def model_in_use(settings: Settings, watchlist: Watchlist) -> RelevanceModel | None:
    """
    Read what judges relevance; None where nothing, or too little, was taught.

    Lessons about employees whose consent has ended, or who left the watchlist, are removed
    from the file first.

    Raises:
        ConfigurationError: The file is damaged, or its key is not here.
    """
    return forget_ended(settings, watchlist).model


def forget_ended(settings: Settings, watchlist: Watchlist) -> Learnt:
    """
    Remove the lessons about employees whose consent has ended, and learn anew without them.

    Returns:
        What may be used; where nothing was taught, nothing is written.

    Raises:
        ConfigurationError: The file is damaged, or its key is not here.
    """
    path, now = settings.relevance, settings.clock()
    learnt = read_learnt(path, relevance_key())
    if len(still_allowed(learnt.lessons, watchlist, now)) == len(learnt.lessons):
        return learnt
    with relevance_lock(path):
        learnt = read_learnt(path, relevance_key())
        learnt = learn(still_allowed(learnt.lessons, watchlist, now), learnt.key)
        write_learnt(path, learnt)
    return learnt


def relevance_mistakes(settings: Settings) -> tuple[Mistake, ...]:
    """Say what is wrong with the file of what was taught, if anything is."""
    try:
        read_learnt(settings.relevance, relevance_key())
    except ConfigurationError as error:
        return error.mistakes
    return ()


def still_allowed(lessons: Sequence[Lesson], watchlist: Watchlist, now: datetime) -> list[Lesson]:
    """
    Leave out lessons about employees without a consent for the platform at *now* (aware).

    So are those of people who left the watchlist, and of those who were no employees when they
    were taught.
    """
    people = {subject.id: subject for subject in watchlist.subject if subject.facet == "employee"}
    return [
        lesson
        for lesson in lessons
        if (
            lesson.subject in people and people[lesson.subject].is_watched(lesson.platform, now)
            if lesson.is_private
            else lesson.subject not in people
        )
    ]
