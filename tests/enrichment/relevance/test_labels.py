import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.imports.unpacking import ImportFileError
from enrichment.json_lines import BadLine
from enrichment.relevance.labels import NoVerdict, read_labels
from tests.enrichment.relevance.lessons import NOW, watchlist
from tests.warehouse.building import employee
from tests.warehouse.building import watchlist as built

GOOD = {"text": "Orange is slow", "subject": "orange", "relevant": True}


def read(tmp_path, content, name="verdicts.jsonl", subjects=None):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_labels(path, subjects or watchlist(), NOW))


def test_a_json_line_is_a_verdict(tmp_path):
    line = json.dumps(GOOD | {"title": "News", "platform": "feed", "author": "Ann", "relevant": 0})
    ((number, label),) = read(tmp_path, line + "\n\n")
    assert number == 1
    assert label.subject.id == "orange"
    assert label[1:] == ("News", "Orange is slow", "feed", False)


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["verdicts.csv", "verdicts.TSV"])
def test_a_table_has_the_same_columns_in_any_order(tmp_path, sign, name):
    lines = ["Relevant,id,Subject,Text", "ja,1,orange,Orange is slow", 'no,2,delta,"a ""b"" c"']
    table = "\ufeff" + "\r\n".join(lines).replace(",", sign)
    found = [label for _, label in read(tmp_path, table, name)]
    assert [(one.subject.id, one.text, one.is_relevant) for one in found] == [
        ("orange", "Orange is slow", True),
        ("delta", 'a "b" c', False),
    ]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"text": None}, "'text' is missing"),
        ({"text": 3}, "'text' must be a string"),
        ({"subject": "oragne"}, "did you mean 'orange'?"),
        ({"subject": ["orange"]}, "'subject' must be a string"),
        ({"relevant": "perhaps"}, "write true or false"),
        ({"relevant": None}, "no verdict yet"),
        ({"relevant": []}, "write true or false"),
        ({"title": 1}, "'title' must be a string"),
        ({"platform": 1}, "'platform' must be a string"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_the_others_are_read(tmp_path, keys, told):
    lines = [json.dumps(GOOD), json.dumps(GOOD | keys), "nonsense", json.dumps(GOOD)]
    found = read(tmp_path, "\n".join(lines))
    assert [number for number, _ in found] == [1, 2, 3, 4]
    assert [isinstance(label, BadLine) for _, label in found] == [False, True, True, False]
    assert told in str(found[1][1])


def test_a_row_that_nobody_judged_yet_is_no_mistake(tmp_path):
    table = "text,subject,relevant\nOrange is slow,orange,\nOrange is up,orange,yes\nx,orange\n"
    first, second, third = (label for _, label in read(tmp_path, table, "verdicts.csv"))
    assert isinstance(first, NoVerdict)
    assert second.is_relevant
    assert str(third) == "'relevant' is missing"


@pytest.mark.parametrize(
    ("withdrawn", "platform", "told"),
    [
        (None, "mastodon", None),
        ("2026-11-15", "mastodon", "without a consent"),
        (None, "x", "without a consent"),
        (None, None, "'platform' is missing"),
    ],
)
def test_an_employee_is_taught_where_and_while_the_consent_stands(
    tmp_path, withdrawn, platform, told
):
    jana = employee("jana", consent={"withdrawn_at": withdrawn, "platforms": ["mastodon"]})
    row = {"text": "Jana", "subject": "jana", "relevant": True, "platform": platform}
    ((_, label),) = read(tmp_path, json.dumps(row), subjects=built(jana))
    assert isinstance(label, BadLine) == (told is not None)
    assert told is None or told in str(label)


@pytest.mark.parametrize(
    ("word", "is_relevant"),
    [
        ("WAAR", True),
        ("ONWAAR", False),
        ("VRAI", True),
        ("FAUX", False),
        ("WAHR", True),
        ("FALSCH", False),
        ("1.0", True),
        ("0.0", False),
        (1.0, True),
    ],
)
def test_what_spreadsheets_write_for_a_verdict_is_read(tmp_path, word, is_relevant):
    ((_, label),) = read(tmp_path, json.dumps(GOOD | {"relevant": word}))
    assert label.is_relevant is is_relevant


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "text,subject\nx,orange\n"])
def test_a_table_without_the_columns_is_refused(tmp_path, content):
    with pytest.raises(ImportFileError):
        read(tmp_path, content, "verdicts.csv")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300), is_table=st.booleans())
def test_any_bytes_are_read_or_told(tmp_path, content, is_table):
    head = b"text,subject,relevant\n" if is_table else b""
    for number, _ in read(tmp_path, head + content, "v.csv" if is_table else "v.jsonl"):
        assert number >= 1
