"""Many texts are judged as one is, but those that differ only in times and numbers once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.naming import Names
from collectors.watchlist import Watchlist


def names(*handles):
    consent = {
        "given_at": "2026-01-15",
        "purpose": "p",
        "platforms": ["x"],
        "notice": "v1",
        "proof": "p",
    }
    person = {
        "id": "an",
        "name": "Án Peeters",
        "facet": "employee",
        "terms": ["An Peeters", "Jef", "日本"],
        "unit": "sales",
        "handles": {"x": handles},
        "consent": consent,
    }
    return Names.private(Watchlist.model_validate({"subject": [person]}).subject)


PARTS = st.sampled_from(
    [
        "an",
        "peeters",
        "Péeters",
        "jef",
        "日本",
        "%C3%81n",
        "P%C3%A9eters",
        "%25C3%2581n",
        "7",
        "42",
        "2026",
        "2026-11-05",
        "10:05:00",
        "T",
        ",",
        "_",
        "-",
        "+",
        "%",
        "=",
        "search:abc1",
        "rate",
        "limited",
        "until",
    ]
)


@given(
    st.lists(st.tuples(PARTS, st.sampled_from(["", " ", "-"])), max_size=8).map(
        lambda parts: "".join(part + gap for part, gap in parts)
    )
)
def test_each_text_is_judged_as_it_would_be_alone(text):
    people = names("anpeeters")
    assert people.found_in([text, "jef", "nobody 7"]) - {"jef"} == (
        {text} - {"jef"} if people.are_in(text) else set()
    )


@pytest.mark.parametrize("handle", ["an_brouwt", "an1985"], ids=["letters", "digits"])
def test_texts_that_differ_in_their_times_are_judged_once(monkeypatch, handle):
    judged = []
    real = Names.are_in
    monkeypatch.setattr(Names, "are_in", lambda self, text: judged.append(text) or real(self, text))
    texts = [
        f"x search:ab1: {who} rate limited until 2026-11-{day:02} 10:{day:02}:00 UTC"
        for day in range(1, 29)
        for who in (handle, "somebody")
    ]
    assert names(handle).found_in(texts) == {text for text in texts if handle in text}
    assert len(judged) == 2


def test_numbers_that_a_name_is_written_with_are_read():
    texts = ["user an 1985 is unknown", "user an 1986 is unknown"]
    assert names("an1985").found_in(texts) == {texts[0]}
