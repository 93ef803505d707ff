from datetime import UTC, datetime, timedelta

from reports.themes import theme_candidates

ZERO = datetime(2026, 11, 8, 23, tzinfo=UTC)
WEEK = (ZERO, ZERO + timedelta(weeks=1))


def term(word, strength=50.0, *, language="en", usual=0.0):
    return {"language": language, "term": word, "strength": strength, "usual": usual}


def told(
    key,
    words,
    *,
    hour,
    language="en",
    tone="negative",
    title=None,
    text="text",
    kind="post",
    mentions=1,
):
    at = ZERO + timedelta(hours=hour)
    return {
        "story_id": key,
        "language": language,
        "title": title,
        "text": text,
        "kind": kind,
        "mentions": mentions,
        "first_at": at,
        "last_at": at,
        "tone": tone,
        "words": [f"{language} {word}" for word in words],
    }


def crowd(prefix, words, *, count, hour, step=0.5, **more):
    return [told(f"{prefix}{n:03}", words, hour=hour + n * step, **more) for n in range(count)]


def spread(prefix, words, *, count, **more):
    return crowd(prefix, words, count=count, hour=84 / count, step=168 / count, **more)


def themes(terms, stories, left_out=()):
    return theme_candidates(terms, stories, period=WEEK, left_out=frozenset(left_out))


def test_words_that_the_same_stories_hold_are_one_theme():
    (theme,) = themes(
        [term("strike", 60), term("depot", 40)],
        spread("a", ["strike"], count=10) + spread("b", ["strike", "depot"], count=8),
    )
    assert theme.terms == ("strike", "depot")
    assert len(theme.story_ids) == 18
    assert theme.negative == 18
    assert not theme.is_sudden


def test_words_of_different_stories_that_are_spread_over_the_week_are_two_themes():
    found = themes(
        [term("strike"), term("jubilee", 40)],
        spread("a", ["strike"], count=10) + spread("b", ["jubilee"], count=9),
    )
    assert [theme.terms for theme in found] == [("strike",), ("jubilee",)]


def test_one_event_told_in_several_languages_is_one_theme():
    (theme,) = themes(
        [term("fire", 60), term("incendie", 50, language="fr"), term("brand", 40, language="nl")],
        crowd("a", ["fire"], count=20, hour=80)
        + crowd("b", ["incendie"], count=12, hour=82, language="fr")
        + crowd("c", ["brand"], count=7, hour=83, language="nl", tone="neutral"),
    )
    assert theme.terms == ("fire", "incendie", "brand")
    assert len(theme.story_ids) == 39
    assert theme.is_sudden
    assert theme.first_at == ZERO + timedelta(hours=80)


def test_two_events_at_different_times_are_two_themes():
    found = themes(
        [term("fire"), term("incendie", 40, language="fr")],
        crowd("a", ["fire"], count=20, hour=30)
        + crowd("b", ["incendie"], count=12, hour=120, language="fr"),
    )
    assert len(found) == 2


def test_two_events_of_one_day_in_one_language_that_share_no_story_are_two_themes():
    stories = crowd("a", ["fire"], count=20, hour=80) + crowd("b", ["match"], count=12, hour=81)
    assert len(themes([term("fire"), term("match", 40)], stories)) == 2
    linked = stories[:-2] + crowd("c", ["fire", "match"], count=2, hour=86)
    assert len(themes([term("fire"), term("match", 40)], linked)) == 1


def test_what_is_small_beside_an_event_and_breaks_out_with_it_belongs_to_it():
    stories = crowd("a", ["fire"], count=60, hour=80) + crowd("b", ["smoke"], count=9, hour=84)
    (theme,) = themes([term("fire"), term("smoke", 40)], stories)
    assert theme.terms == ("fire", "smoke")


def test_praise_and_blame_that_break_out_together_are_two_themes():
    found = themes(
        [term("fire"), term("prix", 40, language="fr")],
        crowd("a", ["fire"], count=20, hour=80)
        + crowd("b", ["prix"], count=12, hour=81, language="fr", tone="positive"),
    )
    assert len(found) == 2


