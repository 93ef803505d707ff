import numpy as np
import pytest

from collectors.configuration.folder import ConfigurationError
from enrichment.matching.subjects import SubjectMatcher
from enrichment.relevance.learning import LEAST_EACH, learn
from enrichment.relevance.storing import read_learnt, read_model, write_learnt
from tests.enrichment.relevance.lessons import AIRLINE, FRUIT, ORANGE, VIRUS, learnt, watchlist

LEARNT = learnt()


def test_what_is_read_judges_as_what_was_written(tmp_path):
    path = tmp_path / "new" / "relevance.npz"
    write_learnt(path, LEARNT)
    model = read_model(path)
    matcher = SubjectMatcher(watchlist().subject)
    for text in (*ORANGE, *FRUIT, *AIRLINE, *VIRUS):
        matches = matcher.find_in(title=None, text=text)
        assert model.judge("", text, matches) == LEARNT.model.judge("", text, matches)
    assert model.name == LEARNT.model.name
    assert [lesson.key for lesson in read_learnt(path).lessons] == [
        lesson.key for lesson in LEARNT.lessons
    ]


def test_the_same_lessons_give_the_same_bytes(tmp_path):
    for name in ("one", "other"):
        write_learnt(tmp_path / name, learnt())
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_the_file_holds_numbers_and_no_words(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    with np.load(path) as saved:
        words = {
            str(word)
            for name in saved.files
            if saved[name].dtype.kind in "US"
            for word in saved[name].ravel()
        }
        assert {saved[name].dtype.kind for name in saved.files} <= set("Ubif")
    assert words == {"orange", "delta"}


def test_nothing_but_the_file_is_left_behind(tmp_path):
    write_learnt(tmp_path / "relevance.npz", LEARNT)
    assert [path.name for path in tmp_path.iterdir()] == ["relevance.npz"]


def test_without_lessons_the_file_goes(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    write_learnt(path, learn([]))
    assert not path.exists()
    assert read_model(path) is None


def test_too_few_lessons_are_kept_for_later(tmp_path):
    few = learn([lesson for lesson in LEARNT.lessons if lesson.is_relevant][:LEAST_EACH])
    write_learnt(tmp_path / "relevance.npz", few)
    found = read_learnt(tmp_path / "relevance.npz")
    assert found.model is None
    assert len(found.lessons) == LEAST_EACH


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no file of ours", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_told_and_not_used(tmp_path, content):
    path = tmp_path / "relevance.npz"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_model(path)
    assert "relevance teach" in str(caught.value.mistakes[0])


def test_a_file_cut_short_is_told_and_not_used(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ConfigurationError):
        read_model(path)


def test_numbers_beyond_the_buckets_are_refused(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    with np.load(path) as saved:
        parts = {name: saved[name] for name in saved.files}
    parts["lesson_buckets"] = parts["lesson_buckets"] + 2**20
    with path.open("wb") as file:
        np.savez(file, **parts)
    with pytest.raises(ConfigurationError):
        read_model(path)
