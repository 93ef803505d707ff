"""Where a data directory's desk is: in a file of its own, or where `desk.url` says."""

import pytest
import typer

from tests.programs import luisterpost
from warehouse.desk.connection import desk_url


@pytest.fixture
def desk(tmp_path):
    return tmp_path / "desk.db"


def name(desk, text):
    desk.with_suffix(".url").write_text(text, encoding="utf-8")
    return desk_url(desk)


def test_a_desk_is_a_file_of_the_data_directory_unless_another_place_is_named(desk):
    assert desk_url(desk) == f"sqlite+pysqlite:///{desk}"
    named = "postgresql+psycopg://luisterpost@db.firm.example/luisterpost_desk"
    assert name(desk, f"{named}\n") == named


@pytest.mark.parametrize(
    "text", ["", "secret-word", "postgresql+psycopg://h:secret-word/d", "mysql://h/secret-word"]
)
def test_a_place_that_cannot_be_read_is_refused_and_not_repeated(desk, text):
    with pytest.raises(typer.BadParameter, match=r"desk\.url: write for instance") as caught:
        name(desk, text)
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://luisterpost:secret-word@/desk",
        "postgresql+psycopg:///desk?user=luisterpost&password=secret-word",
    ],
)
def test_a_password_does_not_belong_into_the_data_directory(desk, text):
    with pytest.raises(typer.BadParameter, match="no password here") as caught:
        name(desk, text)
    assert "secret-word" not in str(caught.value)


def test_the_command_line_says_what_is_wrong_with_it(tmp_path):
    (tmp_path / "desk.url").write_text("my desk", encoding="utf-8")
    done = luisterpost("mail", "outbox", "--home", tmp_path, folder=tmp_path)
    assert done.code == 2
    assert "desk.url" in done.err
    assert "Traceback" not in done.err