def test_sudden_theme_leaves_out_what_was_said_before_it_broke_out():
    (theme,) = themes(
        [term("fire")],
        [told("early", ["fire"], hour=4), *crowd("a", ["fire"], count=20, hour=80)],
    )
    assert "early" not in theme.story_ids
    assert theme.first_at == ZERO + timedelta(hours=80)


def test_a_theme_needs_five_stories_and_twice_its_usual():
    assert themes([term("fire")], crowd("a", ["fire"], count=4, hour=80)) == []
    summer = [term("summer", usual=5.0)]
    assert themes(summer, spread("a", ["summer"], count=9)) == []
    assert len(themes(summer, spread("a", ["summer"], count=10))) == 1


def test_stories_left_out_make_no_theme():
    stories = crowd("a", ["win"], count=6, hour=80)
    assert themes([term("win")], stories, [row["story_id"] for row in stories]) == []


def test_theme_is_called_by_the_headline_that_says_most_of_it():
    stories = [
        *crowd("a", ["fire"], count=10, hour=80, text="The fire, the depot, the fire!"),
        told("h1", ["fire"], hour=85, kind="article", title="Business news of today: a fire"),
        told("h2", ["fire", "depot"], hour=86, kind="article", title="Fire destroys depot"),
        told("h3", ["fire", "depot"], hour=87, kind="article", title="Re: Fire destroys depot"),
    ]
    (theme,) = themes([term("fire", 60), term("depot", 40)], stories)
    assert theme.name == "Fire destroys depot"
    assert theme.story_ids[0] == "h2"


def test_without_articles_a_theme_is_called_by_a_post_rather_than_by_a_repost():
    stories = [
        *crowd("a", ["fire"], count=6, hour=80, text="I saw something of a fire on my way home"),
        told("b", ["fire"], hour=84, text="Fire in the depot"),
        told("c", ["fire"], hour=85, text="RT @x: fire"),
    ]
    (theme,) = themes([term("fire")], stories)
    assert theme.name == "Fire in the depot"


def test_what_was_repeated_most_is_shown_first_after_the_name():
    stories = crowd("a", ["fire"], count=8, hour=80)
    stories[5]["mentions"] = 9
    (theme,) = themes([term("fire")], stories)
    assert theme.mentions == 16
    assert theme.story_ids[1] == "a005"


def test_order_of_the_stories_does_not_matter():
    terms = [term("fire", 60), term("incendie", 50, language="fr"), term("match", 40)]
    stories = (
        crowd("a", ["fire"], count=20, hour=80)
        + crowd("b", ["incendie"], count=12, hour=82, language="fr")
        + spread("c", ["match"], count=9, tone="positive")
    )
    assert themes(terms, stories) == themes(terms, stories[::-1])


def phrase(text, now, *, strength=60.0, is_new=True, language="en"):
    return {
        "language": language,
        "phrase": text,
        "now": now,
        "before": 0 if is_new else 2,
        "strength": strength,
        "is_new": is_new,
    }


def in_phrases(*phrases):
    terms = [term("breach", 60) | {"now": 10}, term("data", 40, usual=2.0) | {"now": 10}]
    stories = spread("a", ["breach", "data"], count=10)
    (theme,) = theme_candidates(terms, stories, period=WEEK, phrases=phrases)
    return theme


def test_a_phrase_is_shown_for_its_words_and_said_to_be_new():
    theme = in_phrases(phrase("data breach", 8))
    assert theme.terms == ("data breach",)
    assert theme.new_terms == {"data breach"}


def test_a_phrase_that_few_of_a_words_stories_tell_is_not_shown():
    theme = in_phrases(phrase("data breach", 4), phrase("breach", 9, language="nl"))
    assert theme.terms == ("breach", "data")
    assert theme.new_terms == {"breach"}


def test_a_phrase_that_was_told_before_is_not_new():
    theme = in_phrases(phrase("data breach", 8, is_new=False))
    assert (theme.terms, theme.new_terms) == (("data breach",), frozenset())
