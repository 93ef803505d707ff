"""Credentials are read in Airflow's forms, and no part of them is ever shown."""

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contract import Credential
from collectors.credentials import (
    CredentialError,
    credential_from_environment,
    hide_secrets,
    is_credential_name,
    variable_of,
)

HIDDEN = "s3cr3t-Zq8"


def read(value: str) -> Credential | None:
    return credential_from_environment("x_main", {"AIRFLOW_CONN_X_MAIN": value})


def test_json_form_is_read():
    form = {
        "conn_type": "http",
        "host": "gateway.example",
        "login": "me",
        "password": HIDDEN,
        "port": 443,
        "schema": "https",
        "extra": {"user_agent": "acme/1"},
    }
    credential = read(json.dumps(form))
    assert credential == Credential(
        login="me",
        password=HIDDEN,
        host="gateway.example",
        port=443,
        extra={"user_agent": "acme/1"},
    )


def test_extra_may_be_json_in_json():
    credential = read(json.dumps({"password": HIDDEN, "extra": '{"user_agent": "acme/1"}'}))
    assert credential is not None
    assert credential.extra["user_agent"] == "acme/1"


@pytest.mark.parametrize(
    ("uri", "login", "password", "host", "port", "extra"),
    [
        (f"http://:{HIDDEN}@", None, HIDDEN, None, None, {}),
        (
            f"http://me:{HIDDEN}%2F%40@api.example:8443/https",
            "me",
            f"{HIDDEN}/@",
            "api.example",
            8443,
            {},
        ),
        (
            f"http://me:{HIDDEN}@/?user_agent=acme%2F1",
            "me",
            HIDDEN,
            None,
            None,
            {"user_agent": "acme/1"},
        ),
        (
            f"http://:{HIDDEN}@/?__extra__=%7B%22user_agent%22%3A+%22acme%22%7D",
            None,
            HIDDEN,
            None,
            None,
            {"user_agent": "acme"},
        ),
    ],
)
def test_uri_form_is_read(uri, login, password, host, port, extra):
    credential = read(uri)
    assert credential == Credential(
        login=login, password=password, host=host, port=port, extra=extra
    )


def test_port_may_be_written_as_text():
    credential = read(json.dumps({"password": HIDDEN, "port": "587"}))
    assert credential is not None
    assert credential.port == 587


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_variable_that_is_not_set_is_no_credential(value):
    assert read(value) is None
    assert credential_from_environment("x_main", {}) is None


def test_name_gives_the_variable_in_capitals():
    assert variable_of("x_main") == "AIRFLOW_CONN_X_MAIN"


@pytest.mark.parametrize("name", ["", "1x", "x main", "x-main", "AAAA%2Bsecret", "a" * 65, "x.y"])
def test_name_that_a_shell_can_not_export_is_none(name):
    assert not is_credential_name(name)


BROKEN = {
    "the bare token": HIDDEN,
    "cut JSON": f'{{"password": "{HIDDEN}"',
    "JSON that is a list": f'["{HIDDEN}"]',
    "unknown key": json.dumps({"pasword": HIDDEN}),
    "the secret as a key": json.dumps({HIDDEN: "password"}),
    "password of a wrong type": json.dumps({"password": [HIDDEN]}),
    "login of a wrong type": json.dumps({"login": {"a": HIDDEN}}),
    "extra that is text": json.dumps({"password": HIDDEN, "extra": HIDDEN}),
    "extra that is a list": json.dumps({"password": HIDDEN, "extra": [HIDDEN]}),
    "nothing inside": json.dumps({"conn_type": HIDDEN}),
    "port of a wrong type": json.dumps({"password": HIDDEN, "port": [HIDDEN]}),
    "port that is the secret": json.dumps({"password": "x", "port": HIDDEN}),
    "port out of range": json.dumps({"password": HIDDEN, "port": 65_536}),
    "port of a truth value": json.dumps({"password": HIDDEN, "port": True}),
    "address that is none": f"http://me:{HIDDEN}@[::1",
    "endless nesting": '{"password": ' + "[" * 100_000 + HIDDEN,
}


@pytest.mark.parametrize("value", BROKEN.values(), ids=BROKEN)
def test_broken_credential_is_an_error_without_any_part_of_it(value):
    with pytest.raises(CredentialError, match="AIRFLOW_CONN_X_MAIN") as caught:
        read(value)
    shown = "".join(traceback.format_exception(caught.value))
    assert HIDDEN not in shown
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@given(st.text(min_size=1, max_size=60))
def test_any_value_is_a_credential_or_an_error_that_does_not_repeat_it(value):
    marked = f"{value}{HIDDEN}"
    try:
        shown = repr(read(marked))
    except CredentialError as error:
        shown = str(error)
    assert HIDDEN not in shown


def test_credential_is_never_printed():
    credential = Credential(login=HIDDEN, password=HIDDEN, host=HIDDEN, extra={"k": HIDDEN})
    assert HIDDEN not in f"{credential!r} {credential}"


def test_server_that_repeats_a_secret_is_not_quoted():
    credential = Credential(login="my-id", password=HIDDEN, extra={"refresh": f"{HIDDEN}-2"})
    text = hide_secrets(f"401: token {HIDDEN}-2 of my-id / {HIDDEN} is not valid", credential)
    assert text == "401: token ••• of ••• / ••• is not valid"
    assert hide_secrets("plain", None) == "plain"
