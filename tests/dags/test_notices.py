"""What the failure mails say, and when: causes in our own words, nothing of other people's."""

import errno
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from dags.causes import cause_of, is_news, remember
from dags.notices import Notice, letter_of
from dags.operator_mails import FailureMail, LateMail, operators_of
from dags.steps.patience import holders_of, naming_who_holds
from dags.told import FilesPutAside, NoPlan, NotDecided, SourceFailed, WarehouseHeld

if TYPE_CHECKING:
    from airflow.sdk import Context

QUIET = timedelta(hours=1)
NOTICE = Notice(
    key="enrich load",
    recipients=["Night desk <night@hoogwael.example>", "day@hoogwael.example"],
    subject="[Luisterpost] enrich: load failed",
    headline="enrich: load failed",
    told="the warehouse is held by duckdb (process 4711)",
    to_do="Close `duckdb`.",
    facts=[("Run", "manual__2026-11-23")],
    page="http://127.0.0.1:8080/dags/enrich",
    note="Does *this*.\n\n**Triage.**\n\n- Red `load`: nothing is lost,\n  the files wait.\n- Else: ask.",
)


def told(error: BaseException | None) -> str:
    return cause_of(error, home="/data", allowed=timedelta(minutes=20)).told


def raised(error: Exception, *, under: Exception) -> Exception:
    try:
        raise under from error
    except type(under) as caught:
        return caught


def test_message_of_an_unknown_error_is_not_told():
    assert told(RuntimeError("Jane Doe wrote: 'secret'")) == "RuntimeError; its log says more"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space"),
        OSError(errno.EDQUOT, "Quota"),
        RuntimeError("Failed to commit: Could not write file: No space left on device"),
        raised(OSError(errno.ENOSPC, "No space"), under=ValueError("Jane Doe")),
        ExceptionGroup("jobs", [ValueError("x"), OSError(errno.ENOSPC, "No space")]),
    ],
)
def test_full_disk_is_known_however_it_is_wrapped(error: Exception):
    cause = cause_of(error, home="/data", allowed=None)
    assert cause.told == "no room is left on the disk"
    assert "df -h /data" in cause.to_do


def test_own_errors_are_told_in_their_own_words():
    assert told(SourceFailed("source x: gone", is_news=True)) == "source x: gone"
    assert told(FilesPutAside(["b", "a"], Path("/aside"))).endswith("beside it: a, b")


def test_task_that_was_ended_is_told_as_such():
    assert "from outside" in told(None)
    assert "20 minutes" in told(type("AirflowTaskTimeout", (BaseException,), {})())


def test_same_failure_is_news_again_after_an_hour(tmp_path: Path):
    now = 1_800_000_000.0
    known = tmp_path / "failing"
    assert is_news(known, "load", quiet=QUIET, now=now)
    remember(known, "load")
    (mark,) = known.iterdir()
    assert mark.stat().st_size == 0
    began = mark.stat().st_mtime
    news = [is_news(known, "load", quiet=QUIET, now=began + s) for s in (0, 3599, 3600, -60)]
    assert news == [False, False, True, True]
    assert is_news(known, "publish", quiet=QUIET, now=began)


@pytest.mark.parametrize("error", [NoPlan(), NotDecided()])
def test_what_an_earlier_task_has_told_is_not_mailed_again(
    error: Exception, monkeypatch: pytest.MonkeyPatch
):
    mailed: list[Notice] = []
    monkeypatch.setattr("dags.notices.post", mailed.append)
    FailureMail().notify(cast("Context", {"exception": error}))
    assert mailed == []


@pytest.mark.parametrize(("decided", "is_well"), [(None, False), (0, True), (2, True)])
def test_alert_run_that_did_not_decide_delivers_and_is_red(
    decided: int | None, is_well: bool, monkeypatch: pytest.MonkeyPatch
):
    from dags.alert import alert

    delivered: list[int] = []
    monkeypatch.setattr("dags.steps.mailing.deliver", lambda: delivered.append(1) or 1)
    deliver = cast("Any", alert()).get_task("deliver").python_callable
    with nullcontext() if is_well else pytest.raises(NotDecided):
        deliver(decided)
    assert delivered == [1]


def test_program_that_holds_the_warehouse_is_named(tmp_path: Path):
    warehouse = tmp_path / "warehouse.duckdb"
    script = (
        f"import duckdb; held = duckdb.connect({str(warehouse)!r}); print(1, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "1\n"
        try:
            if not Path("/proc/locks").exists():
                pytest.skip("only Linux tells who holds a lock")
            who = rf"\(process {holder.pid}\)"
            with pytest.raises(WarehouseHeld, match=who), naming_who_holds(warehouse):
                raise TimeoutError
        finally:
            holder.communicate("\n", timeout=30)
    assert holders_of(warehouse) == []
    assert holders_of(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("a@firm.example, b@firm.example", ["a@firm.example", "b@firm.example"]),
        ('"Peeters, An" <an@firm.example>', ["an@firm.example"]),
        ("Peeters, An <an@firm.example>", ["an@firm.example"]),
        ("Zoë Peeters <zoe@firm.example>", ["zoe@firm.example"]),
        ("night.firm.example, day@firm.example,", ["day@firm.example"]),
        ("nobody", ["root@localhost"]),
        ("", ["root@localhost"]),
    ],
)
def test_slip_in_one_address_silences_no_other(text: str, whom: list[str]):
    letter = letter_of(replace(NOTICE, recipients=operators_of(text)), sender="a@firm.example")
    assert [one.addr_spec for one in letter["To"].addresses] == whom


def test_letter_says_the_same_as_text_and_as_a_page():
    letter = letter_of(NOTICE, sender="luisterpost@hoogwael.example")
    text, page = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    lines = text.get_content().splitlines()
    assert lines[2] == "The warehouse is held by duckdb (process 4711)."
    assert "- Red `load`: nothing is lost, the files wait." in lines
    assert lines.index("WHAT TO DO") < lines.index("Close `duckdb`.") < lines.index("- Else: ask.")
    assert "<em>this</em>" in page.get_content()
    assert "**" not in page.get_content()
    assert [one.addr_spec for one in letter["To"].addresses] == [
        "night@hoogwael.example",
        "day@hoogwael.example",
    ]


def test_same_notice_has_the_same_message_id():
    ids = {
        str(letter_of(one, sender="a@hoogwael.example")["Message-ID"])
        for one in (NOTICE, NOTICE, replace(NOTICE, key="another"))
    }
    assert len(ids) == 2


def test_words_from_outside_are_shown_and_not_obeyed():
    hostile = replace(NOTICE, told="put aside: <img src=x>{{ 7*7 }}\r\nBcc: a@b.example")
    letter = letter_of(hostile, sender="luisterpost@hoogwael.example")
    page = letter.get_body(("html",))
    assert page is not None
    assert "<img" not in page.get_content()
    assert "{{ 7*7 }}" in page.get_content()
    assert letter["Bcc"] is None


def test_late_mail_can_be_awaited_by_the_triggerer():
    from airflow.sdk import AsyncCallback

    callback = AsyncCallback(LateMail, kwargs={"dag_id": "enrich", "minutes": 30.0})
    assert callback.path == "dags.operator_mails.LateMail"
