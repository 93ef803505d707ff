import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.configuration.folder import ConfigurationError
from enrichment.matching.subjects import SubjectMatcher
from enrichment.relevance.features import bucket_of, folded_words
from enrichment.relevance.learning import LEAST_EACH, learn
from enrichment.relevance.storing import read_learnt, write_learnt
from tests.enrichment.relevance.lessons import AIRLINE, FRUIT, KEY, ORANGE, VIRUS, learnt, watchlist

LEARNT = learnt()


def test_what_is_read_judges_as_what_was_written(tmp_path):
    path = tmp_path / "new" / "relevance.npz"
    write_learnt(path, LEARNT)
    model = read_learnt(path, KEY).model
    matcher = SubjectMatcher(watchlist().subject)
    for text in (*ORANGE, *FRUIT, *AIRLINE, *VIRUS):
        matches = matcher.find_in(title=None, text=text)
        assert model.judge("", text, matches) == LEARNT.model.judge("", text, matches)
    assert model.name == LEARNT.model.name
    assert [lesson.key for lesson in read_learnt(path, KEY).lessons] == [
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
    assert words == {"orange", "delta", ""}


def test_nothing_but_the_file_is_left_behind(tmp_path):
    write_learnt(tmp_path / "relevance.npz", LEARNT)
    assert [path.name for path in tmp_path.iterdir()] == ["relevance.npz"]


def test_without_lessons_the_file_goes(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    write_learnt(path, learn([], KEY))
    assert not path.exists()
    assert read_learnt(path, KEY).model is None


def test_too_few_lessons_are_kept_for_later(tmp_path):
    few = learn([lesson for lesson in LEARNT.lessons if lesson.is_relevant][:LEAST_EACH], KEY)
    write_learnt(tmp_path / "relevance.npz", few)
    found = read_learnt(tmp_path / "relevance.npz", KEY)
    assert found.model is None
    assert len(found.lessons) == LEAST_EACH


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no file of ours", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_told_and_not_used(tmp_path, content):
    path = tmp_path / "relevance.npz"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_learnt(path, KEY)
    assert "relevance teach" in str(caught.value.mistakes[0])


def test_a_file_cut_short_is_told_and_not_used(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ConfigurationError):
        read_learnt(path, KEY)


def test_a_file_that_was_written_by_others_is_refused(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    with np.load(path) as saved:
        parts = {name: saved[name] for name in saved.files}
    parts["lesson_buckets"] = parts["lesson_buckets"] + 2**20
    with path.open("wb") as file:
        np.savez(file, **parts)
    with pytest.raises(ConfigurationError):
        read_learnt(path, KEY)


@given(
    at=st.floats(0, 1, exclude_max=True),
    removed=st.integers(0, 300),
    put=st.binary(max_size=20),
)
def test_any_change_of_the_file_is_told_and_not_used(tmp_path_factory, at, removed, put):
    path = tmp_path_factory.mktemp("changed") / "relevance.npz"
    write_learnt(path, LEARNT)
    content = path.read_bytes()
    place = int(at * len(content))
    changed = content[:place] + put + content[place + removed :]
    path.write_bytes(changed)
    if changed == content:
        assert read_learnt(path, KEY).model.name == LEARNT.model.name
        return
    with pytest.raises(ConfigurationError):
        read_learnt(path, KEY)


@pytest.mark.parametrize(("key", "told"), [(None, "its key"), (b"x" * 32, "another key")])
def test_without_its_key_the_file_is_of_no_use(tmp_path, key, told):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    with pytest.raises(ConfigurationError, match=told):
        read_learnt(path, key)


def test_a_dictionary_without_the_key_finds_no_word(tmp_path):
    path = tmp_path / "relevance.npz"
    write_learnt(path, LEARNT)
    words = sorted({word for text in (*ORANGE, *FRUIT) for word in folded_words(text)})
    kept = set(np.concatenate([one.evidence.buckets for one in LEARNT.lessons]).tolist())

    def found(key: bytes) -> float:
        return sum(bucket_of(f"w{word}", key) in kept for word in words) / len(words)

    assert found(KEY) > 0.9
    assert found(b"") < 0.05
    assert found(b"x" * 32) < 0.05
    assert KEY not in path.read_bytes()
    assert "kkkk" not in repr(LEARNT)
